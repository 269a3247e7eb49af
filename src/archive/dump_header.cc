#include "archive/dump_header.h"

#include <charconv>

#include "archive/memory_source.h"
#include "archive/pg_archive_reader.h"

namespace skyhold {
namespace {

constexpr std::string_view kOpening = "-- PostgreSQL database dump";
constexpr std::string_view kEnding = "-- PostgreSQL database dump complete";
constexpr std::string_view kServer = "-- Dumped from database version ";
constexpr std::string_view kProgram = "-- Dumped by pg_dump version ";
constexpr std::string_view kRestrict = "\\restrict ";
// Behind the end marker pg_dump writes an empty comment, blank lines and \unrestrict with its key.
constexpr std::size_t kTailBytes = 4096;
constexpr std::size_t kLongestVersion = 256;

std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string value_of(std::string_view line, std::string_view key) {
  return std::string(line.substr(key.size(), kLongestVersion));
}

}  // namespace

Result<CustomDumpHeader> parse_custom_dump_header(ByteView first_bytes) {
  MemorySource source(first_bytes);
  PgArchiveReader reader(source);
  return TRY(reader.read_head()).header;
}

Result<PlainDumpHeader> parse_plain_dump_header(ByteView first_bytes) {
  std::string_view text = as_text(first_bytes);
  PlainDumpHeader header;
  bool opened = false;
  // Only the comment at the beginning: nothing in the data can pretend to be it.
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.starts_with(kRestrict)) {
      header.restricted = true;
    } else if (line == kOpening) {
      opened = true;
    } else if (line.starts_with(kServer)) {
      header.server_version = value_of(line, kServer);
    } else if (line.starts_with(kProgram)) {
      header.dump_version = value_of(line, kProgram);
    } else if (!line.empty() && !line.starts_with("--")) {
      break;
    }
  }
  if (opened) return header;
  return fail(ErrorCode::kCorrupt, "not a plain dump of pg_dump: its opening comment is missing",
              "make it with pg_dump --no-owner");
}

int parse_server_version(std::string_view text) {
  int parts[3] = {};
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  for (int& part : parts) {
    const auto [stop, error] = std::from_chars(at, end, part);
    if (error != std::errc() || part < 0 || part > 9999) break;
    at = stop;
    if (at == end || *at != '.') break;
    ++at;
  }
  constexpr int kFirstTwoPartMajor = 10;
  if (parts[0] >= kFirstTwoPartMajor) return parts[0] * 10000 + parts[1] % 10000;
  return parts[0] * 10000 + parts[1] % 100 * 100 + parts[2] % 100;
}

void DumpEndWatch::update(ByteView bytes) {
  if (bytes.size() > kTailBytes) bytes = bytes.last(kTailBytes);
  tail_ += as_text(bytes);
  if (tail_.size() > kTailBytes) tail_.erase(0, tail_.size() - kTailBytes);
}

bool DumpEndWatch::complete() const {
  const auto at = tail_.rfind(kEnding);
  if (at == std::string::npos || (at > 0 && tail_[at - 1] != '\n')) return false;
  std::string_view rest = std::string_view(tail_).substr(at);
  take_line(rest);
  while (!rest.empty()) {
    const std::string_view line = take_line(rest);
    if (!line.empty() && line != "--" && !line.starts_with("\\unrestrict ")) return false;
  }
  return true;
}

}  // namespace skyhold
