#include "archive/pg_archive_reader.h"

#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/human.h"

namespace skyhold {
namespace {

constexpr std::string_view kMagic = "PGDMP";
constexpr int kOldestMinor = 12;
constexpr int kNewestMinor = 16;
constexpr int kCustomFormat = 1;
constexpr int kMostIntegerBytes = 8;
constexpr std::uint64_t kMostStringBytes = std::uint64_t{256} << 20;
constexpr std::int64_t kMostEntries = 20'000'000;
constexpr std::int64_t kMostDependencies = 100'000;
constexpr std::int64_t kMostChunkBytes = std::int64_t{16} << 20;
constexpr std::array<std::string_view, 4> kCompressions{"none", "gzip", "lz4", "zstd"};

tl::unexpected<Error> damaged(std::string_view what) {
  return fail(ErrorCode::kCorrupt, fmt::format("the PostgreSQL dump is damaged: {}", what),
              "make the dump again");
}

}  // namespace

Result<ByteView> PgArchiveReader::take(std::size_t count, std::string_view what) {
  const ByteView bytes = TRY(input_.peek(count));
  if (bytes.size() < count) return damaged(fmt::format("it is cut off in {}", what));
  return bytes.first(count);
}

Result<std::uint8_t> PgArchiveReader::read_byte(std::string_view what) {
  const std::uint8_t byte = TRY(take(1, what))[0];
  input_.consume(1);
  return byte;
}

Result<std::int64_t> PgArchiveReader::read_integer(std::string_view what) {
  const auto width = static_cast<std::size_t>(head_.header.integer_bytes);
  const ByteView bytes = TRY(take(1 + width, what));
  std::uint64_t value = 0;
  for (std::size_t byte = width; byte > 0; --byte) value = value << 8U | bytes[byte];
  const bool negative = bytes[0] != 0;
  input_.consume(1 + width);
  if (value > static_cast<std::uint64_t>(INT64_MAX)) return damaged(fmt::format("{} is too large", what));
  return negative ? -static_cast<std::int64_t>(value) : static_cast<std::int64_t>(value);
}

Result<int> PgArchiveReader::read_small_integer(std::string_view what) {
  const std::int64_t value = TRY(read_integer(what));
  if (value < INT32_MIN || value > INT32_MAX) return damaged(fmt::format("{} is too large", what));
  return static_cast<int>(value);
}

Result<PgArchiveString> PgArchiveReader::read_string(std::string_view what) {
  const std::int64_t length = TRY(read_integer(what));
  if (length < 0) return PgArchiveString{};
  string_bytes_ += static_cast<std::uint64_t>(length);
  if (static_cast<std::uint64_t>(length) > kMostStringBytes || string_bytes_ > kMostStringBytes) {
    return fail(ErrorCode::kNoSpace, fmt::format("the definitions of the PostgreSQL dump are larger than {}",
                                                 human_bytes(kMostStringBytes)));
  }
  const ByteView bytes = TRY(take(static_cast<std::size_t>(length), what));
  PgArchiveString text(as_text(bytes));
  input_.consume(bytes.size());
  return text;
}

Result<std::string> PgArchiveReader::read_compression() {
  if (!head_.has_compression_name()) {
    return std::string(TRY(read_integer("its compression")) == 0 ? "none" : "gzip");
  }
  const std::uint8_t name = TRY(read_byte("its compression"));
  if (name >= kCompressions.size()) return damaged(fmt::format("its compression is number {}", name));
  return std::string(kCompressions[name]);
}

Result<PgArchiveHead> PgArchiveReader::read_head() {
  constexpr std::string_view kWhat = "its head";
  const ByteView fixed = TRY(take(kMagic.size() + 6, kWhat));
  if (!as_text(fixed).starts_with(kMagic))
    return damaged("it does not begin as pg_dump's custom format does");
  CustomDumpHeader& header = head_.header;
  header.major = fixed[5];
  header.minor = fixed[6];
  header.revision = fixed[7];
  header.integer_bytes = fixed[8];
  header.offset_bytes = fixed[9];
  const int format = fixed[10];
  input_.consume(fixed.size());
  if (header.major != 1 || header.minor > kNewestMinor || header.minor < kOldestMinor) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("the dump has archive format {}.{}; 1.{} to 1.{} are known", header.major,
                            header.minor, kOldestMinor, kNewestMinor),
                "dump it with pg_dump of PostgreSQL 9.0 to 17");
  }
  if (format != kCustomFormat) return damaged(fmt::format("its format is number {}, not custom", format));
  if (header.integer_bytes < 1 || header.integer_bytes > kMostIntegerBytes || header.offset_bytes < 1 ||
      header.offset_bytes > kMostIntegerBytes) {
    return damaged(fmt::format("its integers have {} and its offsets {} bytes", header.integer_bytes,
                               header.offset_bytes));
  }
  header.compression = TRY(read_compression());
  for (int& part : head_.time) part = TRY(read_small_integer(kWhat));
  header.database = TRY(read_string(kWhat)).value_or("");
  header.server_version = TRY(read_string(kWhat)).value_or("");
  header.dump_version = TRY(read_string(kWhat)).value_or("");
  const std::int64_t entries = TRY(read_integer("its table of contents"));
  if (entries < 0 || entries > kMostEntries) return damaged(fmt::format("it has {} entries", entries));
  header.toc_entries = static_cast<std::uint32_t>(entries);
  return head_;
}

Status PgArchiveReader::read_dependencies(PgTocEntry& entry) {
  while (true) {
    const PgArchiveString text = TRY(read_string("a dependency"));
    if (!text) return {};
    int id = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), id);
    if (error != std::errc() || end != text->data() + text->size())
      return damaged("a dependency is no number");
    entry.dependencies.push_back(id);
    if (static_cast<std::int64_t>(entry.dependencies.size()) > kMostDependencies) {
      return damaged("an entry has too many dependencies");
    }
  }
}

Result<PgTocEntry> PgArchiveReader::read_entry() {
  constexpr std::string_view kWhat = "its table of contents";
  PgTocEntry entry;
  entry.id = TRY(read_small_integer(kWhat));
  if (entry.id <= 0) return damaged(fmt::format("an entry has the number {}", entry.id));
  entry.has_data = TRY(read_integer(kWhat)) != 0;
  entry.catalog_oid = TRY(read_string(kWhat));
  entry.oid = TRY(read_string(kWhat));
  entry.tag = TRY(read_string(kWhat));
  entry.description = TRY(read_string(kWhat));
  const int section = TRY(read_small_integer(kWhat));
  if (section < static_cast<int>(PgSection::kNone) || section > static_cast<int>(PgSection::kPostData)) {
    return damaged(fmt::format("an entry has the section {}", section));
  }
  entry.section = static_cast<PgSection>(section);
  entry.definition = TRY(read_string(kWhat));
  entry.drop = TRY(read_string(kWhat));
  entry.copy = TRY(read_string(kWhat));
  entry.schema = TRY(read_string(kWhat));
  entry.tablespace = TRY(read_string(kWhat));
  if (head_.has_access_method()) entry.access_method = TRY(read_string(kWhat));
  if (head_.has_relation_kind()) entry.relation_kind = TRY(read_small_integer(kWhat));
  entry.owner = TRY(read_string(kWhat));
  TRY(read_string(kWhat));  // "false": had OIDs, once
  TRY(read_dependencies(entry));
  const std::size_t position = 1 + static_cast<std::size_t>(head_.header.offset_bytes);
  TRY(take(position, kWhat));
  input_.consume(position);
  return entry;
}

Result<std::vector<PgTocEntry>> PgArchiveReader::read_toc() {
  std::vector<PgTocEntry> entries;
  for (std::uint32_t entry = 0; entry < head_.header.toc_entries; ++entry)
    entries.push_back(TRY(read_entry()));
  return entries;
}

Result<std::optional<PgArchiveReader::Block>> PgArchiveReader::next_block() {
  if (TRY(input_.peek(1)).empty()) return std::nullopt;
  const std::uint8_t type = TRY(read_byte("a block"));
  if (type != static_cast<std::uint8_t>(PgBlock::kRows) &&
      type != static_cast<std::uint8_t>(PgBlock::kLargeObjects)) {
    return damaged(fmt::format("a block has the type {}", type));
  }
  const int id = TRY(read_small_integer("a block"));
  return Block{static_cast<PgBlock>(type), id};
}

Result<std::optional<std::uint32_t>> PgArchiveReader::next_large_object() {
  const std::int64_t oid = TRY(read_integer("a large object"));
  if (oid == 0) return std::nullopt;
  return static_cast<std::uint32_t>(oid);
}

Result<Bytes> PgArchiveReader::read_chunk() {
  const std::int64_t length = TRY(read_integer("a block"));
  if (length < 0 || length > kMostChunkBytes) return damaged(fmt::format("a chunk has {} bytes", length));
  const ByteView bytes = TRY(take(static_cast<std::size_t>(length), "a block"));
  Bytes chunk = to_bytes(bytes);
  input_.consume(bytes.size());
  return chunk;
}

}  // namespace skyhold
