// The files of a backup's filestore, in order, each whole or as a stream.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "operations/export/export_job.h"

namespace skyhold {

struct SmallFile {
  std::string name;  // below the filestore: "ab/abcdef…"
  Bytes content;
};

struct FilestoreVisitor {
  // Several small files at once; called by several threads.
  std::function<Status(std::vector<SmallFile> files)> small;
  // A large one, called by the caller's thread after the small ones of its directory.
  std::function<Status(const std::string& name, const Node& file)> large;
};

// Every file below "filestore", a directory at a time. Memory: one directory's listing, and 20 MiB a thread.
Status visit_filestore(ExportJob& job, const FilestoreVisitor& visitor);

}  // namespace skyhold
