#include "repository/repository.h"

#include <algorithm>
#include <bit>
#include <map>
#include <mutex>
#include <optional>
#include <tuple>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/assert.h"
#include "base/log.h"
#include "base/memory.h"
#include "crypto/hash.h"
#include "io/in_parallel.h"
#include "repository/key_file.h"
#include "repository/pack.h"
#include "repository/polynomial.h"
#include "repository/unpacked_file.h"

namespace skyhold {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t kMaxKeyFiles = 64;
constexpr std::size_t kReads = 8;  // small files at once; a store behind a network answers late
constexpr std::uint64_t kMaxManifestBytes = 256U << 20;

Bytes encode_config(const RepositoryConfig& config) {
  const ordered_json object{{"version", config.version},
                            {"id", config.id.hex()},
                            {"chunker_polynomial", config.chunker_polynomial}};
  return to_bytes(object.dump());
}

Result<RepositoryConfig> decode_config(ByteView text) {
  try {
    const json object = json::parse(text.begin(), text.end());
    RepositoryConfig config;
    config.version = object.at("version").get<int>();
    config.id = TRY(Id::from_hex(object.at("id").get_ref<const std::string&>()));
    config.chunker_polynomial = object.at("chunker_polynomial").get<std::string>();
    if (config.version != 2) {
      return fail(
          ErrorCode::kUnsupported, fmt::format("repository format version {}", config.version),
          "Skyhold reads and writes version 2; `restic migrate upgrade_repo_v2` brings an older one there");
    }
    return config;
  } catch (const json::exception& error) {
    return fail(ErrorCode::kCorrupt, fmt::format("config: {}", error.what()));
  }
}

Error no_repository(const std::string& location) {
  return {ErrorCode::kNotFound, fmt::format("there is no repository in {}", location),
          "check the URL and whether the disk is mounted; `skyhold repo init` makes a new one"};
}

// Every key file of the first copy that can give one, oldest name first.
Result<std::vector<KeyFile>> read_key_files(Copies& copies) {
  std::vector<KeyFile> files;
  std::optional<Error> damage;
  for (const Id& id : TRY(copies.list_union(FileKind::kKey))) {
    if (files.size() == kMaxKeyFiles) break;
    const Result<Bytes> bytes = copies.get(FileKind::kKey, id);
    Result<KeyFile> file = bytes ? decode_key_file(*bytes) : tl::unexpected(bytes.error());
    if (file) {
      files.push_back(std::move(*file));
    } else {
      damage = file.error().in(fmt::format("key file {}", id.short_hex()));
    }
  }
  if (!files.empty()) return files;
  if (damage) {
    damage->hint = "copy keys/ from another copy of this repository, then try again";
    return fail(*damage);
  }
  return fail(ErrorCode::kNotFound, fmt::format("there is no key file in {}", copies.store(0).location()),
              "copy keys/ from another copy of this repository, then try again");
}

struct OpenedKey {
  CipherKey key;
  std::string project;
  std::string password;
};

Result<OpenedKey> open_platform_key(Copies& copies, const MasterKey& master_key) {
  std::string projects;
  for (const KeyFile& file : TRY(read_key_files(copies))) {
    if (file.wrapped_password.empty()) continue;
    Result<std::string> password = unwrap_password(file, master_key);
    if (password) {
      const CipherKey key = TRY(open_key_file(file, *password));
      return OpenedKey{key, file.project, *password};
    }
    projects += fmt::format(" (project {}, made {} on {})", file.project, file.created, file.hostname);
  }
  return fail(ErrorCode::kWrongKey,
              fmt::format("this master key does not open the repository in {}{}", copies.store(0).location(),
                          projects),
              "give the key file that was used when the repository was made; without it, the recovery kit's "
              "password opens every copy with stock restic");
}

// The same master key may wrap the keys of many projects: a store of another project opens
// just as well, and must not be taken for a damaged copy of this one.
Status refuse_stranger(Copies& copies, std::size_t copy, const MasterKey& master_key,
                       const OpenedKey& opened) {
  ObjectStore& store = copies.store(copy);
  Copies alone({ObjectStorePtr(&store, [](ObjectStore*) {})});
  const Result<OpenedKey> other = open_platform_key(alone, master_key);
  if (!other || other->key == opened.key) return {};
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("{} holds another repository, of project {}", store.location(), other->project),
              "give only the stores of one project");
}

// A copy that has no config, or a damaged one, must not be written to or read from.
Status check_config(Copies& copies, std::size_t copy, const MasterKey& master_key, const OpenedKey& opened,
                    std::optional<RepositoryConfig>& config) {
  const std::string location = copies.store(copy).location();
  Result<Bytes> stored = copies.store(copy).get(kConfigName);
  if (!stored && stored.error().code == ErrorCode::kNotFound) stored = fail(no_repository(location));
  const Result<Bytes> plain = stored ? decode_unpacked(opened.key, *stored) : stored;
  Result<RepositoryConfig> found = plain ? decode_config(*plain) : tl::unexpected(plain.error());
  if (!found) {
    if (stored) {
      TRY(refuse_stranger(copies, copy, master_key, opened));
      found.error().message = fmt::format("config in {} is damaged", location);
      found.error().hint = "compare it with the other copies' config; they are equal byte for byte";
    }
    copies.mark_failed(copy, found.error());
    return {};
  }
  if (config && config->id != found->id) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} holds repository {}, the others hold {}", location, found->id.short_hex(),
                            config->id.short_hex()),
                "give only the stores of one project");
  }
  config = *found;
  return {};
}

}  // namespace

Result<NewRepository> Repository::init(const std::vector<ObjectStorePtr>& stores, const MasterKey& master_key,
                                       const std::string& project) {
  for (const ObjectStorePtr& store : stores) {
    const Result<ObjectInfo> existing = store->stat(kConfigName);
    if (existing) {
      return fail(ErrorCode::kAlreadyExists, fmt::format("{} holds a repository already", store->location()),
                  "choose another place, or go on with the repository that is there");
    }
    if (existing.error().code != ErrorCode::kNotFound) return fail(existing.error().in(store->location()));
  }
  NewRepository made;
  made.config.id = Id::random();
  made.config.chunker_polynomial = fmt::format("{:x}", random_irreducible_polynomial());
  made.recovery_password = new_recovery_password();
  const CipherKey key = CipherKey::random();
  const Bytes platform = encode_key_file(TRY(new_platform_key(key, master_key, project)));
  const Bytes recovery = encode_key_file(TRY(new_recovery_key(key, made.recovery_password, project)));
  const Bytes config = encode_unpacked(key, encode_config(made.config), Compress::kNo);
  for (const ObjectStorePtr& store : stores) {
    // Keys before config: a store with a config is a whole repository.
    TRY(store->put(object_name(FileKind::kKey, sha256(platform)), platform));
    TRY(store->put(object_name(FileKind::kKey, sha256(recovery)), recovery));
    TRY(store->put(kConfigName, config));
  }
  return made;
}

Result<std::unique_ptr<Repository>> Repository::open(const std::vector<ObjectStorePtr>& stores,
                                                     const MasterKey& master_key) {
  if (stores.empty()) return fail(ErrorCode::kInvalidArgument, "no store was given");
  std::unique_ptr<Repository> repository(new Repository(stores));
  Copies& copies = repository->copies_;
  // All at once: a store that is down takes its time to say so.
  TRY(in_parallel(copies.size(), copies.size(), [&](std::size_t copy) -> Status {
    const Result<ObjectInfo> config = copies.store(copy).stat(kConfigName);
    if (config) return {};
    const bool absent = config.error().code == ErrorCode::kNotFound;
    copies.mark_failed(copy, absent ? no_repository(copies.store(copy).location()) : config.error());
    return {};
  }));
  if (copies.healthy_count() == 0) return fail(*copies.failure(0));
  const OpenedKey opened = TRY(open_platform_key(copies, master_key));
  repository->key_ = opened.key;
  repository->project_ = opened.project;

  std::optional<RepositoryConfig> config;
  for (std::size_t copy = 0; copy < copies.size(); ++copy) {
    if (copies.healthy(copy)) TRY(check_config(copies, copy, master_key, opened, config));
  }
  if (!config) return fail(*copies.failure(0));
  repository->config_ = *config;
  return repository;
}

Result<std::string> Repository::platform_password(ObjectStore& store, const MasterKey& master_key) {
  Copies copies({ObjectStorePtr(&store, [](ObjectStore*) {})});
  const OpenedKey opened = TRY(open_platform_key(copies, master_key));
  return opened.password;
}

Status Repository::load_index() {
  // Snapshots that are seen later name only packs whose index is older still, so whoever
  // lists snapshots does it before this (restic's read order).
  struct SeenPack {
    std::vector<PackedBlob> blobs;
    std::uint64_t copies = 0;  // a bit a copy
  };
  const std::map<Id, std::uint64_t> files = copies_.list_everywhere(FileKind::kIndex);
  std::map<Id, SeenPack> packs;
  std::mutex packs_mutex;
  const std::vector<std::pair<Id, std::uint64_t>> wanted_files(files.begin(), files.end());
  Status read = in_parallel(wanted_files.size(), kReads, [&](std::size_t file) -> Status {
    const Bytes stored = TRY(copies_.get(FileKind::kIndex, wanted_files[file].first));
    // Many are fetched at a time, but one is unfolded: 50,000 blobs are 9 MB of text.
    const std::scoped_lock lock(packs_mutex);
    const Bytes plain = TRY(decode_unpacked(key_, stored));
    std::vector<IndexedPack> found = TRY(decode_index(plain));
    for (IndexedPack& pack : found) {
      if (pack.marked_at) continue;
      SeenPack& seen = packs[pack.id];
      seen.copies |= wanted_files[file].second;
      if (seen.blobs.empty()) seen.blobs = std::move(pack.blobs);
    }
    return {};
  });
  TRY(std::move(read));
  index_ = BlobIndex();
  pack_copies_.clear();
  // Packs that most copies have come first: a blob that lies in two is read from there.
  for (int wanted = static_cast<int>(copies_.size()); wanted > 0; --wanted) {
    for (const auto& [id, seen] : packs) {
      if (std::popcount(seen.copies) != wanted) continue;
      index_.add_pack(id, seen.blobs);
      pack_copies_.emplace(id, PackPresence{seen.copies, pack_file_bytes(seen.blobs)});
    }
  }
  packs.clear();
  give_back_freed_memory();
  return {};
}

Result<std::vector<Snapshot>> Repository::snapshots(std::vector<std::string>* unreadable) {
  const std::set<Id> found = TRY(copies_.list_union(FileKind::kSnapshot));
  const std::vector<Id> ids(found.begin(), found.end());
  std::vector<Snapshot> snapshots;
  std::mutex snapshots_mutex;
  Status read = in_parallel(ids.size(), kReads, [&](std::size_t index) -> Status {
    const Id& id = ids[index];
    const Result<Bytes> stored = copies_.get(FileKind::kSnapshot, id);
    const Result<Bytes> plain = stored ? decode_unpacked(key_, *stored) : stored;
    Result<Snapshot> snapshot = plain ? decode_snapshot(id, *plain) : tl::unexpected(plain.error());
    const std::scoped_lock lock(snapshots_mutex);
    if (snapshot) {
      snapshots.push_back(std::move(*snapshot));
    } else if (unreadable != nullptr) {
      unreadable->push_back(snapshot.error().message);
    } else {
      return fail(snapshot.error().in(fmt::format("snapshot {}", id.short_hex())));
    }
    return {};
  });
  TRY(std::move(read));
  std::sort(snapshots.begin(), snapshots.end(), [](const Snapshot& a, const Snapshot& b) {
    return std::tie(a.time, a.id) < std::tie(b.time, b.id);
  });
  return snapshots;
}

Result<Snapshot> Repository::find_snapshot(const std::string& text) {
  std::vector<std::string> unreadable;
  std::vector<Snapshot> all = TRY(snapshots(&unreadable));
  if (text == "latest") {
    if (!all.empty()) return all.back();
    return fail(ErrorCode::kNotFound, "the repository holds no backup yet",
                "`skyhold repo backup` takes one");
  }
  std::vector<Snapshot> found;
  std::copy_if(all.begin(), all.end(), std::back_inserter(found),
               [&](const Snapshot& snapshot) { return snapshot.id.hex().starts_with(text); });
  if (found.size() == 1 && text.size() >= 4) return found.front();
  if (found.size() > 1) {
    std::string candidates = "say more of its id:";
    for (const Snapshot& snapshot : found)
      candidates += " " + snapshot.id.hex().substr(0, std::max<std::size_t>(12, text.size() + 4));
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("\"{}\" is the beginning of {} backups", text, found.size()), candidates);
  }
  if (text.size() < 4) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("\"{}\" is too short for a backup's id", text),
                "give at least 4 digits, or \"latest\"");
  }
  return fail(ErrorCode::kNotFound, fmt::format("there is no backup \"{}\"", text),
              unreadable.empty()
                  ? "`skyhold repo list` shows what there is"
                  : fmt::format("{} snapshot files cannot be read; `skyhold repo verify` names them",
                                unreadable.size()));
}

Result<Bytes> Repository::load_blob(const BlobHandle& handle) {
  const std::optional<BlobLocation> location = index_.find(handle);
  if (!location) {
    return fail(ErrorCode::kCorrupt, fmt::format("blob {} is in no index", handle.id.short_hex()),
                "the backup is damaged; `skyhold repo verify` shows which copies are whole");
  }
  return read_pack(location->pack, handle.type, location->blob.offset, location->blob.length,
                   [&](ByteView stored) { return decode_blob(key_, location->blob, stored); });
}

void Repository::expect_reads(const std::vector<Node>& files) {
  std::vector<BlobLocation> blobs;
  for (const Node& file : files) {
    for (const Id& id : file.content) {
      if (auto location = index_.find({BlobType::kData, id})) blobs.push_back(*location);
    }
  }
  read_ahead_.expect(blobs);
}

Result<Bytes> Repository::read_pack(const Id& pack, BlobType type, std::uint64_t offset, std::uint64_t length,
                                    const std::function<Result<Bytes>(ByteView)>& accept) {
  const auto known = pack_copies_.find(pack);
  const std::uint64_t pack_bytes = known == pack_copies_.end() ? 0 : known->second.size_bytes;
  return read_ahead_.get_range({pack, type, offset, length, pack_bytes}, accept);
}

Result<Tree> Repository::load_tree(const Id& id) {
  const Bytes json = TRY(load_blob({BlobType::kTree, id}));
  return decode_tree(json);
}

Result<Node> Repository::find_node(const Snapshot& snapshot, std::string_view path) {
  const std::string_view whole = path;
  Id tree_id = snapshot.tree;
  while (true) {
    const std::size_t slash = path.find('/');
    const Tree tree = TRY(load_tree(tree_id));
    const Node* node = tree.find(path.substr(0, slash));
    if (node == nullptr) {
      return fail(ErrorCode::kNotFound, fmt::format("backup {} holds no {}", snapshot.id.short_hex(), whole));
    }
    if (slash == std::string_view::npos) return *node;
    if (!node->subtree) {
      return fail(ErrorCode::kNotFound,
                  fmt::format("backup {}: {} is not a directory", snapshot.id.short_hex(), node->name));
    }
    tree_id = *node->subtree;
    path.remove_prefix(slash + 1);
  }
}

Result<Manifest> Repository::load_manifest(const Snapshot& snapshot) {
  Result<Node> node = find_node(snapshot, Manifest::kPath);
  if (!node && node.error().code == ErrorCode::kNotFound) {
    node.error().hint = "it was not taken by Skyhold; `restic ls` shows what it holds";
  }
  if (!node) return fail(node.error());
  const Bytes json = TRY(read_small_file(*node, kMaxManifestBytes));
  return decode_manifest(json);
}

Result<Bytes> Repository::read_small_file(const Node& file, std::uint64_t max_bytes) {
  if (file.type != NodeType::kFile || file.size_bytes > max_bytes) {
    return fail(ErrorCode::kNoSpace, fmt::format("{} has {} bytes, more than the {} that it may have",
                                                 file.name, file.size_bytes, max_bytes));
  }
  Bytes all;
  all.reserve(file.size_bytes);
  for (const Id& id : file.content) {
    const Bytes blob = TRY(load_blob({BlobType::kData, id}));
    if (all.size() + blob.size() > max_bytes)
      return fail(ErrorCode::kCorrupt, file.name + " is larger than it says");
    append(all, blob);
  }
  return all;
}

}  // namespace skyhold
