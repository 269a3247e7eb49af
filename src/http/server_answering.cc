// An answer on its way to the peer: whole, as a stream, or as events for as long as both sides like.
#include <exception>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "http/server_connection.h"

namespace skyhold {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{256} << 10;
constexpr std::size_t kOnePacketBytes = std::size_t{16} << 10;
constexpr std::string_view kKeepAliveComment = ": still here\n\n";

using SteadyClock = std::chrono::steady_clock;

struct Piece {
  Bytes bytes = Bytes(kPieceBytes);
  std::size_t size = 0;
  std::optional<Error> failure;
};

class Counted {
 public:
  explicit Counted(std::atomic<std::uint64_t>& count) : count_(count) { ++count_; }
  ~Counted() { --count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::atomic<std::uint64_t>& count_;
};

// Exceptions of a source end at this edge, as an error of the stream.
void read_piece(ByteSource& source, Piece& piece) {
  piece.size = 0;
  try {
    auto got = source.read(piece.bytes);
    if (got) {
      piece.size = *got;
    } else {
      piece.failure = std::move(got.error());
    }
  } catch (const std::exception& failure) {
    piece.failure = Error{ErrorCode::kInternal, failure.what(), ""};
  }
}

std::optional<EventPoll> poll_events(EventSource& source) {
  try {
    return source.poll();
  } catch (const std::exception& failure) {
    log::warning("an event stream ends: its source threw: {}", failure.what());
    return std::nullopt;
  }
}

}  // namespace

asio::awaitable<bool> Connection::answer(ServerResponse response, AnswerStyle style) {
  ++context_.answered;
  if (!is_sendable(response)) {
    log::warning("an answer of status {} has a status or header that cannot be sent", response.status);
    dispose(std::move(response.stream));
    dispose(std::move(response.events));
    response = to_response({500, "internal", "something went wrong that should not; the log has more"});
  }
  const bool streams = response.stream || response.events;
  const bool body_allowed = has_body(response.status);
  if (response.events) response.headers.push_back({"Content-Type", "text/event-stream"});
  AnswerFraming framing;
  framing.keep_alive = style.keep_alive && !context_.draining && !response.events;
  if (response.stream) framing.content_length = response.stream_bytes;
  if (!streams) framing.content_length = response.body.size();
  framing.chunked = body_allowed && !framing.content_length && style.http_1_1;
  if (!body_allowed) framing.content_length.reset();

  std::string head = format_head(response, framing, SystemClock().now());
  const bool with_body = body_allowed && !style.head_only;
  if (with_body && !streams) head += response.body;
  said_last_ = !framing.keep_alive;
  bool open = co_await send(head);
  if (open && with_body && response.stream) open = co_await send_stream(response, framing.chunked);
  if (open && with_body && response.events) open = co_await send_events(response, framing.chunked);
  dispose(std::move(response.stream));  // when only the head was asked for
  dispose(std::move(response.events));
  co_return open&& framing.keep_alive;
}

asio::awaitable<bool> Connection::send_part(std::string_view text, bool chunked) {
  if (text.empty()) co_return true;
  if (!chunked) co_return co_await send(text);
  const std::string begin = chunk_head(text.size());
  if (text.size() <= kOnePacketBytes) {
    const std::string whole = begin + std::string(text) + std::string(kChunkEnd);
    co_return co_await send(whole);
  }
  bool sent = co_await send(begin);
  if (sent) sent = co_await send(text);
  if (sent) sent = co_await send(kChunkEnd);
  co_return sent;
}

// The next piece is read while the last one travels.
asio::awaitable<bool> Connection::send_stream(ServerResponse& response, bool chunked) {
  std::shared_ptr<ByteSource> source = std::move(response.stream);
  std::uint64_t left = response.stream_bytes.value_or(UINT64_MAX);
  auto current = std::make_shared<Piece>();
  auto following = std::make_shared<Piece>();
  bool open = true;
  PoolJob job = start_job(context_.sources, [source, current] { read_piece(*source, *current); });
  co_await finish_job(job);
  while (open && !current->failure && current->size > 0 && current->size <= left) {
    left -= current->size;
    job = start_job(context_.sources, [source, following] { read_piece(*source, *following); });
    open = co_await send_part(as_text(ByteView(current->bytes).first(current->size)), chunked);
    co_await finish_job(job);
    std::swap(current, following);
  }
  dispose(std::move(source));
  if (!open) co_return false;
  const bool whole = !current->failure && current->size == 0 && (left == 0 || !response.stream_bytes);
  if (!whole) {
    log::warning("an answer is cut off: {}",
                 current->failure ? current->failure->message : "its stream is not as long as it was said");
    broken_ = true;
    transport_->reset();
    co_return false;
  }
  if (chunked) open = co_await send(kLastChunk);
  co_return open;
}

asio::awaitable<bool> Connection::send_events(ServerResponse& response, bool chunked) {
  std::shared_ptr<EventSource> source = std::move(response.events);
  const Counted counted(context_.event_streams);
  auto latest = std::make_shared<std::optional<EventPoll>>();
  auto last_sent = SteadyClock::now();
  bool open = true;
  bool ended = false;
  while (open && !ended && !context_.draining) {
    PoolJob job = start_job(context_.sources, [source, latest] { *latest = poll_events(*source); });
    co_await finish_job(job);
    if (!*latest || transport_->peer_hung_up()) {
      open = false;
      break;
    }
    std::string text = std::move((*latest)->text);
    ended = (*latest)->ended;
    const bool silent = SteadyClock::now() - last_sent >= context_.options.event_keep_alive;
    if (text.empty() && silent && !ended) text = kKeepAliveComment;
    if (!text.empty()) {
      open = co_await send_part(text, chunked);
      last_sent = SteadyClock::now();
    }
    if (open && !ended && !context_.draining) co_await wakeup_.wait_for(response.event_interval);
  }
  dispose(std::move(source));
  if (open && chunked) open = co_await send(kLastChunk);
  co_return open;
}

// What a source does when it is destroyed may take its time.
void Connection::dispose(std::shared_ptr<void> source) {
  if (source) context_.sources.run([owner = std::move(source)]() mutable { owner.reset(); });
}

}  // namespace skyhold
