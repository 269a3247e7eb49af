#include "tests/support/fault_proxy.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <list>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

#include "io/file_descriptor.h"

namespace skyhold {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Time = SteadyClock::time_point;
using std::chrono::milliseconds;

constexpr std::size_t kBufferBytes = 256 << 10;  // of each direction of each connection
constexpr std::size_t kMostConnections = 512;
constexpr std::size_t kMostHeadBytes = 64 << 10;
constexpr milliseconds kLongestGoodbye{5000};
constexpr milliseconds kLongestSleep{1000};

[[noreturn]] void give_up(const std::string& what) {
  throw std::runtime_error("fault proxy: " + what + ": " + std::strerror(errno));
}

sockaddr_in resolve(const std::string& host, std::uint16_t port) {
  addrinfo wanted{};
  wanted.ai_family = AF_INET;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, &wanted, &found) != 0 || found == nullptr) {
    throw std::runtime_error("fault proxy: no IPv4 address of " + host);
  }
  sockaddr_in address{};
  std::memcpy(&address, found->ai_addr, sizeof(address));
  ::freeaddrinfo(found);
  address.sin_port = htons(port);
  return address;
}

FileDescriptor stream_socket() {
  FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) give_up("cannot make a socket");
  return socket;
}

FileDescriptor listen_on_loopback(std::uint16_t port) {
  FileDescriptor listener = stream_socket();
  const int yes = 1;
  ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0)
    give_up("cannot bind");
  if (::listen(listener.get(), SOMAXCONN) != 0) give_up("cannot listen");
  return listener;
}

std::uint16_t port_of(const FileDescriptor& listener) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  if (::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    give_up("has no port");
  return ntohs(address.sin_port);
}

void send_at_once(const FileDescriptor& socket) {
  const int yes = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
}

std::string busy_answer(std::chrono::seconds retry_after) {
  constexpr std::string_view kBody =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>SlowDown</Code>"
      "<Message>Please reduce your request rate.</Message></Error>";
  std::string answer = "HTTP/1.1 503 Slow Down\r\nConnection: close\r\nContent-Type: application/xml\r\n";
  if (retry_after.count() > 0) answer += "Retry-After: " + std::to_string(retry_after.count()) + "\r\n";
  return answer + "Content-Length: " + std::to_string(kBody.size()) + "\r\n\r\n" + std::string(kBody);
}

// What may pass in one direction, of all connections together.
class Bandwidth {
 public:
  void set_limit(std::uint64_t bytes_per_second, Time now) {
    bytes_per_second_ = bytes_per_second;
    allowed_ = 0;
    counted_until_ = now;
  }
  std::size_t allowed(Time now, std::size_t wanted) {
    if (bytes_per_second_ == 0) return wanted;
    const double rate = static_cast<double>(bytes_per_second_);
    allowed_ += std::chrono::duration<double>(now - counted_until_).count() * rate;
    counted_until_ = now;
    // A twentieth of a second may gather, so that a wake-up is worth its while.
    allowed_ = std::min(allowed_, std::max(rate / 20, 4096.0));
    return std::min(wanted, static_cast<std::size_t>(allowed_));
  }
  void take(std::size_t bytes) {
    if (bytes_per_second_ > 0) allowed_ -= static_cast<double>(bytes);
  }
  [[nodiscard]] bool is_limited() const { return bytes_per_second_ > 0; }

 private:
  std::uint64_t bytes_per_second_ = 0;
  double allowed_ = 0;
  Time counted_until_;
};

// One way through a connection. What waits in its buffer lies from `begin` to `end`.
struct Flow {
  std::vector<char> buffer;
  std::size_t begin = 0;
  std::size_t end = 0;
  bool source_ended = false;
  bool end_was_told = false;
  std::uint64_t counted = 0;  // passed on since the mode was met
  std::optional<std::uint64_t> cut_after;
  Time hold_until;

  [[nodiscard]] std::size_t waiting() const { return end - begin; }
  [[nodiscard]] std::string_view text() const { return {buffer.data() + begin, waiting()}; }
  [[nodiscard]] bool wants_input() const { return !source_ended && waiting() < kBufferBytes; }
  [[nodiscard]] bool is_cut() const { return cut_after && counted >= *cut_after; }
  void clear() { begin = end = 0; }
  // Makes all of the free room lie behind `end`.
  void make_room() {
    buffer.resize(kBufferBytes);
    if (begin == 0) return;
    std::copy(buffer.begin() + static_cast<std::ptrdiff_t>(begin),
              buffer.begin() + static_cast<std::ptrdiff_t>(end), buffer.begin());
    end -= begin;
    begin = 0;
  }
};

struct Connection {
  enum class State { kOpen, kSilent, kReadingHead, kSayingGoodbye };
  State state = State::kOpen;
  FileDescriptor client;
  FileDescriptor server;
  bool connecting = false;
  bool client_spoke_last = false;
  bool mode_is_by_chance = false;  // of the whole connection, and so kept
  ProxyMode mode;
  Flow to_server;
  Flow to_client;
  Time goodbye_until;
  bool closed = false;
};

}  // namespace

class FaultProxy::Loop {
 public:
  explicit Loop(const FaultProxyOptions& options)
      : server_(resolve(options.host, options.port)),
        listener_(listen_on_loopback(options.listen_port)),
        port_(port_of(listener_)),
        wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        random_(options.seed) {
    if (!wake_.is_open()) give_up("cannot make an eventfd");
    thread_ = std::thread([this] { run(); });
  }
  ~Loop() {
    stop_ = true;
    wake();
    thread_.join();
  }

  void set_mode(const ProxyMode& mode) {
    const std::scoped_lock lock(mutex_);
    refuse_at_bytes_.reset();
    change_mode(mode);
    wake();
  }
  void refuse_after(std::uint64_t bytes_to_server) {
    const std::scoped_lock lock(mutex_);
    refuse_at_bytes_ = counters_.bytes_to_server + bytes_to_server;
  }
  void set_chances(std::vector<ProxyChance> chances) {
    const std::scoped_lock lock(mutex_);
    chances_ = std::move(chances);
  }
  void hang_up() {
    const std::scoped_lock lock(mutex_);
    for (Connection& connection : connections_) connection.closed = true;
    wake();
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

  struct Counters {
    std::uint64_t connections = 0;
    std::uint64_t requests = 0;
    std::uint64_t faults = 0;
    std::uint64_t bytes_to_server = 0;
    std::uint64_t bytes_to_client = 0;
  };
  // Under the lock: what a client has received is counted already.
  [[nodiscard]] Counters counters() {
    const std::scoped_lock lock(mutex_);
    return counters_;
  }

 private:
  void wake() const {
    const std::uint64_t one = 1;
    // Full only when a wake-up is on its way already.
    [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof(one));
  }

  void run() {
    while (!stop_) {
      std::vector<pollfd> polled = what_to_wait_for();
      ::poll(polled.data(), polled.size(), static_cast<int>(sleep_.count()));
      const std::scoped_lock lock(mutex_);
      std::uint64_t wakes = 0;
      [[maybe_unused]] const ssize_t cleared = ::read(wake_.get(), &wakes, sizeof(wakes));
      accept_all();
      const Time now = SteadyClock::now();
      for (Connection& connection : connections_) {
        if (!connection.closed) serve(connection, now);
      }
      connections_.remove_if([](const Connection& connection) { return connection.closed; });
    }
  }

  // Also sets how long to sleep at most. Readiness itself is not looked at afterwards: every
  // connection is tried, which costs little for the few that tests have.
  std::vector<pollfd> what_to_wait_for() {
    const std::scoped_lock lock(mutex_);
    std::vector<pollfd> polled{{wake_.get(), POLLIN, 0}};
    if (connections_.size() < kMostConnections) polled.push_back({listener_.get(), POLLIN, 0});
    sleep_ = kLongestSleep;
    const Time now = SteadyClock::now();
    for (const Connection& connection : connections_) {
      add_flow(polled, connection, connection.to_server, connection.client, connection.server, now, up_);
      add_flow(polled, connection, connection.to_client, connection.server, connection.client, now, down_);
      if (connection.state == Connection::State::kSayingGoodbye) sleep_until(connection.goodbye_until, now);
    }
    return polled;
  }

  void add_flow(std::vector<pollfd>& polled, const Connection& connection, const Flow& flow,
                const FileDescriptor& from, const FileDescriptor& to, Time now, const Bandwidth& bandwidth) {
    if (from.is_open() && flow.wants_input()) {
      polled.push_back({from.get(), POLLIN, 0});
    }
    if (!to.is_open()) return;
    if (connection.connecting && &flow == &connection.to_server) {
      polled.push_back({to.get(), POLLOUT, 0});
    } else if (flow.waiting() > 0 && connection.state == Connection::State::kOpen) {
      if (flow.hold_until > now) {
        sleep_until(flow.hold_until, now);
      } else if (bandwidth.is_limited()) {
        sleep_ = std::min(sleep_, milliseconds{5});
      } else {
        polled.push_back({to.get(), POLLOUT, 0});
      }
    }
  }

  void sleep_until(Time when, Time now) {
    const auto left = std::chrono::ceil<milliseconds>(when - now);
    sleep_ = std::clamp(left, milliseconds{0}, sleep_);
  }

  void accept_all() {
    while (connections_.size() < kMostConnections) {
      FileDescriptor client(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!client.is_open()) return;
      ++counters_.connections;
      send_at_once(client);
      Connection& connection = connections_.emplace_back();
      connection.client = std::move(client);
      const std::optional<ProxyMode> by_chance = draw(ProxyChance::Draw::kEachConnection);
      connection.mode_is_by_chance = by_chance.has_value();
      meet(connection, by_chance.value_or(mode_));
    }
  }

  std::optional<ProxyMode> draw(ProxyChance::Draw when) {
    for (const ProxyChance& chance : chances_) {
      if (chance.draw != when) continue;
      if (std::uniform_real_distribution<double>(0, 1)(random_) < chance.probability) return chance.mode;
    }
    return std::nullopt;
  }

  void meet(Connection& connection, const ProxyMode& mode) {
    connection.mode = mode;
    connection.to_server.cut_after = mode.cut_after_bytes_to_server;
    connection.to_client.cut_after = mode.cut_after_bytes_to_client;
    connection.to_server.counted = connection.to_client.counted = 0;
    if (mode.fault == ProxyFault::kRefuse) {
      connection.closed = true;
      ++counters_.faults;
    } else if (mode.fault == ProxyFault::kSilent) {
      connection.state = Connection::State::kSilent;
      ++counters_.faults;
    }
  }

  void change_mode(const ProxyMode& mode) {
    mode_ = mode;
    const Time now = SteadyClock::now();
    up_.set_limit(mode.bytes_per_second, now);
    down_.set_limit(mode.bytes_per_second, now);
    for (Connection& connection : connections_) meet_new_mode(connection);
  }

  void refuse_when_it_is_time() {
    if (!refuse_at_bytes_ || counters_.bytes_to_server < *refuse_at_bytes_) return;
    refuse_at_bytes_.reset();
    change_mode({.fault = ProxyFault::kRefuse});
  }

  // Of an open connection. One that had fallen silent stays so: its bytes are gone.
  void meet_new_mode(Connection& connection) {
    if (connection.state != Connection::State::kOpen) return;
    connection.mode_is_by_chance = false;
    meet(connection, mode_);
  }

  void serve(Connection& connection, Time now) {
    if (connection.state == Connection::State::kSilent) {
      connection.server.reset();
      if (take_in(connection, connection.client, connection.to_server, false)) connection.closed = true;
      return;
    }
    if (connection.state == Connection::State::kSayingGoodbye) {
      say_goodbye(connection, now);
      return;
    }
    if (connection.to_server.wants_input()) {
      const std::size_t before = connection.to_server.waiting();
      take_in(connection, connection.client, connection.to_server, true);
      if (connection.closed) return;
      if (connection.to_server.waiting() > before) client_has_spoken(connection, now);
    }
    if (connection.closed || connection.state == Connection::State::kSilent) return;
    if (connection.state == Connection::State::kReadingHead) {
      answer_busy(connection, now);
      return;
    }
    connect_when_needed(connection);
    if (connection.closed || !finish_connecting(connection)) return;
    if (connection.to_client.wants_input() && connection.server.is_open()) {
      const std::size_t before = connection.to_client.waiting();
      take_in(connection, connection.server, connection.to_client, true);
      if (connection.to_client.waiting() > before) connection.client_spoke_last = false;
    }
    if (!connection.closed)
      pass_on(connection, connection.to_server, connection.server, up_, counters_.bytes_to_server, now);
    refuse_when_it_is_time();
    if (!connection.closed)
      pass_on(connection, connection.to_client, connection.client, down_, counters_.bytes_to_client, now);
    const bool all_passed = connection.to_server.end_was_told && connection.to_client.end_was_told;
    // A server that has said its last word ends the connection; HTTP has no half of one.
    if (all_passed || connection.to_client.end_was_told) connection.closed = true;
  }

  // Reads what there is, up to the bound. True when the other side has hung up.
  static bool take_in(Connection& connection, const FileDescriptor& from, Flow& flow, bool keep) {
    while (flow.waiting() < kBufferBytes) {
      flow.make_room();
      const ssize_t count = ::recv(from.get(), flow.buffer.data() + flow.end, kBufferBytes - flow.end, 0);
      if (count > 0) {
        flow.end += static_cast<std::size_t>(count);
        if (!keep) flow.clear();
        continue;
      }
      if (count < 0 && (errno == EAGAIN || errno == EINTR)) return false;
      flow.source_ended = true;
      if (count < 0) connection.closed = true;
      return true;
    }
    return false;
  }

  void client_has_spoken(Connection& connection, Time now) {
    if (connection.client_spoke_last) return;
    connection.client_spoke_last = true;
    ++counters_.requests;
    if (const std::optional<ProxyMode> by_chance = draw(ProxyChance::Draw::kEachRequest)) {
      meet(connection, *by_chance);
    } else if (!connection.mode_is_by_chance && has_per_request_chances()) {
      meet(connection, mode_);  // what chance did to the last request is over
    }
    connection.to_server.hold_until = now + connection.mode.delay_per_request;
    if (connection.mode.fault == ProxyFault::kBusy) {
      connection.state = Connection::State::kReadingHead;
      connection.server.reset();
    }
  }

  [[nodiscard]] bool has_per_request_chances() const {
    return std::any_of(chances_.begin(), chances_.end(), [](const ProxyChance& chance) {
      return chance.draw == ProxyChance::Draw::kEachRequest;
    });
  }

  void answer_busy(Connection& connection, Time now) {
    const Flow& head = connection.to_server;
    const std::string_view text = head.text();
    if (head.source_ended) {
      connection.closed = true;
      return;
    }
    if (text.find("\r\n\r\n") == std::string_view::npos && text.size() < kMostHeadBytes) return;
    const std::string answer = busy_answer(connection.mode.retry_after);
    ++counters_.faults;
    // It is shorter than any socket's buffer.
    if (::send(connection.client.get(), answer.data(), answer.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(answer.size())) {
      connection.closed = true;
      return;
    }
    ::shutdown(connection.client.get(), SHUT_WR);
    connection.state = Connection::State::kSayingGoodbye;
    connection.goodbye_until = now + kLongestGoodbye;
    connection.to_server.clear();
  }

  // Reads on until the client is gone: to close on what it still sends would make its kernel
  // throw our answer away.
  static void say_goodbye(Connection& connection, Time now) {
    const bool gone = take_in(connection, connection.client, connection.to_server, false);
    if (gone || now >= connection.goodbye_until) connection.closed = true;
  }

  void connect_when_needed(Connection& connection) {
    if (connection.server.is_open()) return;
    connection.server = stream_socket();
    send_at_once(connection.server);
    const int begun =
        ::connect(connection.server.get(), reinterpret_cast<const sockaddr*>(&server_), sizeof(server_));
    connection.connecting = begun != 0;
    if (begun != 0 && errno != EINPROGRESS) connection.closed = true;
  }

  static bool finish_connecting(Connection& connection) {
    if (!connection.connecting) return true;
    pollfd ready{connection.server.get(), POLLOUT, 0};
    if (::poll(&ready, 1, 0) <= 0) return false;
    int problem = 0;
    socklen_t size = sizeof(problem);
    ::getsockopt(connection.server.get(), SOL_SOCKET, SO_ERROR, &problem, &size);
    connection.connecting = false;
    if (problem != 0) connection.closed = true;
    return problem == 0;
  }

  void pass_on(Connection& connection, Flow& flow, const FileDescriptor& to, Bandwidth& bandwidth,
               std::uint64_t& passed, Time now) {
    if (flow.hold_until > now) return;
    while (flow.waiting() > 0) {
      std::size_t wanted = flow.waiting();
      if (flow.cut_after)
        wanted = std::min<std::uint64_t>(wanted, *flow.cut_after - std::min(flow.counted, *flow.cut_after));
      if (wanted > 0) wanted = bandwidth.allowed(now, wanted);
      if (wanted == 0) break;
      const ssize_t count = ::send(to.get(), flow.buffer.data() + flow.begin, wanted, MSG_NOSIGNAL);
      if (count < 0) {
        if (errno != EAGAIN && errno != EINTR) connection.closed = true;
        break;
      }
      bandwidth.take(static_cast<std::size_t>(count));
      flow.begin += static_cast<std::size_t>(count);
      flow.counted += static_cast<std::uint64_t>(count);
      passed += static_cast<std::uint64_t>(count);
    }
    if (flow.is_cut()) {
      connection.closed = true;
      ++counters_.faults;
    } else if (flow.waiting() == 0 && flow.source_ended && !flow.end_was_told) {
      ::shutdown(to.get(), SHUT_WR);
      flow.end_was_told = true;
    }
  }

  const sockaddr_in server_;
  const FileDescriptor listener_;
  const std::uint16_t port_;
  const FileDescriptor wake_;
  std::atomic<bool> stop_{false};
  milliseconds sleep_{0};  // of the thread alone
  Counters counters_;

  std::mutex mutex_;
  ProxyMode mode_;
  std::optional<std::uint64_t> refuse_at_bytes_;  // of counters_.bytes_to_server
  std::vector<ProxyChance> chances_;
  std::mt19937_64 random_;
  Bandwidth up_;
  Bandwidth down_;
  std::list<Connection> connections_;

  std::thread thread_;
};

FaultProxy::FaultProxy(const FaultProxyOptions& options) : loop_(std::make_unique<Loop>(options)) {}
FaultProxy::~FaultProxy() = default;

std::uint16_t FaultProxy::port() const {
  return loop_->port();
}
void FaultProxy::set_mode(const ProxyMode& mode) {
  loop_->set_mode(mode);
}
void FaultProxy::set_chances(std::vector<ProxyChance> chances) {
  loop_->set_chances(std::move(chances));
}
void FaultProxy::hang_up() {
  loop_->hang_up();
}
void FaultProxy::refuse_after(std::uint64_t bytes_to_server) {
  loop_->refuse_after(bytes_to_server);
}
std::uint64_t FaultProxy::connections() const {
  return loop_->counters().connections;
}
std::uint64_t FaultProxy::requests() const {
  return loop_->counters().requests;
}
std::uint64_t FaultProxy::faults() const {
  return loop_->counters().faults;
}
std::uint64_t FaultProxy::bytes_to_server() const {
  return loop_->counters().bytes_to_server;
}
std::uint64_t FaultProxy::bytes_to_client() const {
  return loop_->counters().bytes_to_client;
}

}  // namespace skyhold
