// A tar archive (ustar, pax, GNU) as a forward stream.
#pragma once

#include <memory>

#include "archive/archive_limits.h"
#include "archive/archive_reader.h"

namespace skyhold {

// Plain, or compressed with gz, zst or bz2: found from the bytes. Refused: links, devices, sparse
// files, doubled names, an archive without its end blocks. `source` must outlive the reader. A tar has no
// checksum over its bytes; a compressed one has that of its compression.
std::unique_ptr<ArchiveReader> open_tar(ByteSource& source, const ArchiveLimits& limits = {});

}  // namespace skyhold
