// What an export is called, and how large it will be.
#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "base/assert.h"
#include "base/utf8.h"
#include "operations/export/export.h"
#include "operations/export/table_rows.h"

namespace skyhold {
namespace {

struct FormatName {
  ExportFormat format;
  std::string_view name;
  std::string_view extension;
  std::string_view media_type;
};
constexpr std::array kFormats{
    FormatName{ExportFormat::kOdooZip, "odoo-zip", ".zip", "application/zip"},
    FormatName{ExportFormat::kPgDump, "pg-dump", ".dump", "application/octet-stream"},
    FormatName{ExportFormat::kSqlZst, "sql.zst", ".sql.zst", "application/zstd"},
    FormatName{ExportFormat::kTarZst, "tar.zst", ".tar.zst", "application/zstd"},
    FormatName{ExportFormat::kTable, "table", ".csv", "text/csv"},
    FormatName{ExportFormat::kFile, "file", "", "application/octet-stream"},
};

const FormatName& name_of(ExportFormat format) {
  for (const FormatName& name : kFormats) {
    if (name.format == format) return name;
  }
  SKYHOLD_UNREACHABLE();
}

// Measured on databases of Odoo 17 with demo data: COPY text is so many times as large as its deflate form.
constexpr std::uint64_t kTextRatio = 5;
// Definitions, keys and indexes of an Odoo database with all its modules, compressed.
constexpr std::uint64_t kSchemaBytes = 1'500'000;

bool is_plain(char each) {
  return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') || (each >= '0' && each <= '9') ||
         each == '-' || each == '_' || each == '.';
}

std::string plain_name(std::string_view text) {
  std::string name;
  for (const char each : text) name.push_back(is_plain(each) ? each : '_');
  return name;
}

// A name that people gave, as one that a file can have: no folder, nothing hidden, no control character.
std::string file_name_of(std::string_view given) {
  constexpr std::size_t kMostBytes = 200;
  std::string name;
  for (std::string_view rest = given; !rest.empty();) {
    const std::size_t length = utf8_character_bytes(rest);
    if (name.size() + length > kMostBytes) break;
    const bool odd = length == 0 || rest[0] == '\x7f' || static_cast<unsigned char>(rest[0]) < 0x20 ||
                     std::string_view("/\\:*?\"<>|").find(rest[0]) != std::string_view::npos;
    name += odd ? std::string_view("_") : rest.substr(0, length);
    rest.remove_prefix(std::max<std::size_t>(1, length));
  }
  for (const char start : {'.', '-', ' '}) {
    if (name.starts_with(start)) name.front() = '_';
  }
  return name;
}

Result<std::uint64_t> file_bytes(const Manifest& manifest, const std::string& name) {
  for (const FileEntry& file : manifest.filestore.files) {
    if (file.name == name) return file.size_bytes;
  }
  return fail(ErrorCode::kNotFound, fmt::format("the backup's filestore holds no file {}", name),
              "name it as ir_attachment.store_fname has it: ab/abcdef…");
}

}  // namespace

Result<ExportFormat> parse_export_format(std::string_view text) {
  for (const FormatName& name : kFormats) {
    if (name.name == text) return name.format;
  }
  return fail(ErrorCode::kInvalidArgument, fmt::format("there is no export format \"{}\"", text),
              "odoo-zip, pg-dump, sql.zst, tar.zst, table or file");
}

std::string_view to_string(ExportFormat format) {
  return name_of(format).name;
}

Result<TableFormat> parse_table_format(std::string_view text) {
  if (text == "copy") return TableFormat::kCopy;
  if (text == "csv") return TableFormat::kCsv;
  return fail(ErrorCode::kInvalidArgument, fmt::format("there is no table format \"{}\"", text),
              "csv or copy");
}

Result<ExportEstimate> estimate_export(const Manifest& manifest, const ExportOptions& options) {
  const std::uint64_t database = manifest.table_bytes() / kTextRatio + kSchemaBytes;
  switch (options.format) {
    case ExportFormat::kOdooZip:
      return ExportEstimate{database + (options.with_filestore ? manifest.filestore.bytes : 0), false};
    case ExportFormat::kPgDump:
    case ExportFormat::kSqlZst: return ExportEstimate{database, false};
    case ExportFormat::kTarZst: return ExportEstimate{database + manifest.filestore.bytes, false};
    case ExportFormat::kTable: {
      const std::uint64_t bytes = TRY(find_table(manifest, options.table))->bytes;
      return ExportEstimate{bytes, options.table_format == TableFormat::kCopy};
    }
    case ExportFormat::kFile: return ExportEstimate{TRY(file_bytes(manifest, options.file)), true};
  }
  SKYHOLD_UNREACHABLE();
}

std::string export_file_name(const Manifest& manifest, const ExportOptions& options) {
  const std::string closed = options.encrypted() ? ".age" : "";
  if (options.format == ExportFormat::kFile && !options.save_as.empty()) {
    return file_name_of(options.save_as) + closed;
  }
  if (options.format == ExportFormat::kFile) {
    return plain_name(options.file.substr(options.file.rfind('/') + 1)) + closed;
  }
  const std::time_t time = std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(manifest.point_in_time));
  const std::string name = fmt::format("{}-{}-{:%Y%m%dT%H%M%S}Z", plain_name(manifest.project),
                                       plain_name(manifest.branch), fmt::gmtime(time));
  if (options.format != ExportFormat::kTable)
    return fmt::format("{}{}{}", name, name_of(options.format).extension, closed);
  const bool copy = options.table_format == TableFormat::kCopy;
  return fmt::format("{}-{}{}{}", name, plain_name(options.table), copy ? ".copy" : ".csv", closed);
}

std::string_view export_media_type(const ExportOptions& options) {
  if (options.encrypted()) return "application/octet-stream";
  const bool copy = options.format == ExportFormat::kTable && options.table_format == TableFormat::kCopy;
  return copy ? "text/plain" : name_of(options.format).media_type;
}

}  // namespace skyhold
