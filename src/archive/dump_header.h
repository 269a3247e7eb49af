// What pg_dump says about a dump at its beginning and end.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace skyhold {

inline constexpr std::size_t kDumpHeaderBytes = 8192;

// Custom format (layout: pg_archive.h).
struct CustomDumpHeader {
  int major = 1;  // of the archive format: 1.14 for PostgreSQL 12 to 15
  int minor = 14;
  int revision = 0;
  int integer_bytes = 4;
  int offset_bytes = 8;
  std::string compression;     // "none", "gzip", "lz4" or "zstd"
  std::string database;        // the name it had
  std::string server_version;  // "15.18 (Debian 15.18-0+deb12u1)"
  std::string dump_version;    // of the pg_dump
  std::uint32_t toc_entries = 0;
  friend bool operator==(const CustomDumpHeader&, const CustomDumpHeader&) = default;
};
// From the first kDumpHeaderBytes of the dump, or all of a smaller one. kCorrupt for what is not one,
// kUnsupported for a format newer than is known (1.16 of PostgreSQL 17).
Result<CustomDumpHeader> parse_custom_dump_header(ByteView first_bytes);

// Plain format.
struct PlainDumpHeader {
  std::string server_version;  // of "-- Dumped from database version …"; empty: not there
  std::string dump_version;    // of "-- Dumped by pg_dump version …"
  bool restricted = false;     // begins with \restrict: meta-commands are closed with a key
  friend bool operator==(const PlainDumpHeader&, const PlainDumpHeader&) = default;
};
// kCorrupt when the bytes do not hold pg_dump's opening comment.
Result<PlainDumpHeader> parse_plain_dump_header(ByteView first_bytes);

// 150018 from "15.18 (Debian …)"; 90624 from "9.6.24"; 0 when it is no version.
int parse_server_version(std::string_view text);

// Sees whether a plain dump that passes by ends with "-- PostgreSQL database dump complete".
class DumpEndWatch {
 public:
  void update(ByteView bytes);
  [[nodiscard]] bool complete() const;

 private:
  std::string tail_;
};

}  // namespace skyhold
