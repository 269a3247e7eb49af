#include "operations/restore/backup_source.h"

#include <fmt/format.h>

namespace skyhold {

std::vector<FileBatch> BackupSource::plan_batches(const FileList& files) {
  std::vector<FileBatch> batches(files.size());
  for (std::size_t file = 0; file < files.size(); ++file) batches[file].files = {file};
  return batches;
}

Result<std::vector<Bytes>> BackupSource::read_batch(const FileBatch&, const FileList&) {
  return fail(ErrorCode::kInternal, "this source plans no batches that are read together");
}

Result<Tree> SnapshotSource::directory(std::string_view path) {
  if (path.empty()) return repository_.load_tree(snapshot_.tree);
  const Node node = TRY(repository_.find_node(snapshot_, path));
  if (node.type != NodeType::kDirectory || !node.subtree) {
    return fail(ErrorCode::kNotFound, fmt::format("{} in the backup is not a directory", path));
  }
  return repository_.load_tree(*node.subtree);
}

std::unique_ptr<ByteSource> SnapshotSource::open(const Node& file) {
  return repository_.open_file(file);
}

std::vector<FileBatch> SnapshotSource::plan_batches(const FileList& files) {
  return plan_file_batches(repository_, files);
}

Result<std::vector<Bytes>> SnapshotSource::read_batch(const FileBatch& batch, const FileList& files) {
  return read_file_batch(repository_, batch, files);
}

Result<Node> FileFinder::find(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string parent = slash == std::string::npos ? "" : path.substr(0, slash);
  auto known = directories_.find(parent);
  if (known == directories_.end()) {
    known = directories_.emplace(parent, TRY(source_.directory(parent))).first;
  }
  const Node* node = known->second.find(slash == std::string::npos ? path : path.substr(slash + 1));
  if (node == nullptr || node->type != NodeType::kFile) {
    return fail(ErrorCode::kNotFound, fmt::format("the backup holds no file {}", path),
                "the snapshot is damaged; `skyhold repo verify` says where, another snapshot may serve");
  }
  return *node;
}

}  // namespace skyhold
