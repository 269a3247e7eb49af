#include "operations/mirror/copy_contents.h"

#include <fmt/format.h>

#include "crypto/hash.h"
#include "io/in_parallel.h"

namespace skyhold {
namespace {

constexpr std::size_t kMostUnmended = 1000;

Error not_there(Error error) {
  error.hint =
      "make the directory or bucket if this copy is to be filled anew; if it should be there, mount "
      "or bring it back";
  return error;
}

}  // namespace

Status CopyContents::list(const CancelToken& cancel) {
  using enum FileKind;
  for (const std::vector<FileKind>& step : {std::vector{kSnapshot, kKey}, {kIndex}, {kPack}}) {
    TRY(cancel.check());
    TRY(in_parallel(step.size(), step.size(), [&](std::size_t kind) -> Status {
      list_kind(step[kind]);
      return {};
    }));
    if (!reached()) return {};
  }
  const std::scoped_lock lock(mutex_);
  report_.objects = objects_.size();
  return {};
}

void CopyContents::list_kind(FileKind kind) {
  std::map<std::string, std::uint64_t> found;
  const Status listed = store_->list(directory_of(kind), [&](const ObjectInfo& object) -> Status {
    // Other programs leave temporary files there.
    if (id_of_object(kind, object.name)) found.emplace(object.name, object.size_bytes);
    return {};
  });
  if (!listed)
    give_up(listed.error().code == ErrorCode::kNotFound ? not_there(listed.error()) : listed.error());
  const std::scoped_lock lock(mutex_);
  objects_.merge(found);
}

std::string CopyContents::unreached() const {
  const std::scoped_lock lock(mutex_);
  return report_.unreached;
}

void CopyContents::give_up(const Error& error) {
  const std::scoped_lock lock(mutex_);
  if (report_.unreached.empty()) report_.unreached = to_string(error);
}

bool CopyContents::is_damaged(const std::string& name) const {
  const std::scoped_lock lock(mutex_);
  return damaged_.contains(name);
}

Result<Bytes> CopyContents::read_checked(const std::string& name, const Id& id) {
  Result<Bytes> bytes = store_->get(name);
  // What was damaged on the way is right the second time; what is damaged there stays so.
  const bool once_more = bytes ? sha256(*bytes) != id : bytes.error().code == ErrorCode::kCorrupt;
  if (once_more) bytes = store_->get(name);
  if (bytes && sha256(*bytes) == id) return bytes;
  if (bytes) bytes = fail(ErrorCode::kCorrupt, "its content does not match its name");
  // A flipped bit or a short object is this object's damage; a store that does not answer
  // says nothing about it.
  if (bytes.error().code == ErrorCode::kCorrupt) count_damaged(name);
  return fail(bytes.error().in(fmt::format("{} in {}", name, store_->location())));
}

Status CopyContents::write(const std::string& name, ByteView bytes) {
  if (is_damaged(name)) {
    const Status removed = store_->remove(name);
    if (!removed && removed.error().code != ErrorCode::kNotFound) return removed;
  }
  Status written = store_->put(name, bytes);
  if (!written && written.error().code == ErrorCode::kAlreadyExists) return {};  // somebody was faster
  return written;
}

void CopyContents::count_missing() {
  const std::scoped_lock lock(mutex_);
  ++report_.missing;
}

void CopyContents::count_damaged(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  if (damaged_.insert(name).second) ++report_.damaged;
}

void CopyContents::count_mended(std::uint64_t bytes) {
  const std::scoped_lock lock(mutex_);
  ++report_.mended;
  report_.mended_bytes += bytes;
}

void CopyContents::add_unmended(const std::string& name, const std::string& problem) {
  const std::scoped_lock lock(mutex_);
  if (report_.unmended.size() < kMostUnmended) report_.unmended.push_back({name, problem});
}

bool CopyContents::has_holes() const {
  const std::scoped_lock lock(mutex_);
  return !report_.unmended.empty();
}

MendedCopy CopyContents::take_report() {
  const std::scoped_lock lock(mutex_);
  return std::move(report_);
}

}  // namespace skyhold
