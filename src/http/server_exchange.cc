// One request and its handler: what is refused, how the body comes in, on which thread it is answered.
#include <exception>
#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "http/server_connection.h"
#include "http/server_target.h"

// After server_transport.h, which configures Asio.
#include <boost/asio/post.hpp>

namespace skyhold {
namespace {

constexpr std::size_t kBodyPieceBytes = std::size_t{64} << 10;
constexpr std::size_t kStreamPieceBytes = std::size_t{256} << 10;
constexpr std::size_t kChannelBytes = std::size_t{1} << 20;

using SteadyClock = std::chrono::steady_clock;

ServerResponse internal_error() {
  return to_response({500, "internal", "something went wrong that should not; the log has more"});
}

// The edge where exceptions end.
ServerResponse call(const ServerHandler& handler, ServerRequest& request) {
  try {
    return handler(request);
  } catch (const std::exception& failure) {
    log::warning("the handler of {} {} threw: {}", to_string(request.method), request.target_path,
                 failure.what());
  } catch (...) {
    log::warning("the handler of {} {} threw what is no exception", to_string(request.method),
                 request.target_path);
  }
  return internal_error();
}

class ChannelSource final : public ByteSource {
 public:
  explicit ChannelSource(std::shared_ptr<BodyChannel> channel) : channel_(std::move(channel)) {}
  Result<std::size_t> read(MutableByteView out) override { return channel_->read(out); }

 private:
  std::shared_ptr<BodyChannel> channel_;
};

ServerRefusal too_large(std::uint64_t most_bytes) {
  return {413, "body_too_large", fmt::format("the body is larger than {} bytes", most_bytes)};
}

}  // namespace

// The handler's thread has `request` and `response` until `finished` is set on the I/O thread; the
// rest is the I/O thread's.
struct Connection::Exchange {
  Exchange(ServerContext& all, const RequestHead& head)
      : context(all),
        framing(head.framing),
        http_1_1(head.http_1_1),
        decoder(head.framing),
        pace(all.options.body_patience, all.options.min_bytes_per_second) {}
  ~Exchange() { drop_body(); }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  void drop_body() {
    context.buffered_bytes -= std::exchange(buffered_bytes, 0);
    request.body = std::string();
  }

  ServerContext& context;
  ServerRequest request;
  std::optional<ServerResponse> response;
  RequestFraming framing;
  bool http_1_1;
  ServerRoutePlan plan;
  std::uint64_t max_body_bytes = 0;
  BodyDecoder decoder;
  Pace pace;
  std::uint64_t received_bytes = 0;  // of the body
  std::uint64_t buffered_bytes = 0;  // of `request.body`, counted in the context
  std::shared_ptr<BodyChannel> channel;
  bool continued = false;  // 100 Continue was sent, or need not be
  bool finished = false;
};

asio::awaitable<bool> Connection::serve(RequestHead head) {
  auto begun = begin_exchange(head);
  const AnswerStyle closing{.http_1_1 = head.http_1_1, .head_only = head.head_only, .keep_alive = false};
  if (!begun) {
    co_await refuse(std::move(begun.error()), head.http_1_1);
    co_return false;
  }
  const std::shared_ptr<Exchange> exchange = std::move(*begun);
  std::optional<ServerRefusal> refusal = co_await handle(exchange);
  if (refusal && refusal->status == 0) co_return false;  // the peer is gone
  AnswerStyle style = closing;
  style.keep_alive = head.framing.keep_alive && exchange->decoder.done();
  exchange->drop_body();
  if (refusal) {
    ++context_.refused;
    co_return co_await answer(to_response(*refusal), style);
  }
  co_return co_await answer(std::move(*exchange->response), style);
}

OrRefusal<std::shared_ptr<Connection::Exchange>> Connection::begin_exchange(RequestHead& head) {
  auto target = parse_server_target(head.target);
  if (!target) return tl::unexpected(ServerRefusal{.detail = target.error().message});
  auto exchange = std::make_shared<Exchange>(context_, head);
  ServerRequest& request = exchange->request;
  request.method = head.method;
  request.head_only = head.head_only;
  request.target_path = std::move(target->path);
  request.query = std::move(target->query);
  request.headers = std::move(head.headers);
  request.content_length = head.framing.content_length;
  ServerClient client = find_client({peer_address_, transport_->is_tls()}, request.headers, context_.trusted);
  request.peer_address = std::move(client.address);
  request.secure = client.secure;
  try {
    if (context_.options.plan) exchange->plan = context_.options.plan(request);
  } catch (const std::exception& failure) {
    log::warning("the plan for {} threw: {}", request.target_path, failure.what());
    return tl::unexpected(ServerRefusal{500, "internal", "something went wrong that should not"});
  }
  exchange->max_body_bytes = exchange->plan.max_body_bytes.value_or(context_.options.max_body_bytes);
  if (request.content_length.value_or(0) > exchange->max_body_bytes) {
    return tl::unexpected(too_large(exchange->max_body_bytes));
  }
  exchange->continued = !head.framing.expects_continue;
  return exchange;
}

// A refusal of status 0: there is nobody left to answer.
asio::awaitable<std::optional<ServerRefusal>> Connection::handle(std::shared_ptr<Exchange> exchange) {
  const ServerRefusal gone{.status = 0, .detail = {}};
  if (exchange->plan.stream_body) {
    exchange->channel =
        std::make_shared<BodyChannel>(kChannelBytes, [weak = weak_from_this(), &io = context_.io] {
          if (auto self = weak.lock()) asio::post(io, [self = std::move(self)] { self->wake(); });
        });
    exchange->request.body_stream = std::make_unique<ChannelSource>(exchange->channel);
    channel_ = exchange->channel;
  } else {
    const auto whole = co_await read_body(exchange);
    if (!whole) co_return whole.error();
    if (!*whole) co_return gone;
  }
  if (exchange->plan.inline_fast) {
    exchange->response = call(context_.handler, exchange->request);
    co_return std::nullopt;
  }
  if (!start_handler(exchange)) {
    co_return ServerRefusal{503, "overloaded", "too many requests are waiting; try again in a moment"};
  }
  if (exchange->channel) co_await pump_body(exchange);
  while (!exchange->finished) co_await wakeup_.wait();
  if (aborted_) co_return gone;
  co_return std::nullopt;
}

bool Connection::start_handler(const std::shared_ptr<Exchange>& exchange) {
  WorkerPool& pool = exchange->channel ? context_.uploaders : context_.workers;
  return pool.try_run([self = shared_from_this(), shared = exchange]() mutable {
    shared->response = call(self->context_.handler, shared->request);
    shared->request.body_stream.reset();
    // The last owner of both must let go on the I/O thread.
    asio::io_context& io = self->context_.io;
    asio::post(io, [self = std::move(self), shared = std::move(shared)] {
      shared->finished = true;
      if (self->receiving_body_) self->transport_->cancel();
      self->wake();
    });
  });
}

asio::awaitable<bool> Connection::send_continue(std::shared_ptr<Exchange> exchange) {
  if (std::exchange(exchange->continued, true)) co_return true;
  co_return co_await send("HTTP/1.1 100 Continue\r\n\r\n");
}

// More of the body into the inbox. False: the peer is gone, too slow, or no longer asked.
asio::awaitable<bool> Connection::receive_body(std::shared_ptr<Exchange> exchange) {
  const bool asked = co_await send_continue(exchange);
  if (!asked || exchange->pace.lost()) co_return false;
  const std::size_t before = inbox().size();
  const auto began = SteadyClock::now();
  const bool received =
      co_await receive(exchange->pace.left(), exchange->channel ? kStreamPieceBytes : kBodyPieceBytes);
  exchange->pace.moved(inbox().size() - before, SteadyClock::now() - began);
  co_return received;
}

// Moves what the inbox holds of the body to where it belongs. False: more must be received.
OrRefusal<bool> Connection::decode_piece(Exchange& exchange) {
  std::size_t moved = 0;
  while (!exchange.decoder.done() && moved < kStreamPieceBytes) {
    const auto step = exchange.decoder.next(inbox());
    if (!step) return tl::unexpected(step.error());
    if (step->consumed == 0) return false;
    exchange.received_bytes += step->data.size();
    moved += step->data.size();
    if (exchange.received_bytes > exchange.max_body_bytes) {
      return tl::unexpected(too_large(exchange.max_body_bytes));
    }
    if (exchange.channel) {
      exchange.channel->push(step->data);
    } else {
      exchange.request.body += as_text(step->data);
      exchange.buffered_bytes += step->data.size();
      context_.buffered_bytes += step->data.size();
    }
    consume(step->consumed);
  }
  return true;
}

// False: there is nobody left to answer.
asio::awaitable<OrRefusal<bool>> Connection::read_body(std::shared_ptr<Exchange> exchange) {
  while (!exchange->decoder.done()) {
    const auto decoded = decode_piece(*exchange);
    if (!decoded) co_return tl::unexpected(decoded.error());
    if (context_.buffered_bytes > context_.options.max_buffered_bytes) {
      co_return tl::unexpected(
          ServerRefusal{503, "overloaded", "too many bodies are on their way; try again in a moment"});
    }
    if (*decoded) continue;
    const bool received = co_await receive_body(exchange);
    if (received) continue;
    if (!exchange->pace.lost()) co_return false;
    co_return tl::unexpected(ServerRefusal{408, "request_timeout", "the body of the request is too slow"});
  }
  co_return true;
}

// Feeds the handler until it has its answer.
asio::awaitable<void> Connection::pump_body(std::shared_ptr<Exchange> exchange) {
  if (exchange->decoder.done()) exchange->channel->finish();
  while (!exchange->finished) {
    if (!exchange->channel->wants_more()) {
      co_await wakeup_.wait();
    } else {
      co_await pump_piece(exchange);
    }
  }
}

asio::awaitable<void> Connection::pump_piece(std::shared_ptr<Exchange> exchange) {
  BodyChannel& channel = *exchange->channel;
  const auto decoded = decode_piece(*exchange);
  if (!decoded) {
    channel.fail(Error{ErrorCode::kInvalidArgument, decoded.error().detail, ""});
  } else if (exchange->decoder.done()) {
    channel.finish();
  } else if (!*decoded) {
    receiving_body_ = true;
    const bool received = co_await receive_body(exchange);
    receiving_body_ = false;
    if (received || exchange->finished) co_return;
    channel.fail(Error{ErrorCode::kUnavailable,
                       exchange->pace.lost() ? "the peer sends its body too slowly"
                                             : "the peer went away in the midst of its body",
                       "send the request again"});
  }
}

}  // namespace skyhold
