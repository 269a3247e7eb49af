// The built skyhold program, three directories as its stores, and a key file.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/scratch_directory.h"
#include "tests/support/scratch_postgres.h"
#include "tests/support/shell.h"

namespace skyhold {

class SkyholdProgram {
 public:
  explicit SkyholdProgram(int copies = 3) {
    const auto made = run("key new " + shell_word(key_file()));
    if (made.exit_status != 0) throw std::runtime_error(made.output);
    for (int copy = 0; copy < copies; ++copy)
      stores_.push_back(directory_ / ("store-" + std::to_string(copy)));
  }

  [[nodiscard]] std::string key_file() const { return (directory_ / "master.key").string(); }
  [[nodiscard]] const std::vector<std::filesystem::path>& stores() const { return stores_; }
  [[nodiscard]] const ScratchDirectory& directory() const { return directory_; }

  static std::string path() { return SKYHOLD_PROGRAM; }
  static ShellOutcome run(const std::string& arguments) { return run_shell(path() + " " + arguments); }

  // "--store … --key-file …" over all copies, or over one.
  [[nodiscard]] std::string all_copies() const {
    std::string flags;
    for (const auto& store : stores_) flags += " --store " + url(store);
    return flags + " --key-file " + shell_word(key_file());
  }
  [[nodiscard]] std::string one_copy(std::size_t copy) const {
    return " --store " + url(stores_[copy]) + " --key-file " + shell_word(key_file());
  }
  [[nodiscard]] ShellOutcome repo(const std::string& command, const std::string& flags) const {
    return run("repo " + command + " " + flags);
  }

  ShellOutcome init() const { return repo("init", all_copies() + " --project shop"); }
  ShellOutcome backup(const std::string& database, const std::string& more = {}) const {
    return repo("backup", all_copies() + " --project shop --branch production --database " +
                              shell_word(ScratchPostgres::instance().url(database)) + " " + more);
  }
  ShellOutcome restore(const std::string& database, const std::string& more = {},
                       const std::string& flags = {}) const {
    return repo("restore latest", (flags.empty() ? all_copies() : flags) + " --database " +
                                      shell_word(ScratchPostgres::instance().url(database)) + " " + more);
  }

  // restic on one copy, its password fetched as an operator would.
  [[nodiscard]] ShellOutcome restic(std::size_t copy, const std::string& arguments) const {
    return run_shell("export RESTIC_CACHE_DIR=" + shell_word((directory_ / "restic-cache").string()) +
                     " RESTIC_PASSWORD_COMMAND=" + shell_word(path() + " repo password" + one_copy(copy)) +
                     "\nrestic -r " + shell_word(stores_[copy].string()) + " " + arguments);
  }

 private:
  static std::string url(const std::filesystem::path& store) {
    return shell_word("file://" + store.string());
  }

  ScratchDirectory directory_;
  std::vector<std::filesystem::path> stores_;
};

// A filestore whose files an ir_attachment table names.
inline std::string make_filestore(const std::filesystem::path& root, const std::string& database, int files) {
  const std::string url = ScratchPostgres::instance().url(database);
  const std::string psql = ScratchPostgres::instance().program_directory() + "/psql";
  return "set -e; mkdir -p " + shell_word(root.string()) + "; cd " + shell_word(root.string()) +
         "; { echo 'CREATE TABLE IF NOT EXISTS ir_attachment (id serial PRIMARY KEY, store_fname text, "
         "file_size int);'; "
         "for n in $(seq " +
         std::to_string(files) +
         "); do head -c $((n * 997)) /dev/urandom > new; sum=$(sha1sum new | cut -c1-40); dir=$(echo $sum | "
         "cut -c1-2); "
         "mkdir -p $dir; mv new $dir/$sum; echo \"INSERT INTO ir_attachment (store_fname, file_size) VALUES "
         "('$dir/$sum', $((n * 997)));\"; done; } | " +
         psql + " -X -q -v ON_ERROR_STOP=1 -d " + shell_word(url);
}

}  // namespace skyhold
