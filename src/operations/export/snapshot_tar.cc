#include "operations/export/snapshot_tar.h"

#include <fmt/format.h>

#include "archive/tar_writer.h"

namespace skyhold {
namespace {

class CountedTar final : public ByteSink {
 public:
  CountedTar(TarWriter& tar, ExportJob& job) : tar_(tar), job_(job) {}
  Status write(ByteView bytes) override {
    job_.add_bytes(bytes.size());
    return tar_.write(bytes);
  }

 private:
  TarWriter& tar_;
  ExportJob& job_;
};

class SnapshotTar {
 public:
  SnapshotTar(ExportJob& job, TarWriter& tar, ExportResult& result) : job_(job), tar_(tar), result_(result) {}

  Status write() {
    const Tree root = TRY(job_.directory(""));
    const Node* manifest = root.find(Manifest::kPath);
    if (manifest == nullptr) return fail(ErrorCode::kNotFound, "the snapshot has no manifest.json");
    TRY(file(*manifest, ""));
    TRY(directory(root, "", true));
    return tar_.finish();
  }

 private:
  Status directory(const Tree& tree, const std::string& prefix, bool is_root) {
    std::vector<Node> files;
    for (const Node& node : tree.nodes) {
      if (node.type == NodeType::kFile) files.push_back(node);
    }
    job_.repository().expect_reads(files);
    for (const Node& node : tree.nodes) {
      if (is_root && node.name == Manifest::kPath) continue;
      TRY(entry(node, prefix));
    }
    return {};
  }

  Status entry(const Node& node, const std::string& prefix) {
    if (node.type == NodeType::kFile) return file(node, prefix);
    if (node.type != NodeType::kDirectory || !node.subtree) {
      return fail(ErrorCode::kUnsupported,
                  fmt::format("{}{} in the backup is neither a file nor a directory", prefix, node.name));
    }
    TarEntry header = header_of(node, prefix);
    header.is_directory = true;
    header.name += "/";
    TRY(tar_.begin(header));
    const Tree below = TRY(job_.repository().load_tree(*node.subtree));
    return directory(below, prefix + node.name + "/", false);
  }

  Status file(const Node& node, const std::string& prefix) {
    TarEntry header = header_of(node, prefix);
    header.size_bytes = node.size_bytes;
    TRY(tar_.begin(header));
    const std::unique_ptr<ByteSource> source = job_.repository().open_file(node);
    CountedTar counted(tar_, job_);
    TRY(copy_stream(*source, counted, job_.cancel()));
    ++result_.files;
    return {};
  }

  static TarEntry header_of(const Node& node, const std::string& prefix) {
    TarEntry header;
    header.name = prefix + node.name;
    header.permissions = node.permissions;
    header.modified = node.modified;
    return header;
  }

  ExportJob& job_;
  TarWriter& tar_;
  ExportResult& result_;
};

}  // namespace

Status write_snapshot_tar(ExportJob& job, ByteSink& sink, ExportResult& result) {
  job.start_phase("Writing the snapshot", job.manifest().table_bytes() + job.manifest().filestore.bytes);
  TarWriter tar(sink);
  return SnapshotTar(job, tar, result).write();
}

}  // namespace skyhold
