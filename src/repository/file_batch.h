// Small files read together: those that lie near each other in a pack come in one request,
// which is what makes a restore of many small files from a store behind a network quick.
#pragma once

#include <vector>

#include "repository/file_list.h"
#include "repository/repository.h"

namespace skyhold {

struct FileBatch {
  std::vector<std::size_t> files{};  // of the list that was planned for
  // Where they lie. A batch without a length is of one file that is to be read as a stream:
  // it is large, empty, or in no index.
  Id pack{};
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

// Every file is in one batch. At most 4 MiB are read for a batch, and 16 MiB come of it.
std::vector<FileBatch> plan_file_batches(const Repository& repository, const FileList& files);

// The contents of a batch that has a length, in its order, checked against their ids; from
// whichever copy has all of them right, or else one by one.
Result<std::vector<Bytes>> read_file_batch(Repository& repository, const FileBatch& batch,
                                           const FileList& files);

}  // namespace skyhold
