#include "tests/support/scratch_radosgw.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/shell.h"
#include "tests/support/test_certificates.h"

namespace skyhold {
namespace {

namespace fs = std::filesystem;

// The keeper outlives a killed test process: it starts the daemons in the foreground, says
// "ready" or "failed", waits for the end of its standard input, then stops them, the gateway
// first (it hangs once its OSD is gone), and removes everything. $1: the directory, $2: the
// monitor's port, $3: the gateway's URL, $4: the access key's id, $5: its secret, $6: the user.
constexpr const char* kKeeperScript = R"sh(
trap '' INT TERM HUP
directory=$1
cd "$directory" || exit 1
export CEPH_ARGS="-c $directory/ceph.conf"
exec 3>&1 >"$directory/log/up.out" 2>&1
start() {
  uuid=$(cat /proc/sys/kernel/random/uuid)
  monmaptool --create --fsid "$(cat fsid)" --addv a "[v1:127.0.0.1:$2]" monmap &&
    ceph-mon --mkfs -i a --monmap monmap || return 1
  ceph-mon -f -i a </dev/null 3>&- & mon=$!
  ceph --connect-timeout 30 osd new "$uuid" && ceph-osd -i 0 --mkfs --osd-uuid "$uuid" || return 1
  ceph-osd -f -i 0 </dev/null 3>&- & osd=$!
  radosgw -f -n client.rgw -k /dev/null </dev/null 3>&- & gateway=$!
  for _ in $(seq 600); do
    curl -sf --noproxy '*' -o /dev/null "$3/" && break
    kill -0 "$gateway" && kill -0 "$osd" && kill -0 "$mon" || return 1
    sleep .1
  done
  radosgw-admin user create --uid="$6" --display-name=test --access-key="$4" --secret-key="$5"
}
if start "$@"; then echo ready >&3; else echo failed >&3; fi
exec 3>&-
read -r _
for daemon in $gateway $osd $mon; do
  kill -KILL "$daemon"
  wait "$daemon"
done
cd /
rm -rf "$directory"
)sh";

constexpr const char* kConfiguration = R"([global]
fsid = {fsid}
mon_host = v1:127.0.0.1:{monitor_port}
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_msgr2 = false
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
osd_pool_default_size = 1
osd_pool_default_min_size = 1
mon_allow_pool_size_one = true
osd_pool_default_pg_num = 1
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
paxos_propose_interval = 0.01
paxos_min_wait = 0.01
mon_data_avail_crit = 1
run_dir = {directory}/run
admin_socket = {directory}/run/$name.asok
pid_file = {directory}/run/$name.pid
log_file = {directory}/log/$name.log
crash_dir = {directory}/log
mon_data = {directory}/mon
osd_data = {directory}/osd
osd_objectstore = memstore
memstore_device_bytes = 4294967296
[client.rgw]
rgw_frontends = beast tcp_nodelay=1 endpoint=127.0.0.1:{port} ssl_endpoint=127.0.0.1:{tls_port} ssl_certificate={certificate} ssl_private_key={key}
rgw_dns_name = localhost
rgw_thread_pool_size = 64
rgw_enable_lc_threads = false
)";

// A free port each; all are held until the last is known, so that they differ.
std::array<std::uint16_t, 3> free_ports() {
  std::array<std::uint16_t, 3> ports{};
  std::vector<int> sockets;
  for (std::uint16_t& port : ports) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockets.push_back(socket);
    if (::bind(socket, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::runtime_error("cannot find a free port");
    }
    port = ntohs(address.sin_port);
  }
  for (const int socket : sockets) ::close(socket);
  return ports;
}

// Its path is short: sockets lie in it, and their paths have at most 107 bytes.
fs::path make_directory() {
  std::string path = "/tmp/skyhold-rgw-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) {
    throw std::runtime_error(fmt::format("cannot make {}: {}", path, std::strerror(errno)));
  }
  for (const char* each : {"mon", "osd", "run", "log", "tls"}) fs::create_directory(fs::path(path) / each);
  return path;
}

std::string first_line_of(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string last_lines_of(const fs::path& path) {
  return run_shell("tail -n 15 " + shell_word(path.string())).output;
}

struct Keeper {
  int pid = -1;
  int its_stdin = -1;
  int its_stdout = -1;
};

Keeper spawn_keeper(const std::vector<std::string>& arguments) {
  int to_keeper[2];
  int from_keeper[2];
  if (::pipe2(to_keeper, O_CLOEXEC) != 0 || ::pipe2(from_keeper, O_CLOEXEC) != 0) {
    throw std::runtime_error("cannot make a pipe");
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to_keeper[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, from_keeper[1], STDOUT_FILENO);
  // A test's output pipe must not stay open because the keeper still holds it.
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::vector<std::string> words{"sh", "-c", kKeeperScript, "scratch-radosgw"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  Keeper keeper;
  const int failed = ::posix_spawn(&keeper.pid, "/bin/sh", &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(to_keeper[0]);
  ::close(from_keeper[1]);
  if (failed != 0) throw std::runtime_error(fmt::format("cannot start /bin/sh: {}", std::strerror(failed)));
  keeper.its_stdin = to_keeper[1];
  keeper.its_stdout = from_keeper[0];
  return keeper;
}

std::string read_to_end(int descriptor) {
  std::string text;
  std::array<char, 256> buffer{};
  for (ssize_t got = 0; (got = ::read(descriptor, buffer.data(), buffer.size())) != 0;) {
    if (got < 0 && errno != EINTR) break;
    if (got > 0) text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  ::close(descriptor);
  return text;
}

}  // namespace

std::optional<std::string> ScratchRadosgw::why_not() {
  for (const char* program :
       {"radosgw", "radosgw-admin", "ceph-mon", "ceph-osd", "ceph", "monmaptool", "curl", "openssl"}) {
    if (run_shell(fmt::format("command -v {}", program)).exit_status != 0) {
      return fmt::format(
          "there is no program {}: apt-get install radosgw ceph-mon ceph-osd ceph-common curl openssl",
          program);
    }
  }
  return std::nullopt;
}

ScratchRadosgw& ScratchRadosgw::instance() {
  static ScratchRadosgw the_one;
  return the_one;
}

ScratchRadosgw::ScratchRadosgw() : owner_pid_(::getpid()) {
  if (const auto missing = why_not()) throw std::runtime_error(*missing);
  constexpr int kAttempts = 3;  // another process may take a port between our looking and its use
  for (int attempt = 1;; ++attempt) {
    try {
      start();
      return;
    } catch (const std::runtime_error&) {
      if (attempt == kAttempts) throw;
    }
  }
}

ScratchRadosgw::~ScratchRadosgw() {
  if (::getpid() == owner_pid_) stop();  // a forked child ends; the server is its parent's
}

void ScratchRadosgw::start() {
  directory_ = make_directory();
  const TestCertificates certificates = make_test_certificates(directory_ / "tls");
  const auto [monitor_port, port, tls_port] = free_ports();
  port_ = port;
  tls_port_ = tls_port;
  const std::string fsid = first_line_of("/proc/sys/kernel/random/uuid");
  std::ofstream(directory_ / "fsid") << fsid;
  std::ofstream(directory_ / "ceph.conf") << fmt::format(
      kConfiguration, fmt::arg("fsid", fsid), fmt::arg("monitor_port", monitor_port),
      fmt::arg("directory", directory_.string()), fmt::arg("port", port_), fmt::arg("tls_port", tls_port_),
      fmt::arg("certificate", certificates.certificate_file.string()),
      fmt::arg("key", certificates.key_file.string()));
  ca_file_ = certificates.ca_file;
  const Keeper keeper = spawn_keeper(
      {directory_.string(), std::to_string(monitor_port), url(), kAccessKeyId, kSecretAccessKey, kUser});
  keeper_pid_ = keeper.pid;
  keeper_stdin_ = keeper.its_stdin;
  if (read_to_end(keeper.its_stdout) == "ready\n") return;
  const std::string log = last_lines_of(directory_ / "log/up.out");
  stop();
  throw std::runtime_error(fmt::format("the scratch radosgw did not start:\n{}", log));
}

void ScratchRadosgw::stop() {
  ::close(keeper_stdin_);
  ::waitpid(keeper_pid_, nullptr, 0);
}

std::string ScratchRadosgw::url() const {
  return fmt::format("http://localhost:{}", port_);
}
std::string ScratchRadosgw::tls_url() const {
  return fmt::format("https://localhost:{}", tls_port_);
}

void ScratchRadosgw::make_bucket(const std::string& name, bool object_lock) {
  // By the old signature, which takes one line of shell, and so no part of what is tested.
  const std::string lock_header = object_lock ? "x-amz-bucket-object-lock-enabled:true" : "";
  const std::string signed_text =
      fmt::format("PUT\\n\\n\\n$date\\n{}/{}", object_lock ? lock_header + "\\n" : "", name);
  const ShellOutcome made = run_shell(fmt::format(
      "date=$(date -u '+%a, %d %b %Y %H:%M:%S GMT')\n"
      "signature=$(printf \"{}\" | openssl dgst -sha1 -hmac {} -binary | openssl base64)\n"
      "curl -sS --fail-with-body --noproxy '*' -X PUT -H \"Date: $date\" -H \"Authorization: AWS "
      "{}:$signature\" {} {}/{}",
      signed_text, kSecretAccessKey, kAccessKeyId, object_lock ? "-H " + lock_header : "", url(), name));
  if (made.exit_status != 0)
    throw std::runtime_error(fmt::format("cannot make bucket {}: {}", name, made.output));
}

std::string ScratchRadosgw::make_bucket() {
  static std::atomic<std::uint64_t> made{0};
  const std::string name = fmt::format("scratch-{}", ++made);
  make_bucket(name);
  return name;
}

std::string ScratchRadosgw::admin(const std::string& arguments) {
  const ShellOutcome outcome = run_shell(
      fmt::format("radosgw-admin -c {} {}", shell_word((directory_ / "ceph.conf").string()), arguments));
  if (outcome.exit_status != 0)
    throw std::runtime_error(fmt::format("radosgw-admin {}: {}", arguments, outcome.output));
  return outcome.output;
}

}  // namespace skyhold
