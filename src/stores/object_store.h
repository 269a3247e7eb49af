// The ObjectStore port: named objects in one place, written whole, never changed.
//
// Names are relative, of [A-Za-z0-9._-] and '/', at most 200 bytes, without empty or
// dotted segments ("config", "data/ab/abcd…"). Objects are at most 160 MiB.
//
// Contract, kept by every implementation and checked by one conformance suite
// (stores/object_store_conformance.h):
//   - put() is atomic and durable when it returns: a reader sees nothing or all of it.
//   - after put() returns, get(), stat() and list() by anybody see the object.
//   - every method is thread-safe.
//   - errors: kNotFound (no such object; for the whole store: no such bucket or
//     directory), kAlreadyExists, kNoSpace, kPermissionDenied, kUnavailable.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace skyhold {

struct ObjectInfo {
  std::string name;
  std::uint64_t size_bytes = 0;
};

class ObjectStore {
 public:
  virtual ~ObjectStore() = default;

  // Writes a new object; kAlreadyExists leaves the old one as it is.
  virtual Status put(std::string_view name, ByteView bytes) = 0;
  virtual Result<Bytes> get(std::string_view name) = 0;
  // Exactly `length` bytes; kCorrupt when the object ends before that.
  virtual Result<Bytes> get_range(std::string_view name, std::uint64_t offset, std::uint64_t length) = 0;
  virtual Result<ObjectInfo> stat(std::string_view name) = 0;
  // Calls `visit` for each object whose name starts with `prefix` ("data/"), in no
  // order. An error of `visit` ends the listing and is returned.
  virtual Status list(std::string_view prefix, const std::function<Status(const ObjectInfo&)>& visit) = 0;
  // kNotFound when there is no such object.
  virtual Status remove(std::string_view name) = 0;

  // Whether objects are kept from deletion for some time after they were written (S3 Object
  // Lock, GCS retention), so that protect() has something to do.
  [[nodiscard]] virtual bool protects() const { return false; }
  // For an object that is used again: from now on nobody can delete it for at least half as
  // long as one that is written now. Costs one look when it is so already, and changes nothing
  // that can be seen. Does nothing where protects() is false, nor to locks ("locks/…"); else
  // kNotFound when there is no such object.
  virtual Status protect(std::string_view /*name*/) { return {}; }

  // How long a read of so many bytes is likely to take, by what was measured; 0: not known.
  // For choosing the nearest of several stores.
  [[nodiscard]] virtual double expected_read_seconds(std::uint64_t /*bytes*/) const { return 0; }

  // Calls of this object that are under way end soon, with kCancelled, if they would last;
  // later ones are not affected. For a store that nobody waits for any more.
  virtual void interrupt() {}

  // For people and logs, without credentials: "file:///backup/a".
  [[nodiscard]] virtual std::string location() const = 0;
};

using ObjectStorePtr = std::shared_ptr<ObjectStore>;

// Opens the store of a URL ("file:///dir"). kInvalidArgument for another scheme or a
// malformed URL. Does not look whether the place exists.
Result<ObjectStorePtr> open_store(std::string_view url);

}  // namespace skyhold
