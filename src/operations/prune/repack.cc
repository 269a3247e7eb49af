#include "operations/prune/repack.h"

#include <array>

#include <fmt/format.h>

#include "repository/names.h"
#include "repository/pack.h"

namespace skyhold {
namespace {

// A header of tiny blobs must not outgrow its bound before the pack reaches its size.
constexpr std::size_t kMaxBlobsPerPack = 100'000;

class Repacker {
 public:
  explicit Repacker(Repository& repository) : repository_(repository) {}

  Status move(const RepackSource& source) {
    const Bytes pack = TRY(repository_.copies().get(FileKind::kPack, source.pack));
    for (const PackedBlob& blob : source.blobs) {
      if (std::uint64_t{blob.offset} + blob.length > pack.size()) {
        return fail(ErrorCode::kCorrupt, fmt::format("pack {} ends before its blobs do", source.pack.hex()));
      }
      const ByteView stored = ByteView(pack).subspan(blob.offset, blob.length);
      const Result<Bytes> plain = decode_blob(repository_.key(), blob, stored);
      if (!plain) return fail(plain.error().in(fmt::format("pack {}", source.pack.hex())));
      TRY(add(blob, stored));
    }
    return {};
  }

  Result<std::vector<IndexedPack>> finish() {
    for (Open& open : open_) TRY(close(open));
    return std::move(written_);
  }

 private:
  struct Open {
    PackBuilder builder;
    std::size_t blobs = 0;
  };

  Status add(const PackedBlob& blob, ByteView stored) {
    Open& open = open_[static_cast<std::size_t>(blob.handle.type)];
    open.builder.move_in(blob.handle, stored, blob.raw_length);
    ++open.blobs;
    if (open.builder.size_bytes() < kPackTargetBytes && open.blobs < kMaxBlobsPerPack) return {};
    return close(open);
  }

  Status close(Open& open) {
    if (open.builder.empty()) return {};
    FinishedPack pack = open.builder.finish(repository_.key());
    open.blobs = 0;
    TRY(repository_.copies().put_everywhere(object_name(FileKind::kPack, pack.id), pack.bytes()));
    written_.push_back({pack.id, std::move(pack.blobs), std::nullopt});
    return {};
  }

  Repository& repository_;
  std::array<Open, 2> open_;  // by BlobType
  std::vector<IndexedPack> written_;
};

}  // namespace

Result<std::vector<IndexedPack>> repack(Repository& repository, const std::vector<RepackSource>& sources,
                                        ProgressSink& progress, const CancelToken& cancel) {
  Repacker repacker(repository);
  Progress state{.phase = "Repacking", .total_items = sources.size()};
  for (const RepackSource& source : sources) {
    TRY(cancel.check());
    progress.report(state);
    TRY(repacker.move(source));
    ++state.done_items;
  }
  return repacker.finish();
}

}  // namespace skyhold
