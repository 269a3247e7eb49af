// Where the files of a repository lie in a store.
//
//   config                      the one file that is not named by its hash
//   keys/<id>  snapshots/<id>  index/<id>  locks/<id>
//   data/<first 2 hex>/<id>     packs
#pragma once

#include <string>
#include <string_view>

#include "base/id.h"

namespace skyhold {

enum class FileKind { kKey, kSnapshot, kIndex, kPack, kLock };

inline constexpr std::string_view kConfigName = "config";

std::string_view directory_of(FileKind kind);  // "keys/", "data/", …
std::string object_name(FileKind kind, const Id& id);
// The id at the end of an object's name; kCorrupt when the name is not of `kind`. Other
// programs leave temporary files in these directories, so callers skip what fails.
Result<Id> id_of_object(FileKind kind, std::string_view name);

}  // namespace skyhold
