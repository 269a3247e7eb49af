#include "http/client.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cstring>
#include <mutex>

#include <curl/curl.h>
#include <fmt/format.h>

#include "base/assert.h"
#include "base/version.h"
#include "http/curl_share.h"
#include "http/public_address.h"

namespace skyhold {
namespace {

using std::chrono::milliseconds;

constexpr long kBufferBytes = 512 * 1024;  // fewer calls than with curl's 16 KiB
constexpr std::size_t kMostHeaderBytes = std::size_t{256} << 10;
constexpr std::chrono::seconds kLongestRetryAfter{3600};

template <typename Value>
void set(CURL* easy, CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(easy, option, value);
  SKYHOLD_ASSERT(code == CURLE_OK);
}

const char* text_or_null(const std::string& text) {
  return text.empty() ? nullptr : text.c_str();
}

struct HeaderList {
  curl_slist* lines = nullptr;
  HeaderList() = default;
  ~HeaderList() { curl_slist_free_all(lines); }
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;

  void add(const std::string& line) {
    curl_slist* const longer = curl_slist_append(lines, line.c_str());
    SKYHOLD_ASSERT(longer != nullptr);
    lines = longer;
  }
};

// scheme://host:port of a URL, which is all that an error may repeat of it.
struct Target {
  std::string scheme;
  std::string host;
};

Result<Target> parse_target(const std::string& url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), &curl_url_cleanup);
  SKYHOLD_ASSERT(parsed != nullptr);
  const auto part = [&](CURLUPart which) {
    char* text = nullptr;
    if (curl_url_get(parsed.get(), which, &text, 0) != CURLUE_OK) return std::string();
    std::string copy = text;
    curl_free(text);
    return copy;
  };
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), CURLU_PATH_AS_IS | CURLU_NON_SUPPORT_SCHEME) !=
      CURLUE_OK) {
    return fail(ErrorCode::kInvalidArgument, "a request has a malformed URL",
                "URLs look like https://host/path, with everything unusual percent-encoded");
  }
  Target target{part(CURLUPART_SCHEME), part(CURLUPART_HOST)};
  if (target.scheme != "http" && target.scheme != "https") {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{}:// is not a URL of http or https", target.scheme));
  }
  if (!part(CURLUPART_USER).empty() || !part(CURLUPART_PASSWORD).empty()) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("the URL of {} holds a user or password", target.host),
                "give credentials by reference, never in a URL");
  }
  if (const std::string port = part(CURLUPART_PORT); !port.empty()) target.host += ":" + port;
  return target;
}

Status add_headers(const HttpRequest& request, HeaderList& list) {
  for (const HttpHeader& header : request.headers) {
    const bool breaks_line = header.name.find_first_of(":\r\n ") != std::string::npos ||
                             header.value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos;
    if (breaks_line || header.name.empty()) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("the value of the request header \"{}\" holds a line break", header.name),
                  "look at the settings and credentials that it is made of");
    }
    // curl drops "name:" but sends "name;" as a header without a value.
    list.add(header.value.empty() ? header.name + ";" : header.name + ": " + header.value);
  }
  list.add("Expect:");  // waiting for a 100 costs a round trip
  return {};
}

// The body as curl reads it: view after view, and from the start when it sends again.
class Upload {
 public:
  explicit Upload(const std::vector<ByteView>& parts) : parts_(parts) {}

  [[nodiscard]] std::uint64_t size_bytes() const {
    std::uint64_t sum = 0;
    for (const ByteView part : parts_) sum += part.size();
    return sum;
  }

  static std::size_t read(char* to, std::size_t size, std::size_t count, void* upload) {
    return static_cast<Upload*>(upload)->next(to, size * count);
  }
  static int seek(void* upload, curl_off_t offset, int origin) {
    if (origin != SEEK_SET || offset < 0) return CURL_SEEKFUNC_CANTSEEK;
    return static_cast<Upload*>(upload)->seek_to(static_cast<std::uint64_t>(offset));
  }

 private:
  std::size_t next(char* to, std::size_t room) {
    std::size_t given = 0;
    while (given < room && part_ < parts_.size()) {
      const ByteView rest = parts_[part_].subspan(offset_);
      const std::size_t taken = std::min(room - given, rest.size());
      if (taken > 0) std::memcpy(to + given, rest.data(), taken);
      given += taken;
      offset_ += taken;
      if (offset_ == parts_[part_].size()) {
        ++part_;
        offset_ = 0;
      }
    }
    return given;
  }
  int seek_to(std::uint64_t offset) {
    for (part_ = 0; part_ < parts_.size() && offset >= parts_[part_].size(); ++part_) {
      offset -= parts_[part_].size();
    }
    offset_ = static_cast<std::size_t>(offset);
    return offset_ == 0 || part_ < parts_.size() ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
  }

  const std::vector<ByteView>& parts_;
  std::size_t part_ = 0;
  std::size_t offset_ = 0;
};

HttpResponse head_of(CURL* easy) {
  HttpResponse response;
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  curl_header* header = nullptr;
  while ((header = curl_easy_nextheader(easy, CURLH_HEADER, -1, header)) != nullptr) {
    HttpHeader copy{header->name, header->value};
    for (char& c : copy.name) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    response.headers.push_back(std::move(copy));
  }
  return response;
}

// What one exchange gathers while curl drives it.
struct Exchange {
  CURL* easy = nullptr;
  std::uint64_t most_body_bytes = 0;
  const HttpRequest* request = nullptr;
  Bytes body;
  std::size_t header_bytes = 0;
  int sendings = 0;
  bool body_too_large = false;
  bool headers_too_large = false;
  bool head_was_told = false;
  bool was_enough = false;  // on_head or on_body said so
  bool address_refused = false;

  static std::size_t write_body(char* data, std::size_t size, std::size_t count, void* exchange) {
    return static_cast<Exchange*>(exchange)->take_body(data, size * count);
  }
  static std::size_t count_header(char* /*data*/, std::size_t size, std::size_t count, void* exchange) {
    auto* const self = static_cast<Exchange*>(exchange);
    self->header_bytes += size * count;
    self->headers_too_large = self->header_bytes > kMostHeaderBytes;
    return self->headers_too_large ? 0 : size * count;
  }
  static int count_sending(void* exchange, char* /*to*/, char* /*from*/, int /*port*/, int /*local*/) {
    ++static_cast<Exchange*>(exchange)->sendings;
    return CURL_PREREQFUNC_OK;
  }
  // Here and not before: between a look at a name and the connection it may come to mean another address.
  static curl_socket_t open_public_socket(void* exchange, curlsocktype /*purpose*/, curl_sockaddr* address) {
    if (is_public_address(address->addr)) {
      return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    }
    static_cast<Exchange*>(exchange)->address_refused = true;
    return CURL_SOCKET_BAD;
  }

 private:
  [[nodiscard]] bool is_success() const {
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    return status >= 200 && status < 300;
  }
  bool tell_head() {
    if (head_was_told || !request->on_head) return true;
    head_was_told = true;
    return request->on_head(head_of(easy));
  }
  std::size_t take_body(const char* data, std::size_t size) {
    if (request->on_body && is_success()) {
      was_enough = !tell_head() || !request->on_body(as_bytes({data, size}));
      return was_enough ? 0 : size;
    }
    if (body.empty()) {
      curl_off_t announced = -1;
      curl_easy_getinfo(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
      if (announced > 0 && static_cast<std::uint64_t>(announced) > most_body_bytes) body_too_large = true;
      if (announced > 0 && !body_too_large) body.reserve(static_cast<std::size_t>(announced));
    }
    body_too_large = body_too_large || size > most_body_bytes - body.size();
    if (body_too_large) return 0;
    const std::size_t old_size = body.size();
    body.resize(old_size + size);
    std::memcpy(body.data() + old_size, data, size);
    return size;
  }
};

void set_connection_options(CURL* easy, const HttpClientOptions& options) {
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(easy, CURLOPT_PATH_AS_IS, 1L);
  set(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(easy, CURLOPT_BUFFERSIZE, kBufferBytes);
  set(easy, CURLOPT_UPLOAD_BUFFERSIZE, kBufferBytes);
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(options.request_timeout.count()));
  set(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  set(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.stall_timeout.count()));
  if (!options.ca_file.empty() || !options.ca_directory.empty()) {
    set(easy, CURLOPT_CAINFO, text_or_null(options.ca_file));
    set(easy, CURLOPT_CAPATH, text_or_null(options.ca_directory));
  }
}

bool may_have_body(HttpMethod method) {
  return method == HttpMethod::kPut || method == HttpMethod::kPost || method == HttpMethod::kPatch;
}

void set_method(CURL* easy, const HttpRequest& request, Upload& upload) {
  if (request.method == HttpMethod::kHead) set(easy, CURLOPT_NOBODY, 1L);
  if (may_have_body(request.method)) {
    set(easy, CURLOPT_UPLOAD, 1L);
    set(easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(upload.size_bytes()));
    set(easy, CURLOPT_READFUNCTION, &Upload::read);
    set(easy, CURLOPT_READDATA, &upload);
    set(easy, CURLOPT_SEEKFUNCTION, &Upload::seek);
    set(easy, CURLOPT_SEEKDATA, &upload);
  }
  if (request.method == HttpMethod::kPost || request.method == HttpMethod::kPatch ||
      request.method == HttpMethod::kDelete) {
    set(easy, CURLOPT_CUSTOMREQUEST, std::string(to_string(request.method)).c_str());
  }
}

HttpResponse take_response(CURL* easy, Exchange& exchange) {
  HttpResponse response = head_of(easy);
  response.body = std::move(exchange.body);
  response.sent_again = exchange.sendings > 1;
  return response;
}

// An authority of the right name with another key: OpenSSL then names the routine that could
// not check the signature, and curl calls it any failure of the handshake.
bool is_wrong_signature(std::string_view details) {
  for (const std::string_view routines :
       {"asn1 encoding routines", "rsa routines", "x509 certificate routines"}) {
    if (details.find(routines) != std::string_view::npos) return true;
  }
  return false;
}

Error error_of(CURLcode code, const char* details, const Exchange& exchange, const Target& target,
               const HttpClientOptions& options) {
  const std::string reason = *details != '\0' ? details : curl_easy_strerror(code);
  if (exchange.body_too_large || exchange.headers_too_large) {
    return {ErrorCode::kCorrupt, fmt::format("the answer of {} is larger than it may be", target.host), {}};
  }
  if (exchange.address_refused && code == CURLE_COULDNT_CONNECT) {
    return {ErrorCode::kPermissionDenied,
            fmt::format("{} is an address of this machine or of a private network", target.host),
            "only public addresses are connected to; an operator can allow others"};
  }
  if (code == CURLE_SSL_CONNECT_ERROR && is_wrong_signature(reason)) code = CURLE_PEER_FAILED_VERIFICATION;
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
      return {ErrorCode::kPermissionDenied,
              fmt::format("the TLS certificate of {} is not to be trusted: {}", target.host, reason),
              "if the server has a certificate authority of its own, name its file as ca_file"};
    case CURLE_SSL_CACERT_BADFILE:
      return {ErrorCode::kInvalidArgument,
              fmt::format("cannot read the certificate authorities of {}: {}", target.host,
                          options.ca_file.empty() ? options.ca_directory : options.ca_file),
              "ca_file is a PEM file, ca_directory a directory prepared with c_rehash"};
    case CURLE_URL_MALFORMAT:
      return {
          ErrorCode::kInvalidArgument, fmt::format("a request to {} has a malformed URL", target.host), {}};
    case CURLE_UNSUPPORTED_PROTOCOL:  // the URL is of http: this is an answer as of HTTP/0.9
    case CURLE_WEIRD_SERVER_REPLY:
      return {ErrorCode::kCorrupt, fmt::format("{} does not answer as HTTP demands: {}", target.host, reason),
              "is this address that of an HTTP server?"};
    case CURLE_OUT_OF_MEMORY: return {ErrorCode::kInternal, "memory ran out in a transfer", {}};
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
      return {ErrorCode::kUnavailable, fmt::format("cannot reach {}: {}", target.host, reason),
              "check the address, the network and the proxy settings"};
    default:
      return {ErrorCode::kUnavailable,
              fmt::format("the exchange with {} broke off: {}", target.host, reason),
              {}};
  }
}

}  // namespace

std::string_view to_string(HttpMethod method) {
  switch (method) {
    case HttpMethod::kGet: return "GET";
    case HttpMethod::kHead: return "HEAD";
    case HttpMethod::kPut: return "PUT";
    case HttpMethod::kPost: return "POST";
    case HttpMethod::kPatch: return "PATCH";
    case HttpMethod::kDelete: return "DELETE";
  }
  SKYHOLD_UNREACHABLE();
}

std::optional<std::string_view> HttpResponse::header(std::string_view lower_case_name) const {
  for (const HttpHeader& header : headers) {
    if (header.name == lower_case_name) return header.value;
  }
  return std::nullopt;
}

milliseconds HttpResponse::retry_after() const {
  const std::string text(header("retry-after").value_or(""));
  if (text.empty()) return milliseconds{0};
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size()) {
    const std::time_t then = curl_getdate(text.c_str(), nullptr);
    if (then < 0) return milliseconds{0};
    // By the server's own clock where it tells it: ours may differ.
    std::time_t now = curl_getdate(std::string(header("date").value_or("")).c_str(), nullptr);
    if (now < 0) now = std::time(nullptr);
    seconds = then - now;
  }
  return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, kLongestRetryAfter.count()));
}

// Handles of curl, each with the connections that it keeps. The one that was used last is
// lent first, so that few callers keep few connections busy and the others time out.
// Whether interrupt() was called since a request began; curl asks at least once a second.
struct Interruption {
  const std::atomic<std::uint64_t>& count;
  const std::uint64_t at_start;
  const CancelToken* cancel;

  [[nodiscard]] bool has_come() const {
    return count.load(std::memory_order_relaxed) != at_start || (cancel != nullptr && cancel->cancelled());
  }
  static int ask(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<const Interruption*>(self)->has_come() ? 1 : 0;
  }
};

class HttpClient::Connections {
 public:
  explicit Connections(HttpClientOptions options) : options_(std::move(options)) {}
  ~Connections() {
    for (CURL* const easy : idle_) curl_easy_cleanup(easy);
  }
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  Result<HttpResponse> send(const HttpRequest& request) {
    const Target target = TRY(parse_target(request.url));
    HeaderList headers;
    TRY(add_headers(request, headers));
    CURL* const easy = take();
    Result<HttpResponse> response = exchange_on(easy, request, headers, target);
    give_back(easy);
    return response;
  }

  void interrupt() { ++interruptions_; }

 private:
  CURL* take() {
    {
      const std::scoped_lock lock(mutex_);
      if (!idle_.empty()) {
        CURL* const easy = idle_.back();
        idle_.pop_back();
        return easy;
      }
    }
    CURL* const easy = curl_easy_init();
    SKYHOLD_ASSERT(easy != nullptr);
    set(easy, CURLOPT_SHARE, share_.handle());
    return easy;
  }
  void give_back(CURL* easy) {
    // Forgets the options, with their pointers to a caller's stack, but not the connections.
    curl_easy_reset(easy);
    const std::scoped_lock lock(mutex_);
    idle_.push_back(easy);
  }

  Result<HttpResponse> exchange_on(CURL* easy, const HttpRequest& request, const HeaderList& headers,
                                   const Target& target) const {
    SKYHOLD_ASSERT(request.body.empty() || may_have_body(request.method));
    Upload upload(request.body);
    Exchange exchange;
    exchange.easy = easy;
    exchange.most_body_bytes = request.most_response_bytes;
    exchange.request = &request;
    std::array<char, CURL_ERROR_SIZE> details{};

    set_connection_options(easy, options_);
    set_method(easy, request, upload);
    set(easy, CURLOPT_URL, request.url.c_str());
    set(easy, CURLOPT_USERAGENT, fmt::format("skyhold/{}", kVersion).c_str());
    set(easy, CURLOPT_HTTPHEADER, headers.lines);
    set(easy, CURLOPT_ERRORBUFFER, details.data());
    set(easy, CURLOPT_WRITEFUNCTION, &Exchange::write_body);
    set(easy, CURLOPT_WRITEDATA, &exchange);
    set(easy, CURLOPT_HEADERFUNCTION, &Exchange::count_header);
    set(easy, CURLOPT_HEADERDATA, &exchange);
    set(easy, CURLOPT_PREREQFUNCTION, &Exchange::count_sending);
    set(easy, CURLOPT_PREREQDATA, &exchange);
    if (options_.refuse_private_addresses) {
      set(easy, CURLOPT_NOPROXY, "*");
      set(easy, CURLOPT_OPENSOCKETFUNCTION, &Exchange::open_public_socket);
      set(easy, CURLOPT_OPENSOCKETDATA, &exchange);
    }

    Interruption interruption{interruptions_, interruptions_.load(), request.cancel};
    set(easy, CURLOPT_NOPROGRESS, 0L);
    set(easy, CURLOPT_XFERINFOFUNCTION, &Interruption::ask);
    set(easy, CURLOPT_XFERINFODATA, &interruption);

    const CURLcode code = curl_easy_perform(easy);
    const bool ended_from_here = code == CURLE_ABORTED_BY_CALLBACK && interruption.has_come();
    if (ended_from_here || exchange.was_enough) {
      return fail(ErrorCode::kCancelled,
                  fmt::format("the exchange with {} was ended from here", target.host));
    }
    if (code != CURLE_OK) return fail(error_of(code, details.data(), exchange, target, options_));
    return take_response(easy, exchange);
  }

  const HttpClientOptions options_;
  std::atomic<std::uint64_t> interruptions_{0};
  CurlShare share_;  // outlives the handles that use it
  std::mutex mutex_;
  std::vector<CURL*> idle_;
};

HttpClient::HttpClient(HttpClientOptions options)
    : connections_(std::make_unique<Connections>(std::move(options))) {}
HttpClient::~HttpClient() = default;

Result<HttpResponse> HttpClient::send(const HttpRequest& request) {
  return connections_->send(request);
}

void HttpClient::interrupt() {
  connections_->interrupt();
}

}  // namespace skyhold
