// Makes a project: a database and the filestore that goes with it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace sample {

struct CreateOptions {
  std::string database;  // PostgreSQL URL; the database need not exist, but must be empty
  std::filesystem::path filestore;
  unsigned tables = 300;
  std::uint64_t database_mb =
      120;  // on the server's disk, indexes included; never under what the tables need
  std::uint64_t filestore_mb = 100;
  std::uint64_t seed = 1;
};

struct CreateResult {
  std::uint64_t tables = 0;
  std::uint64_t rows = 0;
  std::uint64_t database_bytes = 0;
  std::uint64_t files = 0;
  std::uint64_t file_bytes = 0;
};

CreateResult create_project(const CreateOptions& options);

}  // namespace sample
