#include "archive/detect.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "archive/dump_header.h"
#include "base/assert.h"
#include "base/encoding.h"
#include "base/utf8.h"

namespace skyhold {
namespace {

constexpr std::size_t kTarBlockBytes = 512;
constexpr std::size_t kTarMagicAt = 257;
constexpr std::size_t kTarNameBytes = 100;
constexpr std::size_t kShownBytes = 40;

struct Known {
  std::string_view begins_with;
  std::string_view name;
};
// What people send instead, so that the message can say it.
constexpr std::array kOthers{
    Known{"\xfd"
          "7zXZ",
          "an xz file"},
    Known{"7z\xbc\xaf", "a 7z archive"},
    Known{"Rar!", "a RAR archive"},
    Known{"%PDF", "a PDF"},
    Known{"\x89PNG", "a PNG image"},
    Known{"\xff\xd8\xff", "a JPEG image"},
    Known{"\x04\x22\x4d\x18", "an lz4 file"},
    Known{"age-encryption.org/", "a file that is encrypted with age: decrypt it first"},
    Known{"SQLite format 3", "an SQLite database"},
    Known{"<!DOCTYPE", "an HTML page: Odoo answers with one when its backup fails"},
    Known{"<!doctype", "an HTML page: Odoo answers with one when its backup fails"},
    Known{"<html", "an HTML page: Odoo answers with one when its backup fails"},
    Known{"{", "JSON text"},
};

// The name of a tar's first entry; nothing when the block is no tar header.
std::optional<std::string_view> first_tar_name(std::string_view bytes) {
  if (bytes.size() < kTarBlockBytes || bytes.substr(kTarMagicAt, 5) != "ustar") return std::nullopt;
  std::string_view name = bytes.substr(0, kTarNameBytes);
  name = name.substr(0, name.find('\0'));
  while (name.starts_with("./")) name.remove_prefix(2);
  return name;
}

bool is_plain_dump(ByteView bytes) {
  return parse_plain_dump_header(bytes).has_value();
}

std::string describe(ByteView bytes) {
  std::string_view text = as_text(bytes);
  if (text.empty()) return "no bytes at all";
  for (const Known& known : kOthers) {
    if (text.starts_with(known.begins_with)) return std::string(known.name);
  }
  const Compression compression = detect_compression(bytes);
  if (compression != Compression::kNone)
    return fmt::format("{} inside of another compression", to_string(compression));
  if (text.find("-- PostgreSQL database cluster dump") != std::string_view::npos) {
    return "a dump of a whole server (pg_dumpall): dump the one database with pg_dump";
  }
  const ByteView shown = bytes.first(std::min(bytes.size(), kShownBytes));
  const bool has_control = std::any_of(shown.begin(), shown.end(), [](std::uint8_t byte) {
    return byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t';
  });
  if (is_utf8(as_text(shown)) && !has_control) {
    return fmt::format("text that begins \"{}\"", printable_name(as_text(shown)));
  }
  return fmt::format("bytes that begin {}", hex_encode(bytes.first(std::min<std::size_t>(bytes.size(), 16))));
}

}  // namespace

std::string_view to_string(ContentKind kind) {
  switch (kind) {
    case ContentKind::kZip: return "zip archive";
    case ContentKind::kTar: return "tar archive";
    case ContentKind::kPgDumpTar: return "pg_dump tar";
    case ContentKind::kSkyholdTar: return "Skyhold snapshot";
    case ContentKind::kPgDumpCustom: return "pg_dump custom format";
    case ContentKind::kPlainDump: return "plain SQL dump";
  }
  SKYHOLD_UNREACHABLE();
}

Result<ContentKind> detect_content(ByteView first_bytes) {
  const std::string_view text = as_text(first_bytes);
  if (text.starts_with("PK\x03\x04") || text.starts_with("PK\x05\x06")) return ContentKind::kZip;
  if (text.starts_with("PGDMP")) return ContentKind::kPgDumpCustom;
  if (const auto name = first_tar_name(text)) {
    if (*name == "toc.dat") return ContentKind::kPgDumpTar;
    if (*name == "manifest.json") return ContentKind::kSkyholdTar;
    return ContentKind::kTar;
  }
  if (is_plain_dump(first_bytes)) return ContentKind::kPlainDump;
  return fail(ErrorCode::kUnsupported,
              fmt::format("this is no backup that can be read: {}", describe(first_bytes)),
              "Odoo zips, dumps of pg_dump (custom, directory in a tar, plain) and Skyhold's tar.zst can be; "
              "plain, gz, "
              "zst or bz2");
}

Result<std::unique_ptr<Incoming>> Incoming::open(ByteSource& source, const ArchiveLimits& limits) {
  std::unique_ptr<Incoming> incoming(new Incoming);
  incoming->outer_peek_ = std::make_unique<PeekedSource>(source);
  incoming->compression_ = detect_compression(TRY(incoming->outer_peek_->peek(4)));
  incoming->expanded_ = open_compressed(*incoming->outer_peek_, incoming->compression_, limits);
  incoming->expanded_peek_ = std::make_unique<PeekedSource>(*incoming->expanded_);
  const ByteView first = TRY(incoming->expanded_peek_->peek(kDetectBytes));
  incoming->kind_ = TRY(detect_content(first));
  return incoming;
}

}  // namespace skyhold
