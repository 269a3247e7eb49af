#include "cli/api_client.h"

#include <array>

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/random.h"
#include "cli/format.h"

namespace skyhold {
namespace {

constexpr std::uint64_t kMostAnswerBytes = std::uint64_t{64} << 20;
constexpr int kMostPageItems = 500;
constexpr std::chrono::seconds kTransferStall{120};

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~").find(c) != std::string_view::npos;
}

std::string percent_encoded(std::string_view text) {
  std::string result;
  for (const char c : text) {
    result += is_plain(c) ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return result;
}

std::string query_text(const ApiQuery& query) {
  std::string text;
  for (const auto& [name, value] : query) {
    if (!value.empty())
      text += fmt::format("{}{}={}", text.empty() ? "?" : "&", name, percent_encoded(value));
  }
  return text;
}

std::string new_idempotency_key() {
  std::array<std::uint8_t, 16> bytes{};
  random_bytes(bytes);
  return hex_encode(bytes);
}

}  // namespace

std::string api_path(std::string_view format_before, std::string_view name, std::string_view format_after) {
  return fmt::format("{}{}{}", format_before, percent_encoded(name), format_after);
}

ApiClient::ApiClient(ApiPlace place, const CancelToken& cancel) : place_(std::move(place)), cancel_(&cancel) {
  HttpClientOptions options{.ca_file = place_.ca_file, .ca_directory = {}};
  http_ = std::make_unique<HttpClient>(options);
  options.stall_timeout = kTransferStall;
  transfers_ = std::make_unique<HttpClient>(options);
}
ApiClient::~ApiClient() = default;
ApiClient::ApiClient(ApiClient&&) noexcept = default;
ApiClient& ApiClient::operator=(ApiClient&&) noexcept = default;

Result<ApiReply> ApiClient::get(const std::string& path, const ApiQuery& query) {
  return send(HttpMethod::kGet, path, query, {});
}
Result<ApiReply> ApiClient::create(const std::string& path, const ApiObject& body) {
  return send(HttpMethod::kPost, path, {}, body.empty() ? std::string() : body.dump(), new_idempotency_key());
}
Result<ApiReply> ApiClient::post(const std::string& path, const ApiObject& body) {
  return send(HttpMethod::kPost, path, {}, body.empty() ? std::string() : body.dump());
}
Result<ApiReply> ApiClient::put(const std::string& path, const ApiObject& body) {
  return send(HttpMethod::kPut, path, {}, body.dump());
}
Result<ApiReply> ApiClient::patch(const std::string& path, const ApiObject& body) {
  return send(HttpMethod::kPatch, path, {}, body.dump());
}
Result<ApiReply> ApiClient::remove(const std::string& path, const ApiQuery& query) {
  return send(HttpMethod::kDelete, path, query, {});
}

Result<ApiReply> ApiClient::list(const std::string& path, ApiQuery query, int most, std::string after) {
  std::vector<ApiJson> items;
  query.emplace_back("limit", "");
  query.emplace_back("after", "");
  do {
    const int wanted = std::min(kMostPageItems, most - static_cast<int>(items.size()));
    query[query.size() - 2].second = std::to_string(wanted);
    query.back().second = after;
    const ApiReply page = TRY(get(path, query));
    const std::vector<ApiJson> more = page.json["items"].items();
    items.insert(items.end(), more.begin(), more.end());
    after = page.json.text("next");
    if (more.empty()) break;
  } while (!after.empty() && static_cast<int>(items.size()) < most);
  ApiObject whole;
  whole.set("items", items).set("next", after);
  ApiReply reply{.body = whole.dump(), .json = {}};
  reply.json = TRY(ApiJson::parse(reply.body));
  return reply;
}

Status ApiClient::stream(const std::string& path, const std::string& last_event_id,
                         const std::function<bool(ByteView piece)>& on_piece) {
  HttpRequest request = request_to(HttpMethod::kGet, path, {});
  request.headers.push_back({"Accept", "text/event-stream"});
  if (!last_event_id.empty()) request.headers.push_back({"Last-Event-ID", last_event_id});
  request.on_body = on_piece;
  const HttpResponse response = TRY(exchange(*http_, std::move(request)));
  if (!response.header("content-type").value_or("").starts_with("text/event-stream")) {
    return fail(ErrorCode::kUnsupported, fmt::format("{} does not send events", place_.url));
  }
  return {};
}

Result<ApiReply> ApiClient::put_bytes(const std::string& path, const ApiQuery& query, ByteView bytes) {
  HttpRequest request = request_to(HttpMethod::kPut, path, query);
  request.headers.push_back({"Content-Type", "application/octet-stream"});
  request.body = {bytes};
  return reply_to(*transfers_, std::move(request));
}

Result<ApiReply> ApiClient::send(HttpMethod method, const std::string& path, const ApiQuery& query,
                                 const std::string& body, const std::string& idempotency_key) {
  HttpRequest request = request_to(method, path, query);
  if (!body.empty()) {
    request.headers.push_back({"Content-Type", "application/json"});
    request.body = {as_bytes(body)};
  }
  if (!idempotency_key.empty()) request.headers.push_back({"Idempotency-Key", idempotency_key});
  return reply_to(*http_, std::move(request));
}

Result<ApiReply> ApiClient::reply_to(HttpClient& http, HttpRequest request) {
  request.headers.push_back({"Accept", "application/json"});
  request.most_response_bytes = kMostAnswerBytes;
  const HttpResponse response = TRY(exchange(http, std::move(request)));
  take_session(response);
  ApiReply reply{.body = std::string(as_text(response.body)), .json = {}};
  const bool is_json = response.header("content-type").value_or("").starts_with("application/json");
  if (!reply.body.empty() && is_json) reply.json = TRY(ApiJson::parse(reply.body));
  if (!reply.body.empty() && !is_json) {
    return fail(ErrorCode::kUnsupported, fmt::format("{} does not answer as Skyhold does", place_.url),
                "is this the address of `skyhold serve`?");
  }
  return reply;
}

HttpRequest ApiClient::request_to(HttpMethod method, const std::string& path, const ApiQuery& query) const {
  HttpRequest request;
  request.method = method;
  request.url = place_.url + "/api/v1" + path + query_text(query);
  if (!place_.token.empty()) request.headers.push_back({"Authorization", "Bearer " + place_.token});
  if (!cookie_.empty()) request.headers.push_back({"Cookie", cookie_});
  if (!csrf_token_.empty()) request.headers.push_back({"X-CSRF-Token", csrf_token_});
  return request;
}

Result<HttpResponse> ApiClient::exchange(HttpClient& http, HttpRequest request) {
  request.cancel = cancel_;
  auto response = http.send(request);
  if (!response) {
    TRY(cancel_->check());
    Error error = std::move(response).error();
    if (error.code == ErrorCode::kUnavailable && error.hint.empty()) {
      error.hint = "is the service running, and is this its address? Name it by --url or SKYHOLD_URL";
    }
    return fail(std::move(error));
  }
  if (!response->ok()) return fail(error_of_answer(*response, place_.url));
  return response;
}

// Set-Cookie as far as a sign-in needs it: one cookie, for this server and the life of the process.
void ApiClient::take_session(const HttpResponse& response) {
  if (const auto cookie = response.header("set-cookie")) {
    cookie_ = std::string(cookie->substr(0, cookie->find(';')));
  }
  if (const auto token = response.header("x-csrf-token")) csrf_token_ = std::string(*token);
}

Result<ApiClient> open_api(const Parameters& parameters, const CancelToken& cancel) {
  return ApiClient(TRY(api_place(parameters)), cancel);
}

}  // namespace skyhold
