// A small Odoo-shaped database with a filestore of its own, for a ServiceWorld.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

#include "tests/support/odoo_database.h"
#include "tests/support/program.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/scratch_postgres.h"
#include "tests/support/shell.h"

namespace skyhold {

class Shop {
 public:
  static constexpr int kFiles = 12;

  explicit Shop(const ScratchDirectory& directory)
      : database_("service_shop", kOdooDatabaseSql), filestore_(directory / "filestore" / "service_shop") {
    const ShellOutcome made = run_shell(make_filestore(filestore_, database_.name(), kFiles));
    if (made.exit_status != 0) throw std::runtime_error(made.output);
  }
  [[nodiscard]] std::string url() const { return database_.url(); }
  [[nodiscard]] const std::string& name() const { return database_.name(); }
  [[nodiscard]] std::string filestore() const { return filestore_.string(); }
  void execute(const std::string& sql) const { database_.execute(sql); }

 private:
  const ScratchDatabase database_;
  const std::filesystem::path filestore_;
};

}  // namespace skyhold
