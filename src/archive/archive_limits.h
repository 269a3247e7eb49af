// What an archive from outside may ask of us. Each limit is refused by name and reason.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace skyhold {

struct ArchiveLimits {
  std::uint64_t max_entries = 4'000'000;
  std::size_t max_name_bytes = 1024;
  std::uint64_t max_entry_bytes = std::uint64_t{4} << 40;  // of one entry, expanded
  std::uint64_t max_total_bytes = std::uint64_t{8} << 40;  // of all entries, expanded
  // Expanded bytes for each byte that came in, once more than `ratio_free_bytes` came out.
  // SQL of real databases reaches 5 to 30; deflate can do 1032, zstd far more.
  std::uint64_t max_ratio = 250;
  std::uint64_t ratio_free_bytes = std::uint64_t{256} << 20;
};

// Whether an entry may be named so: relative, made of parts that are neither empty nor "."
// nor "..", without backslashes, control characters and drive letters, UTF-8. A directory may end in
// one slash. kCorrupt with the name (made printable) and the reason.
Status check_entry_name(std::string_view name, const ArchiveLimits& limits);

// A name as it may be shown in a message: cut, and what is not printable ASCII or UTF-8 escaped.
std::string printable_name(std::string_view name);

// Counts what comes in and out of one archive and refuses what is beyond the limits.
class ArchiveMeter {
 public:
  explicit ArchiveMeter(const ArchiveLimits& limits) : limits_(limits) {}

  Status begin_entry(std::string_view name);
  void add_compressed(std::uint64_t bytes) { compressed_bytes_ += bytes; }
  // Call it before the bytes are handed on.
  Status add_expanded(std::uint64_t bytes);

  [[nodiscard]] std::uint64_t entries() const { return entries_; }
  [[nodiscard]] std::uint64_t compressed_bytes() const { return compressed_bytes_; }
  [[nodiscard]] std::uint64_t expanded_bytes() const { return expanded_bytes_; }
  [[nodiscard]] const std::string& entry() const { return entry_; }

 private:
  ArchiveLimits limits_;
  std::string entry_;
  std::uint64_t entries_ = 0;
  std::uint64_t entry_bytes_ = 0;
  std::uint64_t compressed_bytes_ = 0;
  std::uint64_t expanded_bytes_ = 0;
};

}  // namespace skyhold
