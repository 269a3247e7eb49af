// What a day does to a project.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace sample {

enum class Pattern {
  kWorkday,    // new rows, updates among the recent ones, and a tenth anywhere
  kScattered,  // updates of rows chosen uniformly
};

struct ChangeOptions {
  std::string database;
  std::filesystem::path filestore;
  double rows_percent = 1;
  double files_percent = 1;
  std::uint64_t seed = 1;
  Pattern pattern = Pattern::kWorkday;
};

struct ChangeResult {
  std::uint64_t rows_added = 0;
  std::uint64_t rows_updated = 0;
  std::uint64_t files_added = 0;
  std::uint64_t files_deleted = 0;
  std::uint64_t file_bytes_added = 0;
};

ChangeResult change_project(const ChangeOptions& options);

}  // namespace sample
