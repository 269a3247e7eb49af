// The files of a filestore: named by the SHA-1 of their content, sizes log-normal, and
// seven in ten of a kind that does not compress, as photographs and archives are.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sample {

struct StoredFile {
  std::string sha1;
  std::int64_t size_bytes = 0;
  std::string name;  // "photo_17.jpg"
  std::string mimetype;
  std::string index_content;  // what Odoo finds in it for searches
  [[nodiscard]] std::string stored_name() const { return sha1.substr(0, 2) + "/" + sha1; }
};

// Files of this many bytes together, or this many files; the same for the same seed.
std::vector<StoredFile> write_files_of_bytes(const std::filesystem::path& filestore, std::uint64_t bytes,
                                             std::uint64_t seed);
std::vector<StoredFile> write_files(const std::filesystem::path& filestore, std::size_t count,
                                    std::uint64_t seed);

}  // namespace sample
