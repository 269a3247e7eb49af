#include "http/server.h"

#include <condition_variable>
#include <future>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "http/server_client.h"
#include "http/server_connection.h"
#include "http/server_listener.h"

// After server_transport.h, which configures Asio.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

namespace skyhold {
namespace {

using WorkGuard = asio::executor_work_guard<asio::io_context::executor_type>;

Status check_options(const ServerOptions& options) {
  if (options.certificate_file.empty() != options.key_file.empty()) {
    return fail(ErrorCode::kInvalidArgument, "a certificate needs its key, and a key its certificate",
                "name both files, or none to speak without TLS");
  }
  if (options.listen.empty() && options.unix_socket.empty()) {
    return fail(ErrorCode::kInvalidArgument, "the server has no address to listen on");
  }
  if (options.worker_threads == 0 || options.upload_threads == 0 || options.source_threads == 0) {
    return fail(ErrorCode::kInvalidArgument, "the server needs at least one thread of each kind");
  }
  return {};
}

}  // namespace

class HttpServer::Engine {
 public:
  Engine(ServerOptions options, ServerHandler handler, TrustedProxies trusted)
      : context_(std::move(options), std::move(handler), std::move(trusted)),
        work_(asio::make_work_guard(context_.io)) {}
  ~Engine() {
    stop(std::chrono::milliseconds(0));
    work_.reset();
    if (thread_.joinable()) thread_.join();
  }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  Status listen();
  void run();
  Status reload_certificates();
  void begin_drain();
  bool stop(std::chrono::milliseconds deadline);
  [[nodiscard]] std::vector<std::uint16_t> ports() const { return ports_; }
  [[nodiscard]] ServerStatistics statistics() const;

 private:
  void accept(AcceptedSocket accepted);
  [[nodiscard]] std::string cap_key(const std::string& peer_address) const;
  void ended(const std::shared_ptr<Connection>& connection, const std::string& cap_key);
  void drain();
  [[nodiscard]] bool abort_all();
  [[nodiscard]] TlsContext tls() const;

  ServerContext context_;
  WorkGuard work_;
  std::vector<std::shared_ptr<Listener>> listeners_;
  std::vector<std::uint16_t> ports_;
  // I/O thread only.
  std::map<Connection*, std::shared_ptr<Connection>> connections_;
  std::map<std::string, std::size_t> connections_of_;  // by cap key

  mutable std::mutex mutex_;
  std::condition_variable all_ended_;
  std::size_t open_ = 0;
  TlsContext tls_;
  std::atomic<std::uint64_t> accepted_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::thread thread_;
};

Status HttpServer::Engine::listen() {
  const ServerOptions& options = context_.options;
  if (!options.certificate_file.empty()) TRY(reload_certificates());
  for (const ListenAddress& address : options.listen) {
    listeners_.push_back(TRY(listen_on_address(context_.io, address)));
    ports_.push_back(listeners_.back()->port());
  }
  if (!options.unix_socket.empty()) {
    listeners_.push_back(TRY(listen_on_unix_socket(context_.io, options.unix_socket)));
  }
  return {};
}

void HttpServer::Engine::run() {
  for (const auto& listener : listeners_) {
    listener->start([this](AcceptedSocket accepted) { accept(std::move(accepted)); });
  }
  thread_ = std::thread([this] { context_.io.run(); });
}

Status HttpServer::Engine::reload_certificates() {
  const ServerOptions& options = context_.options;
  if (options.certificate_file.empty()) return {};
  TlsContext fresh = TRY(load_tls_context(options.certificate_file, options.key_file));
  const std::scoped_lock lock(mutex_);
  tls_ = std::move(fresh);
  return {};
}

TlsContext HttpServer::Engine::tls() const {
  const std::scoped_lock lock(mutex_);
  return tls_;
}

// Empty: whoever connects from there speaks for many, and has no cap of its own.
std::string HttpServer::Engine::cap_key(const std::string& peer_address) const {
  const auto address = NetworkAddress::parse(peer_address);
  if (!address || context_.trusted.contains(peer_address)) return {};
  return address->network();
}

void HttpServer::Engine::accept(AcceptedSocket accepted) {
  const ServerOptions& options = context_.options;
  const std::string key = cap_key(accepted.peer_address);
  std::size_t& of_address = connections_of_[key];
  if (context_.draining || connections_.size() >= options.max_connections ||
      (!key.empty() && of_address >= options.max_connections_per_address)) {
    ++refused_;
    if (of_address == 0) connections_of_.erase(key);
    return;  // the socket closes
  }
  ++of_address;
  ++accepted_;
  const TlsContext wanted = accepted.is_local ? nullptr : tls();
  auto connection = std::make_shared<Connection>(context_, make_transport(std::move(accepted.socket), wanted),
                                                 std::move(accepted.peer_address));
  connections_[connection.get()] = connection;
  {
    const std::scoped_lock lock(mutex_);
    ++open_;
  }
  asio::co_spawn(context_.io, connection->run(), [this, connection, key](const std::exception_ptr& thrown) {
    if (thrown) log::warning("a connection ended in an exception: out of memory?");
    ended(connection, key);
  });
}

void HttpServer::Engine::ended(const std::shared_ptr<Connection>& connection, const std::string& key) {
  connections_.erase(connection.get());
  if (--connections_of_[key] == 0) connections_of_.erase(key);
  const std::scoped_lock lock(mutex_);
  if (--open_ == 0) all_ended_.notify_all();
}

void HttpServer::Engine::drain() {
  context_.draining = true;
  for (const auto& listener : listeners_) listener->close();
  for (const auto& [each, connection] : connections_) connection->begin_drain();
}

bool HttpServer::Engine::abort_all() {
  bool busy = false;
  for (const auto& [each, connection] : connections_) busy = connection->abort() || busy;
  return busy;
}

void HttpServer::Engine::begin_drain() {
  asio::post(context_.io, [this] { drain(); });
}

bool HttpServer::Engine::stop(std::chrono::milliseconds deadline) {
  if (!thread_.joinable()) return true;  // it never ran
  begin_drain();
  const auto nobody_left = [this] { return open_ == 0; };
  {
    // The draining itself must have run, or a connection could still be let in.
    std::promise<void> drained;
    asio::post(context_.io, [&drained] { drained.set_value(); });
    drained.get_future().wait();
    std::unique_lock lock(mutex_);
    if (all_ended_.wait_for(lock, deadline, nobody_left)) return true;
  }
  std::promise<bool> cut_off;
  asio::post(context_.io, [&] { cut_off.set_value(abort_all()); });
  const bool busy = cut_off.get_future().get();
  std::unique_lock lock(mutex_);
  all_ended_.wait(lock, nobody_left);
  return !busy;
}

ServerStatistics HttpServer::Engine::statistics() const {
  ServerStatistics now;
  {
    const std::scoped_lock lock(mutex_);
    now.connections = open_;
  }
  now.event_streams = context_.event_streams;
  now.buffered_bytes = context_.buffered_bytes;
  now.queued_requests = context_.workers.waiting() + context_.uploaders.waiting();
  now.accepted = accepted_;
  now.answered = context_.answered;
  now.refused_connections = refused_;
  now.refused_requests = context_.refused;
  return now;
}

HttpServer::HttpServer(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::start(ServerOptions options, ServerHandler handler) {
  TRY(check_options(options));
  TrustedProxies trusted = TRY(TrustedProxies::parse(options.trusted_proxies));
  auto engine = std::make_unique<Engine>(std::move(options), std::move(handler), std::move(trusted));
  TRY(engine->listen());
  engine->run();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(engine)));
}

std::uint16_t HttpServer::port() const {
  const std::vector<std::uint16_t> all = engine_->ports();
  return all.empty() ? std::uint16_t{0} : all.front();
}

std::vector<std::uint16_t> HttpServer::ports() const {
  return engine_->ports();
}

ServerStatistics HttpServer::statistics() const {
  return engine_->statistics();
}

Status HttpServer::reload_certificates() {
  return engine_->reload_certificates();
}

void HttpServer::begin_drain() {
  engine_->begin_drain();
}

bool HttpServer::stop(std::chrono::milliseconds deadline) {
  return engine_->stop(deadline);
}

}  // namespace skyhold
