// The files of a backup's filestore, each whole or as a stream.
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
  // A large or empty one, called by the caller's thread between the small ones.
  std::function<Status(const std::string& name, const Node& file)> large;
};

// Every file below "filestore", in an order that is good to read. Memory: 2 MiB of listings, and 20 MiB for
// each of 4 threads.
Status visit_filestore(ExportJob& job, const FilestoreVisitor& visitor);

}  // namespace skyhold
