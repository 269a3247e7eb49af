// A service that answers as it is told, somebody at the terminal, and command lines run against both.
#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cli/run.h"
#include "cli/terminal.h"
#include "http/server.h"

namespace skyhold {

struct SeenRequest {
  std::string line;  // "GET /api/v1/projects?limit=100"
  std::vector<HttpHeader> headers;
  std::string body;

  [[nodiscard]] std::string header(std::string_view name) const;
};

class CannedService {
 public:
  using Answer = std::function<ServerResponse(const ServerRequest&)>;

  CannedService();
  [[nodiscard]] std::string url() const;

  // What "GET /projects" gets from now on. What has no answer is 404.
  void answer(const std::string& method_and_path, int status, const std::string& json,
              std::vector<HttpHeader> headers = {});
  void answer_with(const std::string& method_and_path, Answer answer);
  [[nodiscard]] std::vector<SeenRequest> seen();
  [[nodiscard]] std::vector<std::string> lines();
  // The last request of that method and path, query aside.
  [[nodiscard]] SeenRequest last(const std::string& method_and_path);

 private:
  ServerResponse handle(ServerRequest& request);

  std::mutex mutex_;
  std::map<std::string, Answer> answers_;
  std::vector<SeenRequest> seen_;
  std::unique_ptr<HttpServer> server_;
};

// A stream of events that is given whole, then ends.
std::unique_ptr<EventSource> events_of(std::string text);

class FakeTerminal final : public Terminal {
 public:
  [[nodiscard]] bool is_there() override { return there; }
  void say(const std::string& text) override { said += text; }
  Result<std::string> ask(const std::string& question) override { return next(question, false); }
  Result<std::string> ask_secret(const std::string& question) override { return next(question, true); }
  Result<std::string> next_input_line() override;

  bool there = true;
  std::deque<std::string> answers;
  std::deque<std::string> input_lines;
  std::string said;                 // questions too
  std::vector<std::string> secret;  // what was asked without echo

 private:
  Result<std::string> next(const std::string& question, bool is_secret);
};

class ApiCommandTest : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override { std::filesystem::remove_all(directory_); }

  // Against the service, with a token in the environment.
  int run(const std::vector<std::string>& arguments);
  // The command line as one text, parted at blanks.
  int run_line(const std::string& line);
  // With the environment of somebody who has not set anything.
  int run_without_token(const std::vector<std::string>& arguments);
  [[nodiscard]] std::filesystem::path credentials_file() const {
    return directory_ / "config" / "skyhold" / "credentials";
  }

  CannedService service_;
  FakeTerminal terminal_;
  std::filesystem::path directory_;
  std::map<std::string, std::string> variables_;
  std::ostringstream out_;
  std::ostringstream err_;
  ManualClock clock_{std::chrono::sys_days(std::chrono::year(2026) / 11 / 23)};
  CancelToken cancel_;
};

}  // namespace skyhold
