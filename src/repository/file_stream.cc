// Repository::open_file: a file's blobs in order, read in runs.
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "repository/pack.h"
#include "repository/repository.h"

namespace skyhold {
namespace {

// Blobs that lie one after the other in a pack are read in one request of at most this
// many bytes: a table of small chunks would otherwise cost a request each.
constexpr std::uint64_t kMaxRunBytes = 4U << 20;
// And at most this many when they are unfolded: rows may shrink to a twentieth.
constexpr std::uint64_t kMaxPlainRunBytes = 12U << 20;

class FileStream final : public ByteSource {
 public:
  FileStream(Repository& repository, Node file) : repository_(repository), file_(std::move(file)) {}

  Result<std::size_t> read(MutableByteView out) override {
    while (position_ == plain_.size()) {
      if (next_ == file_.content.size()) return std::size_t{0};
      plain_ = TRY(load_run());
      position_ = 0;
    }
    const std::size_t count = std::min(out.size(), plain_.size() - position_);
    std::copy_n(plain_.begin() + static_cast<std::ptrdiff_t>(position_), count, out.begin());
    position_ += count;
    return count;
  }

 private:
  struct Run {
    Id pack;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    std::vector<PackedBlob> blobs;
  };

  // The longest run of adjacent blobs from next_ on.
  std::optional<Run> plan_run() const {
    Run run;
    std::uint64_t plain_bytes = 0;
    for (std::size_t i = next_; i < file_.content.size(); ++i) {
      const std::optional<BlobLocation> location =
          repository_.index().find({BlobType::kData, file_.content[i]});
      if (!location) break;
      const bool first = run.blobs.empty();
      const bool adjacent =
          !first && location->pack == run.pack && location->blob.offset == run.offset + run.length;
      plain_bytes += location->blob.plain_length();
      const bool fits =
          run.length + location->blob.length <= kMaxRunBytes && plain_bytes <= kMaxPlainRunBytes;
      if (!first && !(adjacent && fits)) break;
      if (first) {
        run.pack = location->pack;
        run.offset = location->blob.offset;
      }
      run.length += location->blob.length;
      run.blobs.push_back(location->blob);
    }
    if (run.blobs.size() < 2) return std::nullopt;
    return run;
  }

  Result<Bytes> decode_run(const Run& run, ByteView stored) const {
    Bytes plain;
    std::size_t total = 0;
    for (const PackedBlob& blob : run.blobs) total += blob.plain_length();
    plain.reserve(total);
    for (const PackedBlob& blob : run.blobs) {
      append(plain, TRY(decode_blob(repository_.key(), blob,
                                    stored.subspan(blob.offset - run.offset, blob.length))));
    }
    return plain;
  }

  Result<Bytes> load_run() {
    if (const std::optional<Run> run = plan_run()) {
      Result<Bytes> plain = repository_.read_pack(run->pack, BlobType::kData, run->offset, run->length,
                                                  [&](ByteView stored) { return decode_run(*run, stored); });
      if (plain) {
        next_ += run->blobs.size();
        return plain;
      }
      // Every copy may be damaged in another blob of the run; one by one they may still
      // all be had.
    }
    Result<Bytes> plain = repository_.load_blob({BlobType::kData, file_.content[next_]});
    if (!plain) return fail(plain.error().in(file_.name));
    ++next_;
    return plain;
  }

  Repository& repository_;
  Node file_;
  std::size_t next_ = 0;  // of file_.content
  Bytes plain_;
  std::size_t position_ = 0;  // in plain_
};

}  // namespace

std::unique_ptr<ByteSource> Repository::open_file(const Node& file) {
  return std::make_unique<FileStream>(*this, file);
}

}  // namespace skyhold
