#include "capture/client_program.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file_descriptor.h"

namespace skyhold {
namespace {

namespace fs = std::filesystem;

constexpr int kPerMajor = 10000;  // 150018 is 15.18
constexpr const char* kDebianRoot = "/usr/lib/postgresql";

// libpq's settings that say where the server is and how to prove who we are, and those
// of the TLS and Kerberos libraries below it. Neither PGPASSWORD (a secret) nor
// PGCLIENTENCODING (it would change the bytes of a dump) is among them.
constexpr std::array kInheritedVariables{
    "PATH",
    "HOME",
    "PGHOST",
    "PGHOSTADDR",
    "PGPORT",
    "PGUSER",
    "PGSERVICE",
    "PGSERVICEFILE",
    "PGSYSCONFDIR",
    "PGOPTIONS",
    "PGSSLMODE",
    "PGSSLCERT",
    "PGSSLKEY",
    "PGSSLROOTCERT",
    "PGSSLCRL",
    "PGSSLCRLDIR",
    "PGSSLSNI",
    "PGSSLCERTMODE",
    "PGSSLNEGOTIATION",
    "PGSSLMINPROTOCOLVERSION",
    "PGREQUIREPEER",
    "PGREQUIREAUTH",
    "PGREQUIRESSL",
    "PGCHANNELBINDING",
    "PGSSLMAXPROTOCOLVERSION",
    "PGGSSENCMODE",
    "PGKRBSRVNAME",
    "PGGSSLIB",
    "PGGSSDELEGATION",
    "PGTARGETSESSIONATTRS",
    "PGCONNECT_TIMEOUT",
    "PGLOADBALANCEHOSTS",
    "KRB5CCNAME",
    "KRB5_CONFIG",
    "KRB5_CLIENT_KTNAME",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "OPENSSL_CONF",
};

using Environment = std::vector<std::pair<std::string, std::string>>;

int leading_number(std::string_view text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// `name` in each directory of Debian's layout, newest version first.
std::vector<std::string> debian_candidates(std::string_view name) {
  std::vector<std::pair<int, std::string>> found;
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(kDebianRoot, none)) {
    const std::string path = entry.path() / "bin" / name;
    if (::access(path.c_str(), X_OK) == 0)
      found.emplace_back(leading_number(entry.path().filename().string()), path);
  }
  std::sort(found.rbegin(), found.rend());
  std::vector<std::string> paths;
  for (auto& [version, path] : found) paths.push_back(std::move(path));
  return paths;
}

std::vector<std::string> path_candidates(std::string_view name) {
  const char* value = std::getenv("PATH");
  std::string_view rest = value == nullptr ? "/usr/local/bin:/usr/bin:/bin" : value;
  std::vector<std::string> paths;
  while (!rest.empty()) {
    const std::string_view directory = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(rest.size(), directory.size() + 1));
    std::string path = fmt::format("{}/{}", directory, name);
    if (directory.starts_with('/') && ::access(path.c_str(), X_OK) == 0) paths.push_back(std::move(path));
  }
  return paths;
}

Environment base_environment() {
  Environment environment{{"LC_ALL", "C"}};
  for (const char* name : kInheritedVariables) {
    if (const char* value = std::getenv(name); value != nullptr) environment.emplace_back(name, value);
  }
  return environment;
}

Result<std::string> read_all(ByteSource& source) {
  std::string text;
  std::array<std::uint8_t, 4096> chunk{};
  while (true) {
    const std::size_t got = TRY(source.read(chunk));
    if (got == 0) return text;
    if (text.size() < chunk.size()) text += as_text(ByteView(chunk).first(got));
  }
}

// A program that cannot even say its version is passed over.
std::optional<ClientProgram> probe(const std::string& path) {
  ChildOptions options;
  options.argv = {path, "--version"};
  options.environment = base_environment();
  options.pipe_stdout = true;
  auto child = ChildProcess::start(options);
  if (!child) return std::nullopt;
  const Result<std::string> output = read_all((*child)->output());
  if (!(*child)->wait() || !output) return std::nullopt;
  const int version = parse_client_version(*output);
  if (version == 0) return std::nullopt;
  return ClientProgram{path, version};
}

// key='value', with what conninfo strings need escaped.
std::string conninfo_pair(std::string_view key, std::string_view value) {
  std::string text = fmt::format("{}='", key);
  for (const char each : value) {
    if (each == '\'' || each == '\\') text.push_back('\\');
    text.push_back(each);
  }
  return text + "'";
}

// The connection parameters that may lie open on a command line.
Result<std::string> open_conninfo(const PgTarget& target, bool with_own_passfile) {
  std::string text;
  for (const auto& [key, value] : target.parameters()) {
    if (key == "sslpassword") {
      return fail(ErrorCode::kUnsupported,
                  "sslpassword cannot be handed to pg_dump or pg_restore without showing it",
                  "use a client key file without a passphrase, readable by this user only");
    }
    if (key == "password" || key == "client_encoding" || (key == "passfile" && with_own_passfile)) continue;
    if (!text.empty()) text.push_back(' ');
    text += conninfo_pair(key, value);
  }
  return text;
}

// A passfile that lies in memory and is reached through /proc: libpq sees a file of mode
// 0600, and even a kill -9 leaves nothing behind on a disk.
Result<FileDescriptor> make_passfile(std::string_view password) {
  if (password.find('\n') != std::string_view::npos || password.ends_with('\r')) {
    return fail(ErrorCode::kUnsupported, "a password with a line break has no form in libpq's passfile",
                "give the role another password, or a .pgpass-free method such as peer or a certificate");
  }
  std::string line = "*:*:*:*:";
  for (const char each : password) {
    if (each == ':' || each == '\\') line.push_back('\\');
    line.push_back(each);
  }
  line.push_back('\n');
  FileDescriptor file(::memfd_create("passfile", MFD_CLOEXEC));
  if (!file.is_open() || ::fchmod(file.get(), 0600) != 0 ||
      ::write(file.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    return fail(error_from_errno(errno, "cannot make a passfile"));
  }
  return file;
}

std::string password_of(const PgTarget& target) {
  if (!target.password().empty()) return target.password();
  const char* inherited = std::getenv("PGPASSWORD");
  return inherited == nullptr ? std::string() : inherited;
}

}  // namespace

int parse_client_version(std::string_view version_output) {
  constexpr std::string_view kMark = "(PostgreSQL) ";
  const auto mark = version_output.find(kMark);
  if (mark == std::string_view::npos) return 0;
  const std::string_view text = version_output.substr(mark + kMark.size());
  const int major = leading_number(text);
  const auto dot = text.find_first_not_of("0123456789");
  const bool has_minor = dot != std::string_view::npos && text[dot] == '.';
  return major * kPerMajor + (has_minor ? leading_number(text.substr(dot + 1)) : 0);
}

Result<ClientProgram> choose_client_program(std::string_view name,
                                            const std::vector<ClientProgram>& installed,
                                            int server_version_number) {
  const int wanted = server_version_number / kPerMajor;
  const auto newest = std::max_element(
      installed.begin(), installed.end(),
      [](const ClientProgram& a, const ClientProgram& b) { return a.version_number < b.version_number; });
  if (newest != installed.end() && newest->version_number / kPerMajor >= wanted) return *newest;
  const std::string what =
      newest == installed.end()
          ? fmt::format("{} is not installed", name)
          : fmt::format("the server is PostgreSQL {}, but the newest {} here is {}.{}", wanted, name,
                        newest->version_number / kPerMajor, newest->version_number % kPerMajor);
  return fail(ErrorCode::kUnsupported, what,
              fmt::format("install the package postgresql-client-{} (Debian; newer versions than the "
                          "distribution's are at apt.postgresql.org)",
                          wanted));
}

Result<ClientProgram> find_client_program(std::string_view name, int server_version_number) {
  std::vector<ClientProgram> installed;
  const auto choose_from = [&](const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      if (auto program = probe(path)) installed.push_back(std::move(*program));
      // Newest first: the first that answers is the best of its list.
      if (!installed.empty() &&
          installed.back().version_number / kPerMajor >= server_version_number / kPerMajor)
        break;
    }
    return choose_client_program(name, installed, server_version_number);
  };
  auto chosen = choose_from(debian_candidates(name));
  return chosen ? chosen : choose_from(path_candidates(name));
}

struct ClientProcess::State {
  FileDescriptor passfile;  // outlives the child, which opens it when it connects
  std::unique_ptr<ChildProcess> child;
};

ClientProcess::ClientProcess(std::unique_ptr<State> state) : state_(std::move(state)) {}
ClientProcess::ClientProcess(ClientProcess&&) noexcept = default;
ClientProcess& ClientProcess::operator=(ClientProcess&&) noexcept = default;
ClientProcess::~ClientProcess() {
  if (state_) state_->child.reset();
}
ChildProcess& ClientProcess::process() {
  return *state_->child;
}

Result<ClientProcess> ClientProcess::start(const ClientRun& run) {
  auto state = std::make_unique<State>();
  ChildOptions options;
  options.argv = {run.program.path};
  options.argv.insert(options.argv.end(), run.arguments.begin(), run.arguments.end());
  options.environment = base_environment();
  if (run.target != nullptr) {
    const std::string password = password_of(*run.target);
    if (!password.empty()) {
      state->passfile = TRY(make_passfile(password));
      options.environment.emplace_back("PGPASSFILE",
                                       fmt::format("/proc/{}/fd/{}", ::getpid(), state->passfile.get()));
    } else if (const char* own = std::getenv("PGPASSFILE"); own != nullptr) {
      options.environment.emplace_back("PGPASSFILE", own);
    }
    options.environment.emplace_back("PGAPPNAME", "skyhold");
    options.argv.push_back("--no-password");
    options.argv.push_back("--dbname=" + TRY(open_conninfo(*run.target, !password.empty())));
  }
  options.pipe_stdin = run.pipe_stdin;
  options.pipe_stdout = run.pipe_stdout;
  state->child = TRY(ChildProcess::start(options));
  return ClientProcess(std::move(state));
}

}  // namespace skyhold
