#include "operations/import/uploads.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/assert.h"
#include "base/encoding.h"
#include "model/ids.h"
#include "model/project.h"

namespace skyhold {
namespace {

constexpr std::string_view kRoot = "_uploads/";
constexpr std::string_view kHeadName = "head";
constexpr std::size_t kOffsetBytes = 8;
constexpr std::size_t kMostNameBytes = 255;

std::string folder_of(std::string_view id) {
  return fmt::format("{}{}/", kRoot, id);
}

std::string piece_name(std::string_view id, std::uint64_t offset) {
  return fmt::format("{}{:016}", folder_of(id), offset);
}

std::string head_context(std::string_view id) {
  return fmt::format("upload {}", id);
}

// Before it becomes a part of an object's name.
bool is_id(std::string_view id) {
  return id.starts_with("up_") && id.size() <= 40 &&
         id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789", 3) == std::string_view::npos;
}

Error no_such_upload(std::string_view id) {
  return Error{ErrorCode::kNotFound, fmt::format("there is no upload \"{}\"", id.substr(0, 40)),
               "it may have been imported, deleted, or left for two days: send the file again"};
}

std::string key_text(const CipherKey& key) {
  Bytes bytes;
  append(bytes, key.encryption);
  append(bytes, key.mac_k);
  append(bytes, key.mac_r);
  return base64_encode(bytes);
}

Result<CipherKey> parse_key(std::string_view text) {
  CipherKey key;
  const Bytes bytes = TRY(base64_decode(text));
  if (bytes.size() != key.encryption.size() + key.mac_k.size() + key.mac_r.size()) {
    return fail(ErrorCode::kCorrupt, "the head of an upload is damaged");
  }
  auto from = bytes.begin();
  for (auto* part : {key.encryption.data(), key.mac_k.data(), key.mac_r.data()}) {
    const std::size_t size = part == key.encryption.data() ? key.encryption.size() : key.mac_k.size();
    std::copy_n(from, size, part);
    from += static_cast<std::ptrdiff_t>(size);
  }
  return key;
}

void append_offset(Bytes& out, std::uint64_t offset) {
  for (std::size_t i = 0; i < kOffsetBytes; ++i) out.push_back(static_cast<std::uint8_t>(offset >> (8 * i)));
}

// As many bytes as there are, up to a piece; an error beside what came before it.
struct Filled {
  Bytes bytes;
  Status status;
};
Filled fill(ByteSource& source, std::size_t most) {
  Filled filled;
  filled.bytes.resize(most);
  std::size_t size = 0;
  while (size < most) {
    const Result<std::size_t> got = source.read(MutableByteView(filled.bytes).subspan(size));
    if (!got) filled.status = fail(got.error());
    if (!got || *got == 0) break;
    size += *got;
  }
  filled.bytes.resize(size);
  return filled;
}

// The pieces one after the other, each whole in memory.
class UploadSource final : public ByteSource {
 public:
  UploadSource(ObjectStorePtr store, const CipherKey& key, const Upload& upload)
      : store_(std::move(store)), key_(key), id_(upload.id), size_bytes_(upload.size_bytes) {}

  Result<std::size_t> read(MutableByteView out) override {
    if (position_ == piece_.size()) {
      if (offset_ == size_bytes_) return std::size_t{0};
      TRY(next_piece());
    }
    const std::size_t count = std::min(out.size(), piece_.size() - position_);
    std::copy_n(piece_.begin() + static_cast<std::ptrdiff_t>(position_), count, out.begin());
    position_ += count;
    return count;
  }

 private:
  Status next_piece() {
    const Bytes stored = TRY(store_->get(piece_name(id_, offset_)));
    Bytes plain = TRY(decrypt(key_, stored));
    Bytes wanted;
    append_offset(wanted, offset_);
    const bool fits = plain.size() > kOffsetBytes &&
                      std::equal(wanted.begin(), wanted.end(), plain.begin()) &&
                      plain.size() - kOffsetBytes <= size_bytes_ - offset_;
    if (!fits) return fail(ErrorCode::kCorrupt, fmt::format("a piece of upload {} is another's", id_));
    piece_ = std::move(plain);
    position_ = kOffsetBytes;
    offset_ += piece_.size() - kOffsetBytes;
    return {};
  }

  const ObjectStorePtr store_;
  const CipherKey key_;
  const std::string id_;
  const std::uint64_t size_bytes_;
  std::uint64_t offset_ = 0;  // behind `piece_`
  Bytes piece_;
  std::size_t position_ = 0;
};

struct Piece {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;  // of the file
};

constexpr std::size_t kPieceOverhead = kCipherOverheadBytes + kOffsetBytes;

// Nothing for the head.
std::optional<Piece> piece_of(std::string_view id, const ObjectInfo& object) {
  const std::string name = object.name.substr(folder_of(id).size());
  Piece piece;
  const char* end = name.data() + name.size();
  const auto [read, error] = std::from_chars(name.data(), end, piece.offset);
  if (error != std::errc() || read != end || object.size_bytes <= kPieceOverhead) return std::nullopt;
  piece.bytes = object.size_bytes - kPieceOverhead;
  return piece;
}

// Of pieces that follow each other the end is the sum. Others were left by a removal that was cut short.
struct PieceSums {
  std::uint64_t bytes = 0;
  std::uint64_t end = 0;
  void add(const Piece& piece) {
    bytes += piece.bytes;
    end = std::max(end, piece.offset + piece.bytes);
  }
  [[nodiscard]] bool whole() const { return bytes == end; }
};

// From the beginning, without a gap.
Result<std::uint64_t> count_received(ObjectStore& store, std::string_view id) {
  std::map<std::uint64_t, std::uint64_t> pieces;  // by offset: bytes
  TRY(store.list(folder_of(id), [&](const ObjectInfo& object) -> Status {
    if (const auto piece = piece_of(id, object)) pieces[piece->offset] = piece->bytes;
    return {};
  }));
  std::uint64_t received = 0;
  for (auto piece = pieces.find(0); piece != pieces.end(); piece = pieces.find(received)) {
    received += piece->second;
  }
  return received;
}

// Its size as it lies in the store; 0: it is not there.
Result<std::uint64_t> stored_bytes(ObjectStore& store, const std::string& name) {
  const Result<ObjectInfo> object = store.stat(name);
  if (object) return object->size_bytes;
  if (object.error().code == ErrorCode::kNotFound) return std::uint64_t{0};
  return fail(object.error());
}

// Whether `offset` is how much there is, for the ordinary case and by two looks: a piece is written only
// where all before it is there, so one that ends at `offset` is the last one or has a next. A listing for
// each part of a long upload would be the square of its parts. false: a listing has to say.
Result<bool> surely_ends_at(ObjectStore& store, std::string_view id, std::uint64_t offset) {
  if (offset > 0) {
    if (offset < Uploads::kPieceBytes) return false;
    const std::string last = piece_name(id, offset - Uploads::kPieceBytes);
    if (TRY(stored_bytes(store, last)) != Uploads::kPieceBytes + kPieceOverhead) return false;
  }
  return TRY(stored_bytes(store, piece_name(id, offset))) == 0U;
}

Status remove_all(ObjectStore& store, std::string_view id) {
  std::vector<std::string> names;
  TRY(store.list(folder_of(id), [&](const ObjectInfo& object) -> Status {
    names.push_back(object.name);
    return {};
  }));
  // The head last: while it is there, a removal that was cut short can be repeated.
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    const Status removed = store.remove(name);
    if (!removed && removed.error().code != ErrorCode::kNotFound) return removed;
  }
  return {};
}

}  // namespace

struct Uploads::Found {
  ObjectStorePtr store;
  CipherKey key;
  Upload upload;
};

Result<Upload> Uploads::begin(Upload upload) {
  TRY(check_text("file name", upload.file_name, kMostNameBytes));
  if (upload.size_bytes == 0 || upload.size_bytes > kMostUploadBytes) {
    return fail(ErrorCode::kInvalidArgument, "the size of the file is not one that can be uploaded",
                "give its size in bytes, more than 0 and at most 16 TiB");
  }
  upload.created_at = clock_.now();
  upload.id = new_id("up", upload.created_at);
  upload.received_bytes = 0;
  const nlohmann::json head{{"project", upload.project},
                            {"file_name", upload.file_name},
                            {"size_bytes", upload.size_bytes},
                            {"created_by", upload.created_by},
                            {"created_at", format_rfc3339(upload.created_at)},
                            {"key", key_text(CipherKey::random())}};
  const std::string wrapped = master_key_.wrap(head.dump(), head_context(upload.id));
  Status put =
      fail(ErrorCode::kInvalidArgument, "there is no store to upload to", "name one in the settings");
  for (const ObjectStorePtr& store : stores_) {
    put = store->put(fmt::format("{}{}", folder_of(upload.id), kHeadName), as_bytes(wrapped));
    if (put) return upload;
  }
  return fail(put.error().in("beginning an upload"));
}

Result<Uploads::Found> Uploads::read_head(const ObjectStorePtr& store, std::string_view id) {
  const Bytes wrapped = TRY(store->get(fmt::format("{}{}", folder_of(id), kHeadName)));
  const std::string text = TRY(master_key_.unwrap(as_text(wrapped), head_context(id)));
  const nlohmann::json head = nlohmann::json::parse(text, nullptr, false);
  SKYHOLD_ASSERT(head.is_object());  // the key says that we wrote it
  Found found;
  found.store = store;
  found.key = TRY(parse_key(head.value("key", "")));
  found.upload.id = id;
  found.upload.project = head.value("project", "");
  found.upload.file_name = head.value("file_name", "");
  found.upload.size_bytes = head.value("size_bytes", std::uint64_t{0});
  found.upload.created_by = head.value("created_by", "");
  found.upload.created_at = TRY(parse_rfc3339(head.value("created_at", "")));
  return found;
}

bool Uploads::is_over(const Upload& upload) const {
  return upload.created_at + kLifetime < clock_.now();
}

Result<Uploads::Found> Uploads::find_head(std::string_view project, std::string_view id) {
  if (!is_id(id)) return fail(no_such_upload(id));
  Error unreachable = no_such_upload(id);
  for (const ObjectStorePtr& store : stores_) {
    Result<Found> found = read_head(store, id);
    if (!found && found.error().code != ErrorCode::kNotFound) unreachable = found.error();
    if (!found) continue;
    if (is_over(found->upload) || found->upload.project != project) return fail(no_such_upload(id));
    return found;
  }
  return fail(std::move(unreachable));
}

Result<Uploads::Found> Uploads::look(std::string_view project, std::string_view id) {
  Found found = TRY(find_head(project, id));
  found.upload.received_bytes = TRY(count_received(*found.store, id));
  return found;
}

Result<std::vector<Upload>> Uploads::list(std::string_view project) {
  std::vector<Upload> uploads;
  for (const ObjectStorePtr& store : stores_) {
    std::map<std::string, PieceSums> pieces;  // by upload
    TRY(store->list(kRoot, [&](const ObjectInfo& object) -> Status {
      const std::string_view name = std::string_view(object.name).substr(kRoot.size());
      const std::string id(name.substr(0, name.find('/')));
      if (!is_id(id)) return {};
      PieceSums& sums = pieces[id];
      if (const auto piece = piece_of(id, object)) sums.add(*piece);
      return {};
    }));
    for (const auto& [id, sums] : pieces) {
      Result<Found> found = read_head(store, id);
      // Begun a moment ago, or being removed.
      if (!found && found.error().code == ErrorCode::kNotFound) continue;
      if (!found) return fail(found.error());
      if (is_over(found->upload) || found->upload.project != project) continue;
      found->upload.received_bytes = sums.whole() ? sums.bytes : TRY(count_received(*store, id));
      uploads.push_back(std::move(found->upload));
    }
  }
  std::sort(uploads.begin(), uploads.end(), [](const Upload& a, const Upload& b) { return a.id > b.id; });
  return uploads;
}

Result<Upload> Uploads::find(std::string_view project, std::string_view id) {
  return TRY(look(project, id)).upload;
}

Result<Upload> Uploads::receive(std::string_view project, std::string_view id, std::uint64_t offset,
                                ByteSource& bytes) {
  Found found = TRY(find_head(project, id));
  Upload& upload = found.upload;
  const bool goes_on = TRY(surely_ends_at(*found.store, id, offset));
  upload.received_bytes = goes_on ? offset : TRY(count_received(*found.store, id));
  if (offset != upload.received_bytes) {
    return fail(ErrorCode::kBusy,
                fmt::format("{} bytes of the upload are there, not {}", upload.received_bytes, offset),
                "ask how much is there, and go on from that");
  }
  while (true) {
    const std::uint64_t left = upload.size_bytes - upload.received_bytes;
    // One byte more than there may be, to notice it.
    Filled filled = fill(bytes, static_cast<std::size_t>(std::min<std::uint64_t>(left + 1, kPieceBytes)));
    if (filled.bytes.size() > left) {
      return fail(ErrorCode::kInvalidArgument, "more bytes came than the upload was announced with",
                  "begin a new upload with the size that the file has");
    }
    if (!filled.bytes.empty()) {
      Bytes plain;
      plain.reserve(kOffsetBytes + filled.bytes.size());
      append_offset(plain, upload.received_bytes);
      append(plain, filled.bytes);
      const Status put = found.store->put(piece_name(id, upload.received_bytes), encrypt(found.key, plain));
      if (!put && put.error().code == ErrorCode::kAlreadyExists) {
        return fail(ErrorCode::kBusy, "the same part of the upload is being sent twice",
                    "ask how much is there, and go on from that");
      }
      if (!put) return fail(put.error().in("keeping a part of an upload"));
      upload.received_bytes += filled.bytes.size();
    }
    if (!filled.status) return fail(filled.status.error());
    if (filled.bytes.empty()) return upload;
  }
}

Result<std::unique_ptr<ByteSource>> Uploads::open(std::string_view project, std::string_view id) {
  const Found found = TRY(look(project, id));
  const Upload& upload = found.upload;
  if (!upload.complete()) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} of {} bytes of {} are there", upload.received_bytes, upload.size_bytes,
                            upload.file_name),
                "send the rest first");
  }
  return std::make_unique<UploadSource>(found.store, found.key, upload);
}

Status Uploads::remove(std::string_view project, std::string_view id) {
  const Found found = TRY(find_head(project, id));
  return remove_all(*found.store, id);
}

Status Uploads::sweep() {
  for (const ObjectStorePtr& store : stores_) {
    std::vector<std::string> ids;
    TRY(store->list(kRoot, [&](const ObjectInfo& object) -> Status {
      const std::string_view name = std::string_view(object.name).substr(kRoot.size());
      const std::string id(name.substr(0, name.find('/')));
      if (is_id(id) && (ids.empty() || ids.back() != id)) ids.push_back(id);
      return {};
    }));
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    // The id tells the time of its making, so that pieces without a head go as well.
    const std::string oldest = new_id("up", clock_.now() - kLifetime);
    constexpr std::size_t kTimeEnd = 3 + 10;
    for (const std::string& id : ids) {
      if (id.substr(0, kTimeEnd) < oldest.substr(0, kTimeEnd)) TRY(remove_all(*store, id));
    }
  }
  return {};
}

}  // namespace skyhold
