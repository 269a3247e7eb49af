#include "cli/api_test_support.h"

#include <iterator>

namespace skyhold {

std::string SeenRequest::header(std::string_view name) const {
  for (const HttpHeader& one : headers) {
    if (one.name == name) return one.value;
  }
  return {};
}

CannedService::CannedService() {
  ServerOptions options;
  options.max_body_bytes = std::uint64_t{32} << 20;  // parts of uploads
  auto server = HttpServer::start(options, [this](ServerRequest& request) { return handle(request); });
  if (!server) throw std::runtime_error(to_string(server.error()));
  server_ = std::move(*server);
}

std::string CannedService::url() const {
  return "http://127.0.0.1:" + std::to_string(server_->port());
}

void CannedService::answer(const std::string& method_and_path, int status, const std::string& json,
                           std::vector<HttpHeader> headers) {
  headers.push_back({"Content-Type", status < 400 ? "application/json" : "application/problem+json"});
  answer_with(method_and_path, [status, json, headers](const ServerRequest&) {
    ServerResponse response;
    response.status = status;
    response.headers = headers;
    if (status != 204) response.body = json;
    return response;
  });
}

void CannedService::answer_with(const std::string& method_and_path, Answer answer) {
  const std::scoped_lock lock(mutex_);
  answers_[method_and_path] = std::move(answer);
}

std::vector<SeenRequest> CannedService::seen() {
  const std::scoped_lock lock(mutex_);
  return seen_;
}

std::vector<std::string> CannedService::lines() {
  std::vector<std::string> lines;
  for (const SeenRequest& request : seen()) lines.push_back(request.line);
  return lines;
}

SeenRequest CannedService::last(const std::string& method_and_path) {
  SeenRequest found;
  for (const SeenRequest& request : seen()) {
    if (request.line.substr(0, request.line.find('?')) == method_and_path) found = request;
  }
  return found;
}

ServerResponse CannedService::handle(ServerRequest& request) {
  constexpr std::string_view kPrefix = "/api/v1";
  ServerResponse unknown;
  unknown.status = 404;
  if (!request.target_path.starts_with(kPrefix)) return unknown;
  const std::string key =
      std::string(to_string(request.method)) + " " + request.target_path.substr(kPrefix.size());
  std::string line = key;
  for (const auto& [name, value] : request.query) {
    line += (line.find('?') == std::string::npos ? "?" : "&") + name + "=" + value;
  }
  Answer answer;
  {
    const std::scoped_lock lock(mutex_);
    seen_.push_back({line, request.headers, request.body});
    const auto found = answers_.find(key);
    if (found != answers_.end()) answer = found->second;
  }
  if (!answer) return unknown;
  return answer(request);
}

namespace {

class Given final : public EventSource {
 public:
  explicit Given(std::string text) : text_(std::move(text)) {}
  EventPoll poll() override { return {text_, true}; }

 private:
  std::string text_;
};

}  // namespace

std::unique_ptr<EventSource> events_of(std::string text) {
  return std::make_unique<Given>(std::move(text));
}

Result<std::string> FakeTerminal::next(const std::string& question, bool is_secret) {
  said += question;
  if (is_secret) secret.push_back(question);
  if (!there || answers.empty()) return fail(ErrorCode::kUnavailable, "nobody answers: " + question);
  std::string answer = answers.front();
  answers.pop_front();
  return answer;
}

Result<std::string> FakeTerminal::next_input_line() {
  if (input_lines.empty()) return fail(ErrorCode::kInvalidArgument, "the input ended");
  std::string line = input_lines.front();
  input_lines.pop_front();
  return line;
}

void ApiCommandTest::SetUp() {
  std::string pattern = (std::filesystem::temp_directory_path() / "skyhold-api-XXXXXX").string();
  ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
  directory_ = pattern;
  variables_ = {{"SKYHOLD_SETTINGS", ""},
                {"XDG_CONFIG_HOME", (directory_ / "config").string()},
                {"SKYHOLD_URL", service_.url()},
                {"SKYHOLD_TOKEN", "skt_secret"}};
}

int ApiCommandTest::run(const std::vector<std::string>& arguments) {
  out_.str("");
  err_.str("");
  const auto environment = [this](const std::string& name) {
    const auto found = variables_.find(name);
    return found == variables_.end() ? std::nullopt : std::optional(found->second);
  };
  const Surroundings surroundings{out_,   err_,    false, [] { return 80; }, environment,
                                  clock_, cancel_, {},    &terminal_};
  return run_command_line(arguments, surroundings);
}

int ApiCommandTest::run_line(const std::string& line) {
  std::istringstream stream(line);
  return run({std::istream_iterator<std::string>(stream), {}});
}

int ApiCommandTest::run_without_token(const std::vector<std::string>& arguments) {
  variables_.erase("SKYHOLD_URL");
  variables_.erase("SKYHOLD_TOKEN");
  return run(arguments);
}

}  // namespace skyhold
