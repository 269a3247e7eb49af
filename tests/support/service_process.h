// `skyhold serve` and `skyhold worker` as processes of their own, and their API as a script sees it.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "http/client.h"
#include "tests/support/scratch_directory.h"

namespace skyhold {

// Dies with the test. Its standard error goes to a file.
class ServiceProcess {
 public:
  // `command`: the program and its arguments; `environment` in addition to PATH and HOME. Throws
  // std::runtime_error.
  ServiceProcess(std::vector<std::string> command, const std::filesystem::path& log,
                 const std::map<std::string, std::string>& environment = {});
  ~ServiceProcess();
  ServiceProcess(const ServiceProcess&) = delete;
  ServiceProcess& operator=(const ServiceProcess&) = delete;

  void send(int signal) const;
  void kill_now();
  // Waits for the end that somebody has asked for; gives the exit status, 128 + n for signal n.
  int wait();
  [[nodiscard]] bool running();
  [[nodiscard]] std::string log() const;
  // Waits until the log has the text, or throws what the log has after a minute.
  void wait_for(const std::string& text);
  // What stands between these in the log.
  [[nodiscard]] std::string found(const std::string& before, const std::string& after) const;

  // Of serve: where it listens, and the password of its first start.
  [[nodiscard]] std::string url() const { return found(" serves ", "\n"); }
  [[nodiscard]] std::string one_time_password() const { return found("with the password  ", "\n"); }

 private:
  pid_t pid_ = -1;
  int status_ = -1;
  const std::filesystem::path log_;
};

struct ServiceAnswer {
  int status = 0;
  nlohmann::json json;  // null when the body is none

  [[nodiscard]] std::string text() const { return std::to_string(status) + " " + json.dump(1); }
};

// A person or a script at the API. Not thread-safe.
class ApiUser {
 public:
  explicit ApiUser(std::string url) : url_(std::move(url)) {}

  // Signs in with a cookie; chooses a password of its own when it has to. Throws when it cannot.
  void sign_in(const std::string& name, const std::string& password);
  void use_token(const std::string& token) { token_ = token; }

  ServiceAnswer get(const std::string& path);
  ServiceAnswer post(const std::string& path, const nlohmann::json& body = nullptr);
  ServiceAnswer put(const std::string& path, const nlohmann::json& body);
  ServiceAnswer patch(const std::string& path, const nlohmann::json& body);
  ServiceAnswer remove(const std::string& path, const nlohmann::json& body = nullptr);
  // Waits for a job's end, three minutes at most.
  nlohmann::json wait_for_job(const std::string& id);

  static constexpr const char* kPassword = "lantern gravel otter museum";

 private:
  ServiceAnswer send(HttpMethod method, const std::string& path, const nlohmann::json& body);

  std::string url_;
  std::unique_ptr<HttpClient> client_ = std::make_unique<HttpClient>();
  std::string cookie_;
  std::string csrf_token_;
  std::string token_;
};

}  // namespace skyhold
