// HTTP requests to servers that others run: cloud stores, token endpoints.
//
// libcurl behind one blocking call. Connections are kept and used again: each caller that
// is at work has one of its own, so that n threads make n transfers at once. TLS is always
// verified. Redirects are not followed: no API that we speak needs them, and credentials
// must not travel along.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/cancel.h"
#include "base/result.h"

namespace skyhold {

enum class HttpMethod { kGet, kHead, kPut, kPost, kPatch, kDelete };
std::string_view to_string(HttpMethod method);

struct HttpHeader {
  std::string name;
  std::string value;
};

struct HttpResponse {
  int status = 0;
  std::vector<HttpHeader> headers;  // names in lower case
  Bytes body;
  // A kept connection turned out dead, so the request was sent once more: the server may
  // have acted on it twice.
  bool sent_again = false;

  [[nodiscard]] std::optional<std::string_view> header(std::string_view lower_case_name) const;
  [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
  // What Retry-After asks for, in seconds or as a date, at most an hour; 0: it is not there.
  [[nodiscard]] std::chrono::milliseconds retry_after() const;
};

struct HttpRequest {
  HttpMethod method = HttpMethod::kGet;
  std::string url;  // sent as it is: path and query are encoded by the caller
  std::vector<HttpHeader> headers;
  // Sent one after the other; what they view must outlive the call. A PUT, POST or PATCH
  // without any sends Content-Length: 0.
  std::vector<ByteView> body;
  std::uint64_t most_response_bytes = std::uint64_t{1} << 20;
  // Takes the body of a successful answer as it comes, however long it becomes: HttpResponse::body
  // stays empty then. False ends the exchange, which is kCancelled.
  std::function<bool(ByteView piece)> on_body{};
  // With on_body: status and headers of a successful answer, before its first piece. A body may be
  // another than was asked for: all where a range was. False ends the exchange likewise.
  std::function<bool(const HttpResponse& head)> on_head{};
  // Looked at once a second or so: ends the exchange with kCancelled.
  const CancelToken* cancel = nullptr;
};

struct HttpClientOptions {
  // Whom to trust, in PEM. Both empty: the system's; else these and nobody else.
  std::string ca_file;
  std::string ca_directory;  // as c_rehash makes it
  std::chrono::milliseconds connect_timeout{10'000};
  // A transfer that moves less than a byte a second for so long has failed.
  std::chrono::seconds stall_timeout{30};
  // The longest that one request may take; 0: as long as it moves.
  std::chrono::milliseconds request_timeout{0};
  // Connect to public addresses only (public_address.h), whatever a name resolves to, and through no proxy:
  // for URLs that people give. What is refused is kPermissionDenied.
  bool refuse_private_addresses = false;
};

// Thread-safe.
class HttpClient {
 public:
  explicit HttpClient(HttpClientOptions options = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // An answer of any status is a success. Errors: kUnavailable (no connection, cut off,
  // stalled: trying again may help), kPermissionDenied (the server's certificate is not to
  // be trusted), kInvalidArgument (not a URL of http or https, a header that breaks its line,
  // a CA file that cannot be read), kCorrupt (an answer larger than most_response_bytes, or
  // not HTTP). Messages name the host, never query or headers.
  Result<HttpResponse> send(const HttpRequest& request);
  // Requests that are under way end within a second or so, with kCancelled; later ones are
  // not affected.
  void interrupt();

 private:
  class Connections;
  std::unique_ptr<Connections> connections_;
};

}  // namespace skyhold
