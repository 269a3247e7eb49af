// PostgreSQL's custom dump format (pg_dump -Fc), as its source has it for versions 9.0 to 17.
//
//   head   "PGDMP" major:1 minor:1 revision:1 integer bytes:1 offset bytes:1 format:1=custom
//          compression (1.15 and later: one byte, 0 none 1 gzip 2 lz4 3 zstd; before: an integer, 0 none)
//          7 integers of the time, database:str server version:str pg_dump version:str
//   table of contents   integer count, then each
//          id:int has data:int catalog oid:str oid:str tag:str description:str section:int
//          definition:str drop:str copy:str schema:str tablespace:str
//          [access method:str, 1.14 and later] [relation kind:int, 1.16 and later]
//          owner:str "false":str dependencies:str… NULL  data: state:1 offset
//   blocks  type:1 (1 rows, 3 large objects) id:int
//          rows: chunks length:int bytes …, a length of 0 ends them
//          large objects: oid:int and chunks as above, each; an oid of 0 ends them
//
// An integer is its sign (0 or 1) and `integer bytes` of its value, low ones first. A string is its length
// and its bytes; NULL has length -1. The chunks of a block are one zlib stream each, unless not compressed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "archive/dump_header.h"

namespace skyhold {

using PgArchiveString = std::optional<std::string>;

enum class PgSection { kNone = 1, kPreData = 2, kData = 3, kPostData = 4 };

struct PgTocEntry {
  int id = 0;
  bool has_data = false;
  PgArchiveString catalog_oid;
  PgArchiveString oid;
  PgArchiveString tag;
  PgArchiveString description;  // "TABLE DATA"
  PgSection section = PgSection::kNone;
  PgArchiveString definition;
  PgArchiveString drop;
  PgArchiveString copy;  // "COPY public.t (a, b) FROM stdin;\n"
  PgArchiveString schema;
  PgArchiveString tablespace;
  PgArchiveString access_method;
  int relation_kind = 0;
  PgArchiveString owner;
  std::vector<int> dependencies;
};

struct PgArchiveHead {
  CustomDumpHeader header;
  int time[7] = {};  // seconds, minutes, hours, day, month from 0, years from 1900, daylight saving

  [[nodiscard]] bool has_compression_name() const { return header.minor >= 15; }
  [[nodiscard]] bool has_access_method() const { return header.minor >= 14; }
  [[nodiscard]] bool has_relation_kind() const { return header.minor >= 16; }
};

enum class PgBlock : std::uint8_t { kRows = 1, kLargeObjects = 3 };

}  // namespace skyhold
