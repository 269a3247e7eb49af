// A small repository in several stores, and snapshots to put into it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "io/durable_file.h"
#include "model/progress.h"
#include "repository/blob_writer.h"
#include "repository/index_file.h"
#include "repository/key_file.h"
#include "repository/repository.h"
#include "repository/tree_walk.h"
#include "repository/unpacked_file.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/scripted_store.h"

namespace skyhold {

class SilentProgress final : public ProgressSink {
 public:
  void report(const Progress&) override {}
  void warn(const std::string&) override {}
};

// Bytes that neither compress nor repeat, equal for equal seeds.
inline std::string noise(std::uint64_t seed, std::size_t bytes) {
  std::string text(bytes, '\0');
  std::uint64_t state = seed * 0x9e3779b97f4a7c15ULL + 1;
  for (char& c : text) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    c = static_cast<char>(state >> 32);
  }
  return text;
}

// Content by name; a file of n bytes is cut into blobs of 64 KiB.
using SampleFiles = std::map<std::string, std::string>;

struct SampleBackup {
  std::string project = "acme";
  std::string branch = "production";
  std::string kind = "automatic";
  Instant time = Instant{} + std::chrono::hours(24 * 365 * 56);
};

inline Node sample_file(BlobWriter::Lane& lane, const std::string& name, const std::string& content) {
  Node node;
  node.name = name;
  node.size_bytes = content.size();
  for (std::size_t at = 0; at < content.size(); at += 65536) {
    node.content.push_back(*lane.store(as_bytes(std::string_view(content).substr(at, 65536))));
  }
  return node;
}

// "/files" with the files in it. The snapshot as it was stored.
inline Snapshot back_up(Repository& repository, const SampleFiles& files, const SampleBackup& backup = {}) {
  EXPECT_TRUE(repository.load_index());
  auto writer = *BlobWriter::start(repository, {});
  Id root_id;
  {
    const auto data = writer->open_lane(BlobType::kData);
    const auto trees = writer->open_lane(BlobType::kTree);
    Tree directory;
    for (const auto& [name, content] : files) directory.nodes.push_back(sample_file(*data, name, content));
    Node node;
    node.name = "files";
    node.type = NodeType::kDirectory;
    node.permissions = 0700;
    node.subtree = *trees->store(encode_tree(directory));
    root_id = *trees->store(encode_tree(Tree{{node}}));
  }
  EXPECT_TRUE(writer->finish());
  Snapshot snapshot;
  snapshot.time = backup.time;
  snapshot.tree = root_id;
  snapshot.paths = {"/" + backup.project + "/" + backup.branch};
  snapshot.hostname = "skyhold";
  snapshot.username = "skyhold";
  snapshot.tags = {"project:" + backup.project, "branch:" + backup.branch, "kind:" + backup.kind};
  snapshot.program_version = "skyhold test";
  const Bytes stored = encode_unpacked(repository.key(), encode_snapshot(snapshot), Compress::kYes);
  snapshot.id = sha256(stored);
  EXPECT_TRUE(repository.copies().put_everywhere(object_name(FileKind::kSnapshot, snapshot.id), stored));
  return snapshot;
}

// The objects of an empty repository that the master key opens without delay: deriving a
// key is slow on purpose, and tests open repositories often. Never do this to a real one.
inline std::map<std::string, Bytes> quick_empty_repository(const MasterKey& master_key) {
  const auto store = std::make_shared<ScriptedStore>();
  EXPECT_TRUE(Repository::init({store}, master_key, "acme"));
  for (const auto& [name, bytes] : store->objects()) {
    if (!name.starts_with("keys/")) continue;
    KeyFile file = *decode_key_file(bytes);
    store->remove_all(name);
    if (file.wrapped_password.empty()) continue;
    const std::string password = *unwrap_password(file, master_key);
    const Bytes plain = *decrypt(*derive_cipher_key(password, file.salt, file.scrypt), file.data);
    file.scrypt.n = 1024;
    file.data = encrypt(*derive_cipher_key(password, file.salt, file.scrypt), plain);
    const Bytes quick = encode_key_file(file);
    store->overwrite(object_name(FileKind::kKey, sha256(quick)), quick);
  }
  return store->objects();
}

// Everything that the snapshots of one store need can be read from that store alone.
class LoneCopyReader final : public TreeVisitor {
 public:
  LoneCopyReader(ObjectStorePtr store, const CipherKey& key) : copies_({std::move(store)}), key_(key) {}

  Status read_all() {
    TRY(load_index());
    TreeWalk walk(*this);
    const std::set<Id> snapshots = TRY(copies_.list_union(FileKind::kSnapshot));
    for (const Id& id : snapshots) {
      const Bytes stored = TRY(copies_.get(FileKind::kSnapshot, id));
      const Bytes json = TRY(decode_unpacked(key_, stored));
      const Snapshot snapshot = TRY(decode_snapshot(id, json));
      TRY(walk.from(snapshot.tree, CancelToken()));
    }
    return {};
  }

  Result<Tree> load(const Id& tree) override {
    const Bytes json = TRY(read({BlobType::kTree, tree}));
    return decode_tree(json);
  }
  Status needs(const BlobHandle& blob) override {
    if (blob.type == BlobType::kData && read_.insert(blob).second) TRY(read(blob));
    return {};
  }
  Status broken(const Id&, const Error& error) override { return fail(error); }

 private:
  Status load_index() {
    const std::set<Id> files = TRY(copies_.list_union(FileKind::kIndex));
    for (const Id& id : files) {
      const Bytes stored = TRY(copies_.get(FileKind::kIndex, id));
      const Bytes json = TRY(decode_unpacked(key_, stored));
      for (const IndexedPack& pack : TRY(decode_index(json))) {
        if (!pack.marked_at) index_.add_pack(pack.id, pack.blobs);
      }
    }
    return {};
  }
  Result<Bytes> read(const BlobHandle& blob) {
    const auto location = index_.find(blob);
    if (!location) return fail(ErrorCode::kCorrupt, "in no index: " + blob.id.hex());
    return copies_.get_range(object_name(FileKind::kPack, location->pack), location->blob.offset,
                             location->blob.length,
                             [&](ByteView stored) { return decode_blob(key_, location->blob, stored); });
  }

  Copies copies_;
  const CipherKey key_;
  BlobIndex index_;
  std::set<BlobHandle> read_;
};

// Debian's restic, on a store that is a directory.
class Restic {
 public:
  static bool installed() { return std::system("restic version >/dev/null 2>&1") == 0; }

  Restic(std::filesystem::path repository, const std::string& password) : repository_(std::move(repository)) {
    std::ofstream(scratch_ / "password") << password;
  }
  // The exit status; what it printed is in output.
  int run(const std::string& arguments) {
    const std::string out = (scratch_ / "output").string();
    const std::string command = "restic --no-cache --password-file '" + (scratch_ / "password").string() +
                                "' -r '" + repository_.string() + "' " + arguments + " >'" + out + "' 2>&1";
    const int status = std::system(command.c_str());
    std::ostringstream text;
    text << std::ifstream(out).rdbuf();
    output = text.str();
    return WEXITSTATUS(status);
  }
  std::string output;

 private:
  ScratchDirectory scratch_;
  std::filesystem::path repository_;
};

}  // namespace skyhold
