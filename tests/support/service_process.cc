#include "tests/support/service_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include "base/bytes.h"

namespace skyhold {
namespace {

constexpr std::chrono::milliseconds kPause{50};
constexpr std::chrono::seconds kPatience{60};
constexpr std::chrono::minutes kJobPatience{3};

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  for (std::string& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

ServiceProcess::ServiceProcess(std::vector<std::string> command, const std::filesystem::path& log,
                               const std::map<std::string, std::string>& environment)
    : log_(log) {
  std::vector<std::string> variables;
  for (const char* name : {"PATH", "HOME", "LANG"}) {
    if (const char* value = std::getenv(name)) variables.push_back(std::string(name) + "=" + value);
  }
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
  std::vector<char*> argv_pointers = pointers(command);
  std::vector<char*> variable_pointers = pointers(variables);
  const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0 || output < 0) throw std::runtime_error("cannot start skyhold");
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::execve(argv_pointers[0], argv_pointers.data(), variable_pointers.data());
    ::_exit(127);
  }
  ::close(output);
}

ServiceProcess::~ServiceProcess() {
  kill_now();
}

void ServiceProcess::send(int signal) const {
  if (status_ < 0) ::kill(pid_, signal);
}

void ServiceProcess::kill_now() {
  if (status_ >= 0) return;
  send(SIGKILL);
  wait();
}

int ServiceProcess::wait() {
  if (status_ >= 0) return status_;
  int status = 0;
  ::waitpid(pid_, &status, 0);
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return status_;
}

bool ServiceProcess::running() {
  if (status_ >= 0) return false;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return true;
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return false;
}

std::string ServiceProcess::log() const {
  return text_of(log_);
}

void ServiceProcess::wait_for(const std::string& text) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (log().find(text) == std::string::npos) {
    if (!running() || std::chrono::steady_clock::now() > end) {
      throw std::runtime_error("skyhold never said \"" + text + "\":\n" + log());
    }
    std::this_thread::sleep_for(kPause);
  }
}

std::string ServiceProcess::found(const std::string& before, const std::string& after) const {
  const std::string text = log();
  const std::size_t begin = text.find(before);
  if (begin == std::string::npos) throw std::runtime_error("there is no \"" + before + "\" in:\n" + text);
  const std::size_t start = begin + before.size();
  return text.substr(start, text.find(after, start) - start);
}

// ---- the API --------------------------------------------------------------------------------

ServiceAnswer ApiUser::send(HttpMethod method, const std::string& path, const nlohmann::json& body) {
  HttpRequest request;
  request.method = method;
  request.url = url_ + "/api/v1" + path;
  constexpr std::uint64_t kMostBytes = 64 << 20;
  request.most_response_bytes = kMostBytes;
  const std::string text = body.is_null() ? "" : body.dump();
  if (!body.is_null()) {
    request.headers.push_back({"Content-Type", "application/json"});
    request.body.push_back(as_bytes(text));
  }
  if (!token_.empty()) request.headers.push_back({"Authorization", "Bearer " + token_});
  if (token_.empty() && !cookie_.empty()) request.headers.push_back({"Cookie", cookie_});
  if (token_.empty() && !csrf_token_.empty()) request.headers.push_back({"X-CSRF-Token", csrf_token_});
  const Result<HttpResponse> response = client_->send(request);
  if (!response) throw std::runtime_error(to_string(response.error()));
  if (const auto set = response->header("set-cookie")) cookie_ = std::string(set->substr(0, set->find(';')));
  ServiceAnswer answer{response->status, nlohmann::json::parse(as_text(response->body), nullptr, false)};
  if (answer.json.is_discarded()) answer.json = std::string(as_text(response->body));
  return answer;
}

void ApiUser::sign_in(const std::string& name, const std::string& password) {
  const auto enter = [&](const std::string& with) {
    const ServiceAnswer entered = post("/session", {{"name", name}, {"password", with}});
    if (entered.status != 200) throw std::runtime_error("cannot sign in: " + entered.text());
    csrf_token_ = entered.json["csrf_token"];
    return entered;
  };
  const ServiceAnswer entered = enter(password);
  if (entered.json["account"]["must_change_password"] != true) return;
  const ServiceAnswer changed = put("/me/password", {{"current", password}, {"fresh", kPassword}});
  if (changed.status != 204) throw std::runtime_error("cannot change the password: " + changed.text());
  enter(kPassword);
}

ServiceAnswer ApiUser::get(const std::string& path) {
  return send(HttpMethod::kGet, path, nullptr);
}
ServiceAnswer ApiUser::post(const std::string& path, const nlohmann::json& body) {
  return send(HttpMethod::kPost, path, body);
}
ServiceAnswer ApiUser::put(const std::string& path, const nlohmann::json& body) {
  return send(HttpMethod::kPut, path, body);
}
ServiceAnswer ApiUser::patch(const std::string& path, const nlohmann::json& body) {
  return send(HttpMethod::kPatch, path, body);
}
ServiceAnswer ApiUser::remove(const std::string& path, const nlohmann::json& body) {
  return send(HttpMethod::kDelete, path, body);
}

nlohmann::json ApiUser::wait_for_job(const std::string& id) {
  const auto end = std::chrono::steady_clock::now() + kJobPatience;
  for (;;) {
    const ServiceAnswer job = get("/jobs/" + id);
    if (job.status != 200) throw std::runtime_error("no such job: " + job.text());
    const std::string state = job.json["state"];
    if (state != "queued" && state != "running") return job.json;
    if (std::chrono::steady_clock::now() > end) throw std::runtime_error("the job lasts: " + job.text());
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace skyhold
