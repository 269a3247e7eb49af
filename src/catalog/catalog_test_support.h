// An empty catalog over either database, and records to fill it with.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/catalog.h"
#include "tests/support/sql_place.h"

namespace skyhold {

inline const Instant kTestStart = *parse_rfc3339("2026-11-23T01:00:00Z");

template <typename T>
ErrorCode code_of(const Result<T>& result) {
  EXPECT_FALSE(result) << "it should have failed";
  return result ? ErrorCode::kInternal : result.error().code;
}

// The value, or a failed test with the error's words.
template <typename T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(to_string(result.error()));
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

inline std::string hex_id(char digit) {
  return std::string(64, digit);
}

inline Project sample_project(const std::string& name) {
  Project project;
  project.name = name;
  project.title = "The " + name + " GmbH";
  project.region = "europe-west1";
  return project;
}

inline Branch sample_branch(const std::string& project, const std::string& name,
                            BranchType type = BranchType::kDevelopment) {
  Branch branch;
  branch.project = project;
  branch.name = name;
  branch.type = type;
  branch.wrapped_database_url = "d3JhcHBlZA==";
  branch.database_label = name + " on db1:5432 as odoo";
  branch.database_server = "db1:5432";
  branch.filestore = "/srv/odoo/filestore/" + name;
  return branch;
}

inline BackupRecord sample_backup(const std::string& id, const std::string& project, Instant started_at,
                                  BackupState state = BackupState::kGood) {
  BackupRecord backup;
  backup.id = id;
  backup.project = project;
  backup.branch = "production";
  backup.kind = BackupKind::kAutomatic;
  backup.state = state;
  backup.created_by = "schedule";
  backup.started_at = started_at;
  backup.added_bytes = 1000;
  if (backup.restorable()) backup.snapshot_id = hex_id('a');
  if (state != BackupState::kRunning) backup.finished_at = started_at + std::chrono::minutes(5);
  return backup;
}

inline CopyRecord sample_copy(const std::string& store, CopyState state = CopyState::kStored) {
  CopyRecord copy;
  copy.store = store;
  copy.state = state;
  return copy;
}

inline std::vector<std::string> ids_of(const std::vector<BackupRecord>& backups) {
  std::vector<std::string> ids;
  for (const BackupRecord& backup : backups) ids.push_back(backup.id);
  return ids;
}

// Counts the statements that go through it.
class CountingDatabase final : public SqlDatabase {
 public:
  explicit CountingDatabase(SqlDatabase& inner) : inner_(inner) {}
  Status transact(SqlAccess access, const std::function<Status(SqlSession&)>& body) override {
    return inner_.transact(access, [&](SqlSession& session) {
      CountingSession counting(session, statements_);
      return body(counting);
    });
  }
  [[nodiscard]] SqlDialect dialect() const override { return inner_.dialect(); }
  [[nodiscard]] std::string describe() const override { return inner_.describe(); }
  // Since it was asked last.
  int take_statements() { return std::exchange(statements_, 0); }

 private:
  class CountingSession final : public SqlSession {
   public:
    CountingSession(SqlSession& inner, int& statements) : inner_(inner), statements_(statements) {}
    Result<SqlRows> query(std::string_view sql, const SqlParameters& parameters) override {
      ++statements_;
      return inner_.query(sql, parameters);
    }
    Result<std::int64_t> execute(std::string_view sql, const SqlParameters& parameters) override {
      ++statements_;
      return inner_.execute(sql, parameters);
    }
    [[nodiscard]] SqlDialect dialect() const override { return inner_.dialect(); }

   private:
    SqlSession& inner_;
    int& statements_;
  };

  SqlDatabase& inner_;
  int statements_ = 0;
};

class CatalogTest : public testing::TestWithParam<SqlDialect> {
 protected:
  void make_project(const std::string& name) {
    must(catalog_->create_project(sample_project(name)));
    must(catalog_->create_branch(sample_branch(name, "production", BranchType::kProduction)));
  }
  void make_backup(const std::string& id, std::chrono::hours after, BackupState state = BackupState::kGood) {
    BackupRecord backup = sample_backup(id, "acme", kTestStart + after, state);
    backup.copies = {sample_copy("near-1"), sample_copy("near-2"), sample_copy("far")};
    must(catalog_->create_backup(backup));
  }
  std::int64_t revision() { return must(catalog_->revision()); }

  std::unique_ptr<SqlPlace> place_ = make_sql_place(GetParam());
  std::unique_ptr<SqlDatabase> database_ = place_->open();
  ManualClock clock_{kTestStart};
  std::unique_ptr<Catalog> catalog_ = must(Catalog::open(*database_, clock_));
};

}  // namespace skyhold
