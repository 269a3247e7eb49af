#include "operations/import/opened_archive.h"

#include <fmt/format.h>

#include "archive/tar_reader.h"
#include "archive/zip_reader.h"
#include "base/human.h"

namespace skyhold {
namespace {

constexpr std::size_t kChunkBytes = 256 * 1024;

class CountedSource final : public ByteSource {
 public:
  CountedSource(ByteSource& inner, ImportReport& report, ProgressSink& progress, const CancelToken& cancel)
      : inner_(inner), report_(report), progress_(progress), cancel_(cancel) {}
  Result<std::size_t> read(MutableByteView out) override {
    TRY(cancel_.check());
    const std::size_t got = TRY(inner_.read(out));
    bytes_ += got;
    report_.archive_bytes = std::max(report_.archive_bytes, bytes_);
    progress_.report({"Reading the archive", bytes_, 0, 0, 0});
    return got;
  }

 private:
  ByteSource& inner_;
  ImportReport& report_;
  ProgressSink& progress_;
  const CancelToken& cancel_;
  std::uint64_t bytes_ = 0;
};

bool is_archive(ContentKind kind) {
  return kind == ContentKind::kZip || kind == ContentKind::kTar || kind == ContentKind::kSkyholdTar ||
         kind == ContentKind::kPgDumpTar;
}

}  // namespace

Result<std::unique_ptr<OpenedArchive>> OpenedArchive::open(const ImportRequest& request, ImportReport& report,
                                                           ProgressSink& progress,
                                                           const CancelToken& cancel) {
  std::unique_ptr<OpenedArchive> opened(new OpenedArchive());
  opened->raw_ = TRY(request.open_archive());
  opened->counted_ = std::make_unique<CountedSource>(*opened->raw_, report, progress, cancel);
  auto incoming = Incoming::open(*opened->counted_, request.limits.archive);
  if (!incoming) return fail(incoming.error());
  opened->incoming_ = std::move(*incoming);
  report.kind = to_string(opened->kind());
  report.compression = to_string(opened->incoming_->compression());
  if (!is_archive(opened->kind())) return opened;
  const bool zip = opened->kind() == ContentKind::kZip;
  opened->reader_ = zip ? open_zip(opened->stream(), request.limits.archive)
                        : open_tar(opened->stream(), request.limits.archive);
  return opened;
}

Status read_to_end(ByteSource& source) {
  Bytes chunk(kChunkBytes);
  while (TRY(source.read(chunk)) > 0) {
  }
  return {};
}

Result<Bytes> read_whole(ByteSource& source, std::uint64_t max_bytes, std::string_view what) {
  Bytes all;
  Bytes chunk(kChunkBytes);
  while (const std::size_t got = TRY(source.read(chunk))) {
    if (all.size() + got > max_bytes) {
      return fail(ErrorCode::kNoSpace, fmt::format("{} is larger than {}", what, human_bytes(max_bytes)));
    }
    append(all, ByteView(chunk).first(got));
  }
  return all;
}

}  // namespace skyhold
