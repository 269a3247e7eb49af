#include "http/server_connection.h"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

#include "base/clock.h"

namespace skyhold {
namespace {

constexpr std::size_t kHeadPieceBytes = std::size_t{8} << 10;
constexpr std::size_t kIdleInboxBytes = std::size_t{16} << 10;
constexpr std::size_t kMostLeadingLines = 2;
constexpr std::chrono::milliseconds kEndDeadline{1000};
constexpr std::chrono::milliseconds kLingerDeadline{2000};
constexpr std::size_t kMostLingerBytes = std::size_t{4} << 20;

using SteadyClock = std::chrono::steady_clock;

}  // namespace

ServerContext::ServerContext(ServerOptions given, ServerHandler answers, TrustedProxies proxies)
    : options(std::move(given)),
      handler(std::move(answers)),
      trusted(std::move(proxies)),
      workers(options.worker_threads, options.queued_requests),
      uploaders(options.upload_threads, options.queued_requests),
      sources(options.source_threads, options.max_connections) {}

Connection::Connection(ServerContext& context, std::unique_ptr<Transport> transport, std::string peer_address)
    : context_(context),
      transport_(std::move(transport)),
      peer_address_(std::move(peer_address)),
      deadline_(context.io),
      wakeup_(context.io.get_executor()) {}

asio::awaitable<void> Connection::run() {
  arm(context_.options.header_deadline);
  bool open = co_await transport_->handshake();
  disarm();
  while (open && !aborted_) open = co_await serve_one();
  if (!aborted_ && !broken_) co_await hang_up();
  disarm();
  transport_->close();
}

asio::awaitable<bool> Connection::serve_one() {
  const bool asked = co_await wait_for_request();
  if (!asked) co_return false;
  busy_ = true;
  auto head = co_await read_head();
  bool open = false;
  if (!head) {
    co_await refuse(std::move(head.error()), true);
  } else if (*head) {
    open = co_await serve(std::move(**head));
  }
  busy_ = false;
  co_return open;
}

asio::awaitable<bool> Connection::wait_for_request() {
  if (inbox_.capacity() > kIdleInboxBytes && inbox().empty()) {
    inbox_ = Bytes();  // thousands of idle connections may have had a large body each
    consumed_ = 0;
  }
  if (!inbox().empty()) co_return true;
  said_last_ = false;
  if (context_.draining) co_return false;
  idle_ = true;
  const Milliseconds patience =
      std::exchange(is_new_, false) ? context_.options.header_deadline : context_.options.idle_timeout;
  const bool received = co_await receive(patience, kHeadPieceBytes);
  idle_ = false;
  co_return received;
}

asio::awaitable<OrRefusal<std::optional<RequestHead>>> Connection::read_head() {
  const auto end = SteadyClock::now() + context_.options.header_deadline;
  HeadScanner scanner(context_.options.max_header_bytes);
  std::size_t leading_lines = 0;
  while (true) {
    // Some clients end a body with a line end too many.
    while (leading_lines < kMostLeadingLines && as_text(inbox()).starts_with("\r\n")) {
      consume(2);
      ++leading_lines;
    }
    const bool undecided = as_text(inbox()) == "\r" && leading_lines < kMostLeadingLines;
    const auto scanned = undecided ? OrRefusal<std::optional<std::size_t>>{} : scanner.scan(as_text(inbox()));
    if (!scanned) co_return tl::unexpected(scanned.error());
    if (*scanned) {
      auto head = parse_head(as_text(inbox().first(**scanned)));
      if (!head) co_return tl::unexpected(head.error());
      consume(**scanned);
      co_return std::optional<RequestHead>(std::move(*head));
    }
    const auto left = std::chrono::ceil<Milliseconds>(end - SteadyClock::now());
    bool received = false;
    if (left.count() > 0) received = co_await receive(left, kHeadPieceBytes);
    if (received) continue;
    if (SteadyClock::now() < end || aborted_) co_return std::optional<RequestHead>();  // the peer is gone
    co_return tl::unexpected(ServerRefusal{408, "request_timeout", "the head of the request did not arrive"});
  }
}

// Closes afterwards: where the next request would begin is not known.
asio::awaitable<void> Connection::refuse(ServerRefusal refusal, bool http_1_1) {
  ++context_.refused;
  const AnswerStyle style{.http_1_1 = http_1_1, .head_only = false, .keep_alive = false};
  co_await answer(to_response(refusal), style);
}

asio::awaitable<bool> Connection::receive(Milliseconds patience, std::size_t most_bytes) {
  if (aborted_) co_return false;
  if (consumed_ > 0) {
    inbox_.erase(inbox_.begin(), inbox_.begin() + static_cast<std::ptrdiff_t>(consumed_));
    consumed_ = 0;
  }
  const std::size_t before = inbox_.size();
  inbox_.resize(before + most_bytes);
  arm(patience);
  const std::size_t got = co_await transport_->read_some(asio::buffer(inbox_.data() + before, most_bytes));
  disarm();
  inbox_.resize(before + got);
  co_return got > 0 && !aborted_;
}

asio::awaitable<bool> Connection::send(std::string_view bytes) {
  Pace pace(context_.options.write_patience, context_.options.min_bytes_per_second);
  while (!bytes.empty()) {
    if (aborted_ || pace.lost()) break;
    const auto before = SteadyClock::now();
    arm(pace.left());
    const std::size_t sent = co_await transport_->write_some(asio::buffer(bytes));
    disarm();
    if (sent == 0) break;
    bytes.remove_prefix(sent);
    pace.moved(sent, SteadyClock::now() - before);
  }
  if (bytes.empty()) co_return true;
  broken_ = true;
  transport_->reset();  // what it was sent is not whole
  co_return false;
}

// What the peer has sent already must be read, or closing would take our last answer along.
asio::awaitable<void> Connection::hang_up() {
  arm(kEndDeadline);
  co_await transport_->end_writing();
  disarm();
  if (!said_last_) co_return;
  const auto end = SteadyClock::now() + kLingerDeadline;
  Bytes leftover(kHeadPieceBytes);
  for (std::size_t thrown_away = 0; thrown_away < kMostLingerBytes && !aborted_;) {
    const auto left = std::chrono::ceil<Milliseconds>(end - SteadyClock::now());
    if (left.count() <= 0) break;
    arm(left);
    const std::size_t got =
        co_await transport_->read_leftover(asio::buffer(leftover.data(), leftover.size()));
    disarm();
    if (got == 0) break;
    thrown_away += got;
  }
}

ByteView Connection::inbox() const {
  return ByteView(inbox_).subspan(consumed_);
}

void Connection::consume(std::size_t bytes) {
  consumed_ += bytes;
  if (consumed_ == inbox_.size()) {
    inbox_.clear();
    consumed_ = 0;
  }
}

void Connection::arm(Milliseconds deadline) {
  const std::uint64_t number = ++deadline_number_;
  deadline_.expires_after(deadline);
  deadline_.async_wait([self = shared_from_this(), number](const boost::system::error_code& failure) {
    if (!failure && number == self->deadline_number_) self->transport_->cancel();
  });
}

void Connection::disarm() {
  ++deadline_number_;
  deadline_.cancel();
}

void Connection::begin_drain() {
  if (idle_) transport_->cancel();
  wake();
}

bool Connection::abort() {
  aborted_ = true;
  transport_->close();
  if (const auto channel = channel_.lock()) {
    channel->fail(Error{ErrorCode::kCancelled, "the server stops", "send the request again later"});
  }
  wake();
  return busy_;
}

void Connection::wake() {
  wakeup_.notify();
}

Connection::PoolJob Connection::start_job(WorkerPool& pool, std::function<void()> job) {
  PoolJob started{std::make_shared<bool>(false)};
  pool.run([self = shared_from_this(), job = std::move(job), done = started.done]() mutable {
    job();
    job = nullptr;
    // The last owner must let go on the I/O thread.
    asio::io_context& io = self->context_.io;
    asio::post(io, [self = std::move(self), done = std::move(done)] {
      *done = true;
      self->wake();
    });
  });
  return started;
}

asio::awaitable<void> Connection::finish_job(PoolJob job) {
  while (!*job.done) co_await wakeup_.wait();
}

}  // namespace skyhold
