// Skyhold's own API, as the commands use it: JSON in, JSON or an Error out.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/cancel.h"
#include "cli/api_json.h"
#include "cli/parameters.h"
#include "cli/saved_sign_in.h"
#include "http/client.h"

namespace skyhold {

// Empty values are left out.
using ApiQuery = std::vector<std::pair<std::string, std::string>>;

struct ApiReply {
  std::string body;  // as it came; empty of a 204
  ApiJson json;      // null when the body is not JSON

  // For --json: "{}" when there was nothing to say.
  [[nodiscard]] std::string text() const { return body.empty() ? "{}" : body; }
};

// The begin of an answer that is a file, or a part of one.
struct FileHead {
  std::uint64_t from = 0;                    // where in the file its bytes begin
  std::optional<std::uint64_t> whole_bytes;  // of the whole file; none: not told
};

// Takes a file as it comes. What it fails with ends the exchange and is its error.
class FileReceiver {
 public:
  virtual ~FileReceiver() = default;
  // Before the first piece; not at all when there is none. A service that cannot give a part gives all.
  virtual Status begin(const FileHead& head) = 0;
  virtual Status take(ByteView piece) = 0;
};

// Where to, as whom. None of it is checked.
struct ApiPlace {
  std::string url;  // without a slash at its end
  std::string token;
  std::string ca_file;
};

// From flags, environment and the saved sign-in, in this order. A saved token is only sent to the
// server that gave it. kInvalidArgument when the URL is none, kPermissionDenied without a token.
Result<ApiPlace> api_place(const Parameters& parameters);
// The same without a token, for signing in. `wanted`: the URL that was named outright, or empty.
Result<ApiPlace> sign_in_place(const Parameters& parameters, const std::string& wanted);

// "/projects/" + what a path segment may hold of `name`, percent-encoded.
std::string api_path(std::string_view format_before, std::string_view name,
                     std::string_view format_after = {});

// The code with that name in base/error.h's table.
std::optional<ErrorCode> error_code_named(std::string_view name);

// The Error that an answer stands for which is no success (problem+json, or a proxy's page).
Error error_of_answer(const HttpResponse& response, const std::string& url);

class ApiClient {
 public:
  ApiClient(ApiPlace place, const CancelToken& cancel);
  ~ApiClient();
  ApiClient(ApiClient&&) noexcept;
  ApiClient& operator=(ApiClient&&) noexcept;
  ApiClient(const ApiClient&) = delete;
  ApiClient& operator=(const ApiClient&) = delete;

  [[nodiscard]] const std::string& url() const { return place_.url; }

  // `path` below /api/v1. Errors: those of error_of_answer() and of HttpClient::send().
  Result<ApiReply> get(const std::string& path, const ApiQuery& query = {});
  // A creation goes with an Idempotency-Key: sent twice by the network, it is done once.
  Result<ApiReply> create(const std::string& path, const ApiObject& body);
  Result<ApiReply> post(const std::string& path, const ApiObject& body = {});
  Result<ApiReply> put(const std::string& path, const ApiObject& body);
  Result<ApiReply> patch(const std::string& path, const ApiObject& body);
  Result<ApiReply> remove(const std::string& path, const ApiQuery& query = {});
  // Bytes of a file.
  Result<ApiReply> put_bytes(const std::string& path, const ApiQuery& query, ByteView bytes);

  // Pages until `most` items have come or there are no more; gives {"items": […], "next": "…"}.
  Result<ApiReply> list(const std::string& path, ApiQuery query, int most, std::string after = {});

  // Server-sent events; a broken stream is kUnavailable, an answer without events kUnsupported.
  Status stream(const std::string& path, const std::string& last_event_id,
                const std::function<bool(ByteView piece)>& on_piece);

  // Where a link that the service gave leads. kUnsupported when it is none below its address.
  [[nodiscard]] Result<std::string> link_url(const std::string& link) const;
  // The file that such a link gives, from byte `from` on. The link is the right to it: no token goes along.
  Status fetch(const std::string& link, std::uint64_t from, FileReceiver& receiver);

  // After POST /session: the cookie came with the answer and rides along; changes repeat the token.
  void use_csrf_token(std::string token) { csrf_token_ = std::move(token); }

 private:
  // A request to `path`, as whoever is signed in.
  [[nodiscard]] HttpRequest request_to(HttpMethod method, const std::string& path,
                                       const ApiQuery& query) const;
  Result<HttpResponse> exchange(HttpClient& http, HttpRequest request);
  Result<ApiReply> reply_to(HttpClient& http, HttpRequest request);
  Result<ApiReply> send(HttpMethod method, const std::string& path, const ApiQuery& query,
                        const std::string& body, const std::string& idempotency_key = {});
  void take_session(const HttpResponse& response);

  ApiPlace place_;
  const CancelToken* cancel_;
  std::unique_ptr<HttpClient> http_;
  std::unique_ptr<HttpClient> transfers_;  // has more patience with a side that works on it
  std::string cookie_;
  std::string csrf_token_;
};

// A client for the place that the parameters name.
Result<ApiClient> open_api(const Parameters& parameters, const CancelToken& cancel);

}  // namespace skyhold
