// Archives of several entries: Odoo's zip, the same as a tar, a pg_dump directory that was packed.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "operations/import/load_context.h"
#include "operations/import/opened_archive.h"

namespace skyhold {

// How far the archive was read to load its dump.
struct LoadedArchive {
  std::unique_ptr<OpenedArchive> archive;  // null: it was read to its end, and no filestore is in it
  std::optional<ArchiveEntry> file;        // the entry it stands at, of the filestore
  std::string odoo_manifest;               // if it came before that
};

// Opens the archive from its beginning again.
using ReopenArchive = std::function<Result<std::unique_ptr<OpenedArchive>>()>;

// Loads the dump. When files lie before it the archive is opened anew for them.
Result<LoadedArchive> load_archive(const LoadContext& context, std::unique_ptr<OpenedArchive> archive,
                                   const ReopenArchive& reopen);

}  // namespace skyhold
