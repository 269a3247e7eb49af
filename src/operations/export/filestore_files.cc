#include "operations/export/filestore_files.h"

#include "io/in_parallel.h"
#include "repository/file_batch.h"

namespace skyhold {
namespace {

class FilestoreVisit {
 public:
  FilestoreVisit(ExportJob& job, const FilestoreVisitor& visitor) : job_(job), visitor_(visitor) {}

  Status directory(const Tree& tree, const std::string& prefix) {
    std::vector<Node> files;
    for (const Node& node : tree.nodes) {
      if (node.type == NodeType::kFile) files.push_back(node);
    }
    TRY(read_files(files, prefix));
    for (const Node& node : tree.nodes) {
      if (node.type != NodeType::kDirectory || !node.subtree) continue;
      const Tree below = TRY(job_.repository().load_tree(*node.subtree));
      TRY(directory(below, prefix + node.name + "/"));
    }
    return {};
  }

 private:
  Status read_files(const std::vector<Node>& files, const std::string& prefix) {
    std::vector<FileBatch> together;
    std::vector<std::size_t> alone;
    for (FileBatch& batch : plan_file_batches(job_.repository(), files)) {
      if (batch.length == 0) {
        alone.insert(alone.end(), batch.files.begin(), batch.files.end());
      } else {
        together.push_back(std::move(batch));
      }
    }
    TRY(in_parallel(together.size(), job_.options().threads,
                    [&](std::size_t at) { return read_batch(together[at], files, prefix); }));
    for (const std::size_t file : alone) {
      TRY(job_.cancel().check());
      TRY(visitor_.large(prefix + files[file].name, files[file]));
      job_.add_bytes(files[file].size_bytes);
    }
    return {};
  }

  Status read_batch(const FileBatch& batch, const std::vector<Node>& files, const std::string& prefix) {
    TRY(job_.cancel().check());
    std::vector<Bytes> contents = TRY(read_file_batch(job_.repository(), batch, files));
    std::vector<SmallFile> small;
    for (std::size_t file = 0; file < contents.size(); ++file) {
      job_.add_bytes(contents[file].size());
      small.push_back({prefix + files[batch.files[file]].name, std::move(contents[file])});
    }
    return visitor_.small(std::move(small));
  }

  ExportJob& job_;
  const FilestoreVisitor& visitor_;
};

}  // namespace

Status visit_filestore(ExportJob& job, const FilestoreVisitor& visitor) {
  const Tree root = TRY(job.directory(""));
  if (root.find("filestore") == nullptr) return {};
  const Tree tree = TRY(job.directory("filestore"));
  return FilestoreVisit(job, visitor).directory(tree, "");
}

}  // namespace skyhold
