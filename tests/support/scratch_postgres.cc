#include "tests/support/scratch_postgres.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace skyhold {
namespace {

namespace fs = std::filesystem;

// The keeper outlives a killed test process: it waits for the end of its standard input,
// then stops the server and removes everything. $1: directory, $2: the programs; the
// rest is the command that runs what follows it as a user whom PostgreSQL accepts.
constexpr const char* kKeeperScript = R"(
trap '' INT TERM HUP
directory=$1 programs=$2
shift 2
cd "$directory" || exit 1
server=
if "$@" "$programs/initdb" -D "$directory/data" -U postgres -A trust --no-sync --encoding=UTF8 --locale=C.UTF-8 \
    </dev/null >"$directory/log" 2>&1
then
  "$@" "$programs/postgres" -D "$directory/data" -k "$directory" -c listen_addresses= -c fsync=off \
      -c full_page_writes=off -c synchronous_commit=off -c max_connections=50 -c shared_buffers=64MB \
      -c lc_messages=C </dev/null >>"$directory/log" 2>&1 &
  server=$!
else
  touch "$directory/failed"
fi
read -r _
if [ -n "$server" ]; then
  kill -QUIT "$server"
  wait "$server"
fi
cd /
rm -rf "$directory"
)";

// /usr/lib/postgresql/<newest>/bin that holds a server.
std::string find_programs() {
  const fs::path root = "/usr/lib/postgresql";
  int newest = 0;
  std::string found;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(root, ignored)) {
    const std::string name = entry.path().filename();
    int major = 0;
    std::from_chars(name.data(), name.data() + name.size(), major);
    if (major <= newest || !fs::exists(entry.path() / "bin/postgres")) continue;
    newest = major;
    found = entry.path() / "bin";
  }
  if (found.empty()) {
    throw std::runtime_error(
        "these tests need PostgreSQL's server programs, and there are none in /usr/lib/postgresql/*/bin: "
        "apt-get install postgresql-15");
  }
  return found;
}

// Empty for an ordinary user; as root, the words before a command that make it run as one.
std::vector<std::string> unprivileged_prefix(const std::string& directory) {
  if (::geteuid() != 0) return {};
  const passwd* user = ::getpwnam("postgres");
  if (user == nullptr) user = ::getpwnam("nobody");
  if (user == nullptr)
    throw std::runtime_error("PostgreSQL does not run as root, and there is no user postgres");
  if (::chown(directory.c_str(), user->pw_uid, user->pw_gid) != 0) {
    throw std::runtime_error(
        fmt::format("cannot give {} to {}: {}", directory, user->pw_name, std::strerror(errno)));
  }
  return {"setpriv", fmt::format("--reuid={}", user->pw_uid), fmt::format("--regid={}", user->pw_gid),
          "--clear-groups", "--"};
}

std::string make_directory() {
  const char* base = std::getenv("TMPDIR");
  std::string path = fmt::format("{}/skyhold-pg-XXXXXX", base == nullptr || *base == '\0' ? "/tmp" : base);
  // The path of a socket has at most 107 bytes.
  if (path.size() > 90) path = "/tmp/skyhold-pg-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) {
    throw std::runtime_error(fmt::format("cannot make {}: {}", path, std::strerror(errno)));
  }
  return path;
}

// Starts the keeper; `stdin_of_keeper` is our end of its standard input.
int spawn_keeper(const std::vector<std::string>& arguments, int& stdin_of_keeper) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
  // A test's output pipe must not stay open because the keeper still holds it.
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::vector<std::string> words{"sh", "-c", kKeeperScript, "scratch-postgres"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t pid = -1;
  const int failed = ::posix_spawn(&pid, "/bin/sh", &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[0]);
  if (failed != 0) throw std::runtime_error(fmt::format("cannot start /bin/sh: {}", std::strerror(failed)));
  stdin_of_keeper = ends[1];
  return pid;
}

std::string read_log(const std::string& directory) {
  const std::ifstream file(directory + "/log");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string percent_encode(std::string_view text) {
  std::string encoded;
  for (const char each : text) {
    const auto byte = static_cast<unsigned char>(each);
    if (std::isalnum(byte) != 0 || each == '-' || each == '_' || each == '.') {
      encoded.push_back(each);
    } else {
      encoded += fmt::format("%{:02X}", byte);
    }
  }
  return encoded;
}

std::string quoted(std::string_view name) {
  std::string text = "\"";
  for (const char each : name) {
    if (each == '"') text.push_back('"');
    text.push_back(each);
  }
  return text + "\"";
}

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};

std::string run(const std::string& url, std::string_view sql) {
  const std::unique_ptr<PGconn, Finish> connection(PQconnectdb(url.c_str()));
  if (PQstatus(connection.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(connection.get()));
  PQsetNoticeProcessor(
      connection.get(), [](void*, const char*) {}, nullptr);
  const std::unique_ptr<PGresult, Clear> result(PQexec(connection.get(), std::string(sql).c_str()));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY) return {};
  if (status != PGRES_TUPLES_OK) {
    throw std::runtime_error(fmt::format("{}in: {}", PQresultErrorMessage(result.get()), sql));
  }
  if (PQntuples(result.get()) == 0 || PQnfields(result.get()) == 0) return {};
  return {PQgetvalue(result.get(), 0, 0), static_cast<std::size_t>(PQgetlength(result.get(), 0, 0))};
}

}  // namespace

ScratchPostgres& ScratchPostgres::instance() {
  static ScratchPostgres the_one;
  return the_one;
}

ScratchPostgres::ScratchPostgres() : program_directory_(find_programs()), owner_pid_(::getpid()) {
  directory_ = make_directory();
  std::vector<std::string> arguments{directory_, program_directory_};
  for (std::string& word : unprivileged_prefix(directory_)) arguments.push_back(std::move(word));
  keeper_pid_ = spawn_keeper(arguments, keeper_stdin_);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  while (PQping(url("postgres").c_str()) != PQPING_OK) {
    if (fs::exists(directory_ + "/failed") || std::chrono::steady_clock::now() > deadline) {
      const std::string log = read_log(directory_);
      ::close(keeper_stdin_);
      ::waitpid(keeper_pid_, nullptr, 0);
      throw std::runtime_error(
          fmt::format("the scratch PostgreSQL in {} did not start:\n{}", directory_, log));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

ScratchPostgres::~ScratchPostgres() {
  if (::getpid() != owner_pid_) return;  // a forked child ends; the cluster is its parent's
  ::close(keeper_stdin_);
  ::waitpid(keeper_pid_, nullptr, 0);
}

std::string ScratchPostgres::url(std::string_view database, std::string_view user) const {
  return fmt::format("postgresql://{}@{}/{}", percent_encode(user), percent_encode(directory_),
                     percent_encode(database));
}

void ScratchPostgres::create_database(std::string_view name, std::string_view sql, std::string_view options) {
  drop_database(name);
  execute("postgres", fmt::format("CREATE DATABASE {} {}", quoted(name), options));
  if (!sql.empty()) execute(name, sql);
}

void ScratchPostgres::drop_database(std::string_view name) {
  execute("postgres", fmt::format("DROP DATABASE IF EXISTS {} WITH (FORCE)", quoted(name)));
}

void ScratchPostgres::execute(std::string_view database, std::string_view sql) {
  query_value(database, sql);
}

std::string ScratchPostgres::query_value(std::string_view database, std::string_view sql) {
  return run(url(database), sql);
}

ScratchDatabase::ScratchDatabase(std::string_view name, std::string_view sql, std::string_view options)
    : name_(name) {
  ScratchPostgres::instance().create_database(name_, sql, options);
}

ScratchDatabase::~ScratchDatabase() {
  try {
    ScratchPostgres::instance().drop_database(name_);
  } catch (const std::exception& error) {
    // The cluster goes with the process in any case; a destructor must not throw.
    std::fprintf(stderr, "cannot drop %s: %s\n", name_.c_str(), error.what());
  }
}

std::string ScratchDatabase::url(std::string_view user) const {
  return ScratchPostgres::instance().url(name_, user);
}
void ScratchDatabase::execute(std::string_view sql) const {
  ScratchPostgres::instance().execute(name_, sql);
}
std::string ScratchDatabase::query_value(std::string_view sql) const {
  return ScratchPostgres::instance().query_value(name_, sql);
}

}  // namespace skyhold
