#include "repository/lock_file.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <sstream>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace skyhold {
namespace {

using Json = nlohmann::json;
constexpr std::chrono::minutes kStaleAfter{30};

std::string first_line_of(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string pid_namespace_of(const std::string& process_directory) {
  struct stat status {};
  if (stat((process_directory + "/ns/pid").c_str(), &status) != 0) return {};
  return std::to_string(status.st_ino);
}

// Field `number` of /proc/PID/stat; the second, the name in brackets, may hold blanks.
std::string stat_field(const std::string& process_directory, int number) {
  const std::string line = first_line_of(process_directory + "/stat");
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(line.substr(name_end + 1));
  std::string field;
  for (int at = 3; at <= number; ++at) fields >> field;
  return fields ? field : std::string();
}
constexpr int kStateField = 3;
constexpr int kStartTicksField = 22;

std::string user_name() {
  std::vector<char> buffer(16384);
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(getuid(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return {};
  return found->pw_name;
}

std::uint32_t optional_id(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || !found->is_number_unsigned() ? 0 : found->get<std::uint32_t>();
}

std::string optional_text(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || !found->is_string() ? std::string() : found->get<std::string>();
}

// Whether another process has the pid of the holder by now. The answer is no unless
// the kernel's facts prove it.
bool pid_was_reused(const LockFile& lock, const ProcessTable& processes) {
  const ProcessIdentity now = processes.identity(lock.pid);
  std::istringstream recorded(lock.process);
  ProcessIdentity then;
  if (!(recorded >> then.boot_id >> then.pid_namespace >> then.start_ticks)) return false;
  if (now.boot_id.empty() || now.pid_namespace.empty() || now.start_ticks.empty()) return false;
  return then.boot_id == now.boot_id && then.pid_namespace == now.pid_namespace &&
         then.start_ticks != now.start_ticks;
}

// Containers on one host may share its name and not its pids: a pid says nothing then.
bool same_pid_namespace(const LockFile& lock, const ProcessTable& processes) {
  std::istringstream recorded(lock.process);
  ProcessIdentity then;
  if (!(recorded >> then.boot_id >> then.pid_namespace)) return true;
  const ProcessIdentity own = processes.identity(getpid());
  return own.boot_id != then.boot_id || own.pid_namespace.empty() || own.pid_namespace == then.pid_namespace;
}

}  // namespace

std::string ProcessTable::hostname() const {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : std::string();
}

bool ProcessTable::exists(std::int64_t pid) const {
  if (pid <= 0 || pid > INT32_MAX) return false;
  // Signal 0 asks without disturbing; EPERM is somebody else's process, but a process.
  if (kill(static_cast<pid_t>(pid), 0) != 0 && errno != EPERM) return false;
  // One that has ended keeps its pid until its parent asks for it, which may be never.
  const std::string state = stat_field(fmt::format("/proc/{}", pid), kStateField);
  return state != "Z" && state != "X";
}

ProcessIdentity ProcessTable::identity(std::int64_t pid) const {
  const std::string directory = fmt::format("/proc/{}", pid);
  return {first_line_of("/proc/sys/kernel/random/boot_id"), pid_namespace_of(directory),
          stat_field(directory, kStartTicksField)};
}

LockFile own_lock(bool exclusive, Instant now, const ProcessTable& processes) {
  LockFile lock;
  lock.time = now;
  lock.exclusive = exclusive;
  lock.hostname = processes.hostname();
  lock.username = user_name();
  lock.pid = getpid();
  lock.uid = getuid();
  lock.gid = getgid();
  lock.process = processes.identity(lock.pid).text();
  return lock;
}

bool is_stale(const LockFile& lock, Instant now, const ProcessTable& processes) {
  if (now - lock.time > kStaleAfter) return true;
  if (lock.hostname.empty() || lock.hostname != processes.hostname()) return false;
  if (!same_pid_namespace(lock, processes)) return false;
  return !processes.exists(lock.pid) || pid_was_reused(lock, processes);
}

std::string holder(const LockFile& lock) {
  return fmt::format("process {} on {} (user {})", lock.pid,
                     lock.hostname.empty() ? "an unnamed host" : lock.hostname,
                     lock.username.empty() ? std::to_string(lock.uid) : lock.username);
}

Bytes encode_lock(const LockFile& lock) {
  const Json object{{"time", format_rfc3339(lock.time)},
                    {"exclusive", lock.exclusive},
                    {"hostname", lock.hostname},
                    {"username", lock.username},
                    {"pid", lock.pid},
                    {"uid", lock.uid},
                    {"gid", lock.gid},
                    {"process", lock.process}};
  // Names of hosts and users may be any bytes; they are only shown to people.
  return to_bytes(std::string_view(object.dump(-1, ' ', false, Json::error_handler_t::replace)));
}

Result<LockFile> decode_lock(ByteView json) {
  const std::string_view text = as_text(json);
  const Json object = Json::parse(text.begin(), text.end(), nullptr, false);
  if (!object.is_object()) return fail(ErrorCode::kCorrupt, "a lock file is not a JSON object");
  const auto time = parse_rfc3339(optional_text(object, "time"));
  if (!time) return fail(ErrorCode::kCorrupt, "a lock file does not say when it was taken");
  const auto exclusive = object.find("exclusive");
  if (exclusive == object.end() || !exclusive->is_boolean()) {
    return fail(ErrorCode::kCorrupt, "a lock file does not say whether it is exclusive");
  }
  LockFile lock;
  lock.time = *time;
  lock.exclusive = exclusive->get<bool>();
  lock.hostname = optional_text(object, "hostname");
  lock.username = optional_text(object, "username");
  lock.process = optional_text(object, "process");
  const auto pid = object.find("pid");
  if (pid == object.end() || !pid->is_number_integer()) {
    return fail(ErrorCode::kCorrupt, "a lock file does not name its process");
  }
  lock.pid = pid->get<std::int64_t>();
  lock.uid = optional_id(object, "uid");
  lock.gid = optional_id(object, "gid");
  return lock;
}

}  // namespace skyhold
