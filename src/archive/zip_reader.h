// A zip archive as a forward stream.
#pragma once

#include <memory>

#include "archive/archive_limits.h"
#include "archive/archive_reader.h"

namespace skyhold {

// Stored and deflated entries, zip64, sizes before or after the bytes. Each entry's size and CRC
// are checked as it is read; at the end the central directory and end record are compared
// with what was read, entry for entry. Refused: links, devices, encryption, doubled names, bytes between
// entries. `source` must outlive the reader. Memory: 128 KiB, and up to 16 bytes an entry twice.
std::unique_ptr<ArchiveReader> open_zip(ByteSource& source, const ArchiveLimits& limits = {});

}  // namespace skyhold
