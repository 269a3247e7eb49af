// The archive as it comes in: counted, its compression taken off, its kind known.
#pragma once

#include <memory>

#include "archive/archive_reader.h"
#include "archive/detect.h"
#include "base/cancel.h"
#include "model/progress.h"
#include "operations/import/import.h"

namespace skyhold {

class OpenedArchive {
 public:
  // kUnsupported, with what it is instead, and a finding for the report.
  static Result<std::unique_ptr<OpenedArchive>> open(const ImportRequest& request, ImportReport& report,
                                                     ProgressSink& progress, const CancelToken& cancel);

  [[nodiscard]] ContentKind kind() const { return incoming_->kind(); }
  [[nodiscard]] PeekedSource& stream() { return incoming_->stream(); }
  // Of a zip or tar.
  [[nodiscard]] ArchiveReader& reader() { return *reader_; }
  [[nodiscard]] bool has_entries() const { return reader_ != nullptr; }

 private:
  OpenedArchive() = default;
  std::unique_ptr<ByteSource> raw_;
  std::unique_ptr<ByteSource> counted_;
  std::unique_ptr<Incoming> incoming_;
  std::unique_ptr<ArchiveReader> reader_;
};

// The rest of a stream: an archive is whole when it can be read to its end.
Status read_to_end(ByteSource& source);
// A small entry. kNoSpace beyond `max_bytes`.
Result<Bytes> read_whole(ByteSource& source, std::uint64_t max_bytes, std::string_view what);

}  // namespace skyhold
