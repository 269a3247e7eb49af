// The rows of all tables, several tables at once, large ones in ranges of pages.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "capture/database_capture.h"
#include "operations/backup/capture_context.h"

namespace skyhold {

// One file below database/, captured.
struct CapturedFile {
  std::string path;  // in the snapshot
  StoredFile stored;
};

struct CapturedTables {
  std::vector<TableEntry> entries;  // for the manifest: by schema, name
  std::vector<CapturedFile> files;  // for the tree
};

// One file of the snapshot's plan: a table, or a range of its pages.
struct TableRead {
  std::size_t table = 0;  // index into the snapshot's tables
  PageRange range;
  std::uint64_t weight = 0;  // bytes on the server's disk, about
  std::string path;
};

// Which files the tables go to. Parts hold about 64 MiB of the server's pages, TOAST
// included, so that a table of any size is read by several readers and no tree node grows
// out of bounds. Tables without a page hold no rows and get no file. Heaviest first.
std::vector<TableRead> plan_table_reads(const std::vector<SourceTable>& tables);

// "database/tables/public.res_partner.copy", of a table above 4 MiB its parts,
// "database/tables/public.mail_message/00001.copy": other characters than letters, digits, '_'
// and '-' are %-encoded; names that grow too long end in a hash.
std::string table_path(const SourceTable& table, std::size_t part, std::size_t parts);

Result<CapturedTables> capture_tables(const CaptureContext& context, DatabaseSnapshot& snapshot,
                                      const std::vector<TableRead>& reads, int readers);

}  // namespace skyhold
