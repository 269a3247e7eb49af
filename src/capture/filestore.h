// An Odoo filestore: <2 hex>/<sha1>, each file named by the SHA-1 of its content,
// immutable once written.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/byte_stream.h"
#include "model/manifest.h"

namespace skyhold {

// One file that the backup must hold, or would like to.
struct RequiredFile {
  std::string name;              // below the filestore, '/'-separated, checked: no "..", no empty segment
  std::uint64_t size_bytes = 0;  // as ir_attachment says; 0 when not known
  bool named_by_sha1 = false;    // "ab/<40 hex>" whose first two digits agree
  std::uint16_t mimetype = 0;    // a number of Mimetypes; 0 when not known
};

// Every regular file below `root` but "checklist/", by name. kNotFound when the directory
// is not there; kInvalidArgument with a hint when it does not look like a filestore (is a
// file; holds neither two-digit directories nor nothing). Symbolic links are reported in
// `skipped`, never followed.
Result<std::vector<RequiredFile>> walk_filestore(const std::filesystem::path& root,
                                                 std::vector<MissingFile>& skipped);

// kNotFound / kInvalidArgument as above, without the walk.
Status check_filestore(const std::filesystem::path& root);

// True for "ab/ab<38 hex>".
bool is_sha1_name(std::string_view name);
// True when `name` is safe to join to a root: relative, no "." or ".." or empty segment, no NUL.
bool is_safe_relative_name(std::string_view name);

}  // namespace skyhold
