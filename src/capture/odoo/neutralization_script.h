// Runs SQL that others wrote, as the role that owns Odoo's tables and no more.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "capture/pg_session.h"

namespace skyhold {

// An open transaction in which the session has that role. SQL runs inside a security definer
// function: there the server refuses to change the role or to end the transaction, and
// there are no psql meta-commands. Rolled back unless committed.
class NeutralizationTransaction {
 public:
  static Result<NeutralizationTransaction> begin(PgSession& session);
  NeutralizationTransaction(NeutralizationTransaction&& other) noexcept;
  NeutralizationTransaction& operator=(NeutralizationTransaction&&) = delete;
  ~NeutralizationTransaction();

  // One or more statements.
  Status run(const std::string& sql);
  Status commit();

 private:
  explicit NeutralizationTransaction(PgSession& session) : session_(&session) {}
  Status prepare();
  PgSession* session_;  // null: it is over
};

// <path>/<module>/data/neutralize.sql in the first path that has the module; nullopt when
// none has it, or its module ships none.
std::optional<std::filesystem::path> neutralize_file(const std::vector<std::filesystem::path>& addons_paths,
                                                     const std::string& module);
// At most 1 MiB.
Result<std::string> read_neutralize_file(const std::filesystem::path& path);

}  // namespace skyhold
