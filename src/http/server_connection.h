// One connection: requests in, answers out, one after the other, on the I/O thread.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "http/server.h"
#include "http/server_answer.h"
#include "http/server_body_channel.h"
#include "http/server_body_decoder.h"
#include "http/server_client.h"
#include "http/server_head.h"
#include "http/server_pace.h"
#include "http/server_parser.h"
#include "http/server_pool.h"
#include "http/server_transport.h"
#include "http/server_wakeup.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace skyhold {

// What all connections of a server share.
struct ServerContext {
  ServerContext(ServerOptions given, ServerHandler answers, TrustedProxies proxies);

  const ServerOptions options;
  const ServerHandler handler;
  const TrustedProxies trusted;
  asio::io_context io{1};
  bool draining = false;                         // I/O thread only
  std::atomic<std::uint64_t> buffered_bytes{0};  // of all bodies in memory
  std::atomic<std::uint64_t> event_streams{0};
  std::atomic<std::uint64_t> answered{0};
  std::atomic<std::uint64_t> refused{0};
  // Destroyed first: their jobs use what is above.
  WorkerPool workers;
  WorkerPool uploaders;
  WorkerPool sources;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(ServerContext& context, std::unique_ptr<Transport> transport, std::string peer_address);

  asio::awaitable<void> run();
  void begin_drain();
  // Hangs up at once. True when a request was under way.
  bool abort();

 private:
  struct Exchange;
  using Milliseconds = std::chrono::milliseconds;
  struct PoolJob {
    std::shared_ptr<bool> done;
  };
  // How an answer to one request is to be sent.
  struct AnswerStyle {
    bool http_1_1 = true;
    bool head_only = false;
    bool keep_alive = true;
  };

  // server_connection.cc: bytes, deadlines, heads, the end.
  asio::awaitable<bool> serve_one();
  asio::awaitable<bool> receive(Milliseconds patience, std::size_t most_bytes);
  asio::awaitable<bool> send(std::string_view bytes);
  asio::awaitable<bool> wait_for_request();
  asio::awaitable<OrRefusal<std::optional<RequestHead>>> read_head();
  asio::awaitable<void> refuse(ServerRefusal refusal, bool http_1_1);
  asio::awaitable<void> hang_up();
  [[nodiscard]] ByteView inbox() const;
  void consume(std::size_t bytes);
  void arm(Milliseconds deadline);
  void disarm();

  // server_exchange.cc: from a head to an answer.
  asio::awaitable<bool> serve(RequestHead head);
  OrRefusal<std::shared_ptr<Exchange>> begin_exchange(RequestHead& head);
  asio::awaitable<OrRefusal<bool>> read_body(std::shared_ptr<Exchange> exchange);
  asio::awaitable<void> pump_body(std::shared_ptr<Exchange> exchange);
  asio::awaitable<void> pump_piece(std::shared_ptr<Exchange> exchange);
  OrRefusal<bool> decode_piece(Exchange& exchange);
  asio::awaitable<bool> receive_body(std::shared_ptr<Exchange> exchange);
  asio::awaitable<bool> send_continue(std::shared_ptr<Exchange> exchange);
  asio::awaitable<std::optional<ServerRefusal>> handle(std::shared_ptr<Exchange> exchange);
  bool start_handler(const std::shared_ptr<Exchange>& exchange);

  // server_answering.cc: an answer to its last byte. False: the connection is of no more use.
  asio::awaitable<bool> answer(ServerResponse response, AnswerStyle style);
  asio::awaitable<bool> send_stream(ServerResponse& response, bool chunked);
  asio::awaitable<bool> send_events(ServerResponse& response, bool chunked);
  asio::awaitable<bool> send_part(std::string_view text, bool chunked);
  void dispose(std::shared_ptr<void> source);

  // Runs `job` in the pool; the connection is woken when it is done.
  PoolJob start_job(WorkerPool& pool, std::function<void()> job);
  asio::awaitable<void> finish_job(PoolJob job);
  void wake();

  ServerContext& context_;
  std::unique_ptr<Transport> transport_;
  const std::string peer_address_;
  asio::steady_timer deadline_;
  std::uint64_t deadline_number_ = 0;  // a deadline that was disarmed as it struck must not cancel
  Wakeup wakeup_;
  Bytes inbox_;
  std::size_t consumed_ = 0;  // of inbox_
  std::weak_ptr<BodyChannel> channel_;
  bool is_new_ = true;           // nothing came yet
  bool idle_ = false;            // waits for a request
  bool busy_ = false;            // a request is under way
  bool receiving_body_ = false;  // for a handler that may be done without it
  bool said_last_ = false;       // the last answer said that the connection closes
  bool broken_ = false;          // an answer was cut off
  bool aborted_ = false;
};

}  // namespace skyhold
