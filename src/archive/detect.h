// What a file is, from its first bytes and never from its name.
#pragma once

#include <memory>
#include <string_view>

#include "archive/archive_limits.h"
#include "archive/compressed_source.h"
#include "archive/peeked_source.h"

namespace skyhold {

enum class ContentKind {
  kZip,           // Odoo's backup zip, most likely
  kTar,           // some tar; a pg_dump directory that was packed, for one
  kPgDumpTar,     // pg_dump --format=tar: its first entry is toc.dat
  kSkyholdTar,    // a whole snapshot: its first entry is manifest.json
  kPgDumpCustom,  // pg_dump --format=custom
  kPlainDump,     // pg_dump --format=plain
};
std::string_view to_string(ContentKind kind);  // "zip archive"

inline constexpr std::size_t kDetectBytes = 8192;

// Of bytes that are not compressed as a whole. kUnsupported with what was found instead ("an HTML page",
// "an xz file", "no bytes at all", …).
Result<ContentKind> detect_content(ByteView first_bytes);

// A stream with one layer of compression taken off.
class Incoming {
 public:
  // `source` must outlive it.
  static Result<std::unique_ptr<Incoming>> open(ByteSource& source, const ArchiveLimits& limits = {});

  [[nodiscard]] Compression compression() const { return compression_; }
  [[nodiscard]] ContentKind kind() const { return kind_; }
  // The expanded bytes from their beginning; give it to open_zip(), open_tar(), … .
  [[nodiscard]] PeekedSource& stream() { return *expanded_peek_; }

 private:
  Incoming() = default;

  Compression compression_ = Compression::kNone;
  ContentKind kind_ = ContentKind::kZip;
  std::unique_ptr<PeekedSource> outer_peek_;
  std::unique_ptr<ByteSource> expanded_;
  std::unique_ptr<PeekedSource> expanded_peek_;
};

}  // namespace skyhold
