// A throwaway PostgreSQL cluster for tests: one a process, started when first asked for.
//
// It listens on a socket in a temporary directory only, trusts everybody there, and is
// stopped and deleted when the process ends, however it ends. Where PostgreSQL's server
// is not installed a test that asks for it fails; it is never skipped.
#pragma once

#include <string>
#include <string_view>

namespace skyhold {

class ScratchPostgres {
 public:
  // Throws std::runtime_error, which GoogleTest reports as a failure, when there is no
  // server to start or it does not start.
  static ScratchPostgres& instance();

  ScratchPostgres(const ScratchPostgres&) = delete;
  ScratchPostgres& operator=(const ScratchPostgres&) = delete;

  // "postgresql://postgres@%2Ftmp%2F…/name"
  [[nodiscard]] std::string url(std::string_view database, std::string_view user = "postgres") const;
  [[nodiscard]] const std::string& socket_directory() const { return directory_; }
  [[nodiscard]] const std::string& program_directory() const {
    return program_directory_;
  }  // of psql, pg_dump

  // Drops a database of that name, creates it with `options` (as CREATE DATABASE takes
  // them) and runs `sql` in it. These throw std::runtime_error with the server's words.
  void create_database(std::string_view name, std::string_view sql = {}, std::string_view options = {});
  void drop_database(std::string_view name);
  void execute(std::string_view database, std::string_view sql);
  // The first column of the first row; empty for NULL or no row.
  std::string query_value(std::string_view database, std::string_view sql);

 private:
  ScratchPostgres();
  ~ScratchPostgres();

  std::string directory_;
  std::string program_directory_;
  int keeper_pid_ = -1;
  int keeper_stdin_ = -1;  // its closing, by us or by our death, ends the cluster
  int owner_pid_ = -1;
};

// A database of its own for one test, dropped at its end.
class ScratchDatabase {
 public:
  explicit ScratchDatabase(std::string_view name, std::string_view sql = {}, std::string_view options = {});
  ~ScratchDatabase();
  ScratchDatabase(const ScratchDatabase&) = delete;
  ScratchDatabase& operator=(const ScratchDatabase&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::string url(std::string_view user = "postgres") const;
  void execute(std::string_view sql) const;
  [[nodiscard]] std::string query_value(std::string_view sql) const;

 private:
  std::string name_;
};

}  // namespace skyhold
