// A file of this machine, or standard input, as a stream.
#pragma once

#include <memory>
#include <string>

#include "io/byte_stream.h"

namespace skyhold {

// "-" is standard input. kNotFound, kPermissionDenied, kInvalidArgument for a directory.
Result<std::unique_ptr<ByteSource>> open_file_source(const std::string& path);

}  // namespace skyhold
