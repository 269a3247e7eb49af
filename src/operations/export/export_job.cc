#include "operations/export/export_job.h"

#include <fmt/format.h>

namespace skyhold {
namespace {

constexpr std::size_t kChunkBytes = 256 * 1024;

}  // namespace

Result<Tree> ExportJob::directory(std::string_view path) const {
  if (path.empty()) return repository_.load_tree(snapshot_.tree);
  const Node node = TRY(repository_.find_node(snapshot_, path));
  if (node.type != NodeType::kDirectory || !node.subtree) {
    return fail(ErrorCode::kNotFound, fmt::format("{} in the backup is not a directory", path));
  }
  return repository_.load_tree(*node.subtree);
}

Result<Node> ExportJob::find(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string parent = slash == std::string::npos ? "" : path.substr(0, slash);
  if (!has_listed_ || parent != listed_path_) {
    listed_ = TRY(directory(parent));
    listed_path_ = parent;
    has_listed_ = true;
  }
  const Node* node = listed_.find(slash == std::string::npos ? path : path.substr(slash + 1));
  if (node == nullptr || node->type != NodeType::kFile) {
    return fail(ErrorCode::kNotFound, fmt::format("the backup holds no file {}", path),
                "`skyhold repo show` lists what it holds");
  }
  return *node;
}

void ExportJob::start_phase(const std::string& phase, std::uint64_t total_bytes) {
  phase_ = phase;
  total_bytes_ = total_bytes;
  done_bytes_ = 0;
  add_bytes(0);
}

void ExportJob::add_bytes(std::uint64_t bytes) {
  Progress progress;
  progress.phase = phase_;
  progress.done_bytes = done_bytes_ += bytes;
  progress.total_bytes = total_bytes_;
  progress_.report(progress);
}

Status copy_stream(ByteSource& source, ByteSink& sink, const CancelToken& cancel) {
  Bytes chunk(kChunkBytes);
  while (true) {
    TRY(cancel.check());
    const std::size_t count = TRY(source.read(chunk));
    if (count == 0) return {};
    TRY(sink.write(ByteView(chunk).first(count)));
  }
}

}  // namespace skyhold
