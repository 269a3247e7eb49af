#include "operations/export/filestore_files.h"

#include "io/in_parallel.h"
#include "repository/file_batch.h"

namespace skyhold {
namespace {

// A directory of a filestore has few files, so those of many are read together: neighbours in a pack come in
// one request, and several requests are under way.
constexpr std::size_t kFilesTogether = 4096;
constexpr std::size_t kReaders = 4;

class FilestoreVisit {
 public:
  FilestoreVisit(ExportJob& job, const FilestoreVisitor& visitor) : job_(job), visitor_(visitor) {}

  Status directory(const Tree& tree, const std::string& prefix) {
    for (const Node& node : tree.nodes) {
      if (node.type == NodeType::kFile) {
        files_.add(prefix + node.name, node);
        if (files_.size() == kFilesTogether) TRY(flush());
      } else if (node.type == NodeType::kDirectory && node.subtree) {
        const Tree below = TRY(job_.repository().load_tree(*node.subtree));
        TRY(directory(below, prefix + node.name + "/"));
      }
    }
    return {};
  }

  Status flush() {
    std::vector<FileBatch> together;
    std::vector<std::size_t> alone;
    for (FileBatch& batch : plan_file_batches(job_.repository(), files_)) {
      if (batch.length == 0) {
        alone.insert(alone.end(), batch.files.begin(), batch.files.end());
      } else {
        together.push_back(std::move(batch));
      }
    }
    TRY(in_parallel(together.size(), kReaders, [&](std::size_t at) { return read_batch(together[at]); }));
    for (const std::size_t file : alone) {
      TRY(job_.cancel().check());
      TRY(visitor_.large(std::string(files_.path(file)), files_.node(file)));
      job_.add_bytes(files_.size_bytes(file));
    }
    files_.clear();
    return {};
  }

 private:
  Status read_batch(const FileBatch& batch) {
    TRY(job_.cancel().check());
    std::vector<Bytes> contents = TRY(read_file_batch(job_.repository(), batch, files_));
    std::vector<SmallFile> small;
    for (std::size_t file = 0; file < contents.size(); ++file) {
      job_.add_bytes(contents[file].size());
      small.push_back({std::string(files_.path(batch.files[file])), std::move(contents[file])});
    }
    return visitor_.small(std::move(small));
  }

  ExportJob& job_;
  const FilestoreVisitor& visitor_;
  FileList files_;  // by their paths below the filestore
};

}  // namespace

Status visit_filestore(ExportJob& job, const FilestoreVisitor& visitor) {
  const Tree root = TRY(job.directory(""));
  if (root.find("filestore") == nullptr) return {};
  const Tree tree = TRY(job.directory("filestore"));
  FilestoreVisit visit(job, visitor);
  TRY(visit.directory(tree, ""));
  return visit.flush();
}

}  // namespace skyhold
