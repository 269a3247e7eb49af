// A backup in memory, captured from a scratch database: what a repository would give.
#pragma once

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "base/encoding.h"
#include "capture/database_capture.h"
#include "crypto/hash.h"
#include "model/progress.h"
#include "operations/restore/backup_source.h"

namespace skyhold {

// The value, or an exception that GoogleTest reports.
template <typename T>
T or_throw(Result<T> result) {
  if (!result) throw std::runtime_error(to_string(result.error()));
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

class TextSource final : public ByteSource {
 public:
  explicit TextSource(std::string_view text) : rest_(text) {}
  Result<std::size_t> read(MutableByteView out) override {
    const std::size_t count = std::min(out.size(), rest_.size());
    if (count > 0) std::memcpy(out.data(), rest_.data(), count);
    rest_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view rest_;
};

class TextSink final : public ByteSink {
 public:
  Status write(ByteView bytes) override {
    text += as_text(bytes);
    return {};
  }
  std::string text;
};

// "ab/ab…", as Odoo names a file with this content.
inline std::string sha1_name(const std::string& content) {
  Sha1 hash;
  hash.update(as_bytes(content));
  const std::string hex = hex_encode(hash.finish());
  return hex.substr(0, 2) + "/" + hex;
}

class CapturedBackup final : public BackupSource {
 public:
  // Tables of more than `part_pages` pages are split into parts of so many; 0: never.
  explicit CapturedBackup(const std::string& url, std::uint64_t part_pages = 0) {
    auto snapshot = or_throw(DatabaseSnapshot::open(or_throw(PgTarget::parse(url)), {}));
    manifest.database = snapshot.facts();
    for (const SourceTable& table : snapshot.tables()) capture_table(snapshot, table, part_pages);
    files["database/schema.dump"] = dump(snapshot, DatabaseSnapshot::DumpPart::kSchema);
    files["database/rest.dump"] = dump(snapshot, DatabaseSnapshot::DumpPart::kRest);
  }

  void add_filestore_file(const std::string& name, const std::string& content) {
    files["filestore/" + name] = content;
    manifest.filestore.captured = true;
    manifest.filestore.bytes += content.size();
    auto& list = manifest.filestore.files;
    list.push_back({name, content.size()});
    std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  }
  std::string add_attachment(const std::string& content) {
    add_filestore_file(sha1_name(content), content);
    return sha1_name(content);
  }

  Result<Tree> directory(std::string_view path) override {
    const std::string prefix = path.empty() ? "" : std::string(path) + "/";
    std::map<std::string, Node> nodes;
    for (const auto& [name, content] : files) {
      if (!name.starts_with(prefix)) continue;
      const std::string rest = name.substr(prefix.size());
      const std::size_t slash = rest.find('/');
      Node node;
      node.name = rest.substr(0, slash);
      node.type = slash == std::string::npos ? NodeType::kFile : NodeType::kDirectory;
      node.permissions = slash == std::string::npos ? 0640 : 0750;
      node.size_bytes = content.size();
      node.content = {sha256(as_bytes(name))};  // by which open() finds it
      nodes[node.name] = node;
    }
    if (nodes.empty()) return fail(ErrorCode::kNotFound, "no directory " + std::string(path));
    Tree tree;
    for (auto& [name, node] : nodes) tree.nodes.push_back(node);
    return tree;
  }
  std::unique_ptr<ByteSource> open(const Node& file) override {
    for (const auto& [name, content] : files) {
      if (file.content == std::vector<Id>{sha256(as_bytes(name))})
        return std::make_unique<TextSource>(content);
    }
    throw std::runtime_error("the backup has no file " + file.name);
  }

  Manifest manifest;
  std::map<std::string, std::string> files;

 private:
  void capture_table(DatabaseSnapshot& snapshot, const SourceTable& table, std::uint64_t part_pages) {
    TableEntry entry;
    entry.schema = table.schema;
    entry.name = table.name;
    entry.columns = table.columns;
    RowDigest digest;
    const CancelToken never;
    const bool split = part_pages != 0 && table.splittable && table.heap_pages > part_pages;
    const std::uint64_t step = split ? part_pages : UINT64_MAX;
    PgSession reader = or_throw(snapshot.open_reader());
    for (std::uint64_t first = 0; first == 0 || (split && first < table.heap_pages); first += step) {
      const bool last = !split || first + step >= table.heap_pages;
      TextSink sink;
      const PageRange range{first, last ? UINT64_MAX : first + step};
      const TableReadResult read = or_throw(read_table(reader, table, range, sink, never));
      entry.rows += read.rows;
      entry.bytes += read.bytes;
      digest.add(read.digest);
      if (read.bytes == 0) continue;
      const std::string path = "database/tables/" + std::to_string(files.size());
      entry.parts.push_back({path, read.rows, read.bytes, sha256(as_bytes(sink.text))});
      files[path] = std::move(sink.text);
    }
    entry.row_digest = digest.hex();
    manifest.tables.push_back(entry);
  }

  static std::string dump(DatabaseSnapshot& snapshot, DatabaseSnapshot::DumpPart part) {
    ClientProcess process = or_throw(snapshot.start_dump(part));
    std::string text;
    Bytes chunk(1U << 16);
    while (const std::size_t count = or_throw(process.process().output().read(chunk))) {
      text += as_text(ByteView(chunk).first(count));
    }
    or_throw(process.process().wait());
    return text;
  }
};

class QuietProgress final : public ProgressSink {
 public:
  void report(const Progress&) override {}
  void warn(const std::string&) override {}
};

}  // namespace skyhold
