// An HTTP/1.1 server engine: sockets, TLS, parsing, deadlines and bounds. What the answers
// say is the handler's business; how they travel, and whom to refuse, is decided here.
//
//   peer ─► I/O thread ─► plan() ─► handler on a worker thread ─► I/O thread ─► peer
//           head, limits            (fast lane: on the I/O thread)
//
// One I/O thread moves all bytes. Handlers run on a bounded pool, so they may block; a
// handler that reads a streamed upload runs on a pool of its own, so that slow uploaders
// keep nobody else waiting. Downloads and event streams hold a thread only while their
// source is being asked for more.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http/client.h"
#include "io/byte_stream.h"

namespace skyhold {

struct ServerRequest {
  HttpMethod method = HttpMethod::kGet;
  // The request was HEAD: `method` says kGet, and the engine sends the head of the answer only.
  bool head_only = false;
  // Percent-decoded once. Begins with '/', is UTF-8 without control characters, and has no
  // empty, "." or ".." segment; a '/' that came as %2F was refused.
  std::string target_path;
  // Decoded, in the order sent. UTF-8 without control characters other than tab and newline.
  std::vector<std::pair<std::string, std::string>> query;
  std::vector<HttpHeader> headers;  // names in lower case
  // Of the connection, or of the client when the peer is a trusted proxy. "unix" for a local
  // socket whose peer named no client.
  std::string peer_address;
  bool secure = false;  // TLS, here or at a trusted proxy
  // Empty when the plan asked for a stream, and while plan() runs.
  std::string body;
  // With ServerRoutePlan::stream_body: the body as it comes in. read() blocks while the peer is
  // slow; errors: kUnavailable (the peer went away or was too slow), kInvalidArgument (not a
  // body, or larger than allowed), kCancelled (the server stops). What a handler leaves
  // unread is not waited for. Do not keep it beyond the handler.
  std::unique_ptr<ByteSource> body_stream;
  std::optional<std::uint64_t> content_length;  // as announced; nothing for a chunked body

  // The first of that name.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view lower_case_name) const;
  [[nodiscard]] std::optional<std::string_view> query_value(std::string_view name) const;
};

// What an event stream has to say. poll() is called again and again on some thread of a small
// pool, never two at a time; it should return within milliseconds.
struct EventPoll {
  std::string text;    // whole events as format_event() makes them; may be empty
  bool ended = false;  // nothing follows: the connection is closed after `text`
};
class EventSource {
 public:
  virtual ~EventSource() = default;
  virtual EventPoll poll() = 0;
};

// One server-sent event; `data` may have several lines. Empty `name` and `id` are left out.
std::string format_event(std::string_view name, std::string_view data, std::string_view id = {});

// At most one of body, stream and events.
struct ServerResponse {
  int status = 200;
  // Date, Content-Length, Transfer-Encoding and Connection are the engine's; others are sent as
  // they are. One that would break its line makes the answer a 500.
  std::vector<HttpHeader> headers;
  std::string body;
  // Read and destroyed on threads of the engine, one at a time. An error ends the connection in
  // the midst of the answer, so that the peer knows that it is not whole.
  std::unique_ptr<ByteSource> stream;
  std::optional<std::uint64_t> stream_bytes;  // Content-Length of the stream; nothing: chunked
  std::unique_ptr<EventSource> events;        // sets Content-Type text/event-stream
  std::chrono::milliseconds event_interval{500};
};

// Decided from the head of a request (its body is empty then), before the body is read.
struct ServerRoutePlan {
  std::optional<std::uint64_t> max_body_bytes;  // nothing: ServerOptions::max_body_bytes; more is 413
  bool stream_body = false;                     // the handler reads body_stream while it comes in
  // Answered on the I/O thread, even when all workers are busy: only for what never blocks.
  bool inline_fast = false;
};

// Whole requests in, answers out. Called from several threads at once; what it throws is
// logged and answered with 500.
using ServerHandler = std::function<ServerResponse(ServerRequest&)>;
// Called on the I/O thread: must not block.
using ServerPlanner = std::function<ServerRoutePlan(const ServerRequest& head)>;

struct ListenAddress {
  std::string address = "127.0.0.1";  // IPv4 or IPv6; "0.0.0.0" and "::" are all of them
  std::uint16_t port = 0;             // 0: any that is free
};

struct ServerOptions {
  std::vector<ListenAddress> listen{ListenAddress{}};
  std::string unix_socket;  // path of a local socket to listen on as well; never TLS
  // PEM files; both or none. With them every address of `listen` speaks TLS 1.2 or later only.
  std::string certificate_file;  // the server's first, then the chain
  std::string key_file;
  // Whose X-Forwarded-For and X-Forwarded-Proto are believed: "10.0.0.0/8", "::1", "unix".
  std::vector<std::string> trusted_proxies;

  ServerPlanner plan;  // empty: the defaults for every request

  std::size_t worker_threads = 8;
  std::size_t upload_threads = 8;     // for handlers of streamed bodies
  std::size_t source_threads = 4;     // ask streams and event sources for more
  std::size_t queued_requests = 256;  // beyond it 503 with Retry-After; for each pool

  std::size_t max_connections = 4096;
  std::size_t max_connections_per_address = 256;  // IPv6: per /64; trusted proxies have no such cap
  std::size_t max_header_bytes = std::size_t{32} << 10;
  std::uint64_t max_body_bytes = std::uint64_t{1} << 20;
  std::uint64_t max_buffered_bytes = std::uint64_t{256} << 20;  // all bodies in memory; beyond it 503

  std::chrono::milliseconds header_deadline{10'000};  // TLS handshake, and first to last byte of a head
  std::chrono::milliseconds idle_timeout{60'000};     // between two requests of a connection
  // A peer may stall for so long in a body, or in taking an answer; it earns the time back by
  // moving min_bytes_per_second.
  std::chrono::milliseconds body_patience{20'000};
  std::chrono::milliseconds write_patience{30'000};
  std::uint64_t min_bytes_per_second = 1024;
  std::chrono::milliseconds event_keep_alive{15'000};
};

struct ServerStatistics {
  std::uint64_t connections = 0;          // open now
  std::uint64_t event_streams = 0;        // open now
  std::uint64_t buffered_bytes = 0;       // of bodies in memory now
  std::uint64_t queued_requests = 0;      // waiting for a worker now
  std::uint64_t accepted = 0;             // connections since the start
  std::uint64_t answered = 0;             // requests since the start, refused ones included
  std::uint64_t refused_connections = 0;  // by a cap, since the start
  std::uint64_t refused_requests = 0;     // malformed, too large or too many, since the start
};

// Thread-safe.
class HttpServer {
 public:
  // Listens when it returns. Errors: kInvalidArgument (an address, a CIDR, a certificate),
  // kBusy (the address is taken), kPermissionDenied (a low port, an unreadable key).
  static Result<std::unique_ptr<HttpServer>> start(ServerOptions options, ServerHandler handler);
  ~HttpServer();  // stop() with no patience
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Of the first address of `listen`; 0 when there is none.
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::vector<std::uint16_t> ports() const;
  [[nodiscard]] ServerStatistics statistics() const;

  // Reads certificate_file and key_file again, for connections to come. On an error those that
  // were in use stay.
  Status reload_certificates();

  // Accepts no more, closes idle connections, ends event streams; each request under way is
  // answered, with Connection: close. Returns at once.
  void begin_drain();
  // begin_drain(), then waits for the requests under way, at most so long; then hangs up on
  // the rest. Waits for handlers that are still running: their streams fail with kCancelled.
  // True when nobody was cut off.
  bool stop(std::chrono::milliseconds deadline);

 private:
  class Engine;
  explicit HttpServer(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace skyhold
