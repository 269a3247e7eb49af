#include "repository/copy_size.h"

#include "repository/names.h"

namespace skyhold {

Result<CopySize> measure_copy(ObjectStore& store) {
  CopySize size;
  for (const FileKind kind : {FileKind::kKey, FileKind::kPack, FileKind::kIndex, FileKind::kSnapshot}) {
    TRY(store.list(directory_of(kind), [&](const ObjectInfo& object) -> Status {
      // Other programs leave temporary files there.
      if (!id_of_object(kind, object.name)) return {};
      ++size.objects;
      size.bytes += object.size_bytes;
      return {};
    }));
  }
  const ObjectInfo config = TRY(store.stat(kConfigName));
  ++size.objects;
  size.bytes += config.size_bytes;
  return size;
}

}  // namespace skyhold
