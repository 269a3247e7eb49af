#include "repository/file_batch.h"

#include <algorithm>
#include <tuple>

#include "repository/pack.h"

namespace skyhold {
namespace {

constexpr std::uint64_t kMostBatchBytes = 4U << 20;
constexpr std::uint64_t kMostPlainBytes = 16U << 20;
// What is read and not needed, to save a request; at 100 MB/s it takes 2.6 ms.
constexpr std::uint64_t kMostGapBytes = 256U << 10;

struct Placed {
  std::size_t file = 0;
  BlobLocation location;
};

bool fits(const FileBatch& batch, std::uint64_t plain_bytes, const Placed& next) {
  const std::uint64_t end = batch.offset + batch.length;
  const std::uint64_t next_end = next.location.blob.offset + std::uint64_t{next.location.blob.length};
  return batch.pack == next.location.pack && next.location.blob.offset <= end + kMostGapBytes &&
         next_end - batch.offset <= kMostBatchBytes &&
         plain_bytes + next.location.blob.plain_length() <= kMostPlainBytes;
}

// One blob of the range that a batch was read from.
Result<Bytes> decode_from(const Repository& repository, const FileBatch& batch, const PackedBlob& blob,
                          ByteView range) {
  return decode_blob(repository.key(), blob, range.subspan(blob.offset - batch.offset, blob.length));
}

}  // namespace

std::vector<FileBatch> plan_file_batches(const Repository& repository, const FileList& files) {
  std::vector<FileBatch> batches;
  std::vector<Placed> placed;
  for (std::size_t file = 0; file < files.size(); ++file) {
    std::optional<BlobLocation> location;
    if (files.content(file).size() == 1) {
      location = repository.index().find({BlobType::kData, files.content(file).front()});
    }
    if (location && location->blob.length <= kMostBatchBytes &&
        location->blob.plain_length() <= kMostPlainBytes) {
      placed.push_back({file, *location});
    } else {
      batches.push_back({.files = {file}});
    }
  }
  std::sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) {
    return std::tie(a.location.pack, a.location.blob.offset) <
           std::tie(b.location.pack, b.location.blob.offset);
  });
  std::uint64_t plain_bytes = 0;
  for (const Placed& next : placed) {
    const bool has_batch = !batches.empty() && batches.back().length > 0;
    if (!has_batch || !fits(batches.back(), plain_bytes, next)) {
      batches.push_back({.pack = next.location.pack, .offset = next.location.blob.offset});
      plain_bytes = 0;
    }
    FileBatch& batch = batches.back();
    batch.files.push_back(next.file);
    // Files of equal content share their blob.
    batch.length = std::max(
        batch.length, next.location.blob.offset + std::uint64_t{next.location.blob.length} - batch.offset);
    plain_bytes += next.location.blob.plain_length();
  }
  return batches;
}

Result<std::vector<Bytes>> read_file_batch(Repository& repository, const FileBatch& batch,
                                           const FileList& files) {
  std::vector<Bytes> contents;
  const auto decode_all = [&](ByteView range) -> Result<Bytes> {
    contents.clear();
    for (const std::size_t file : batch.files) {
      const auto location = repository.index().find({BlobType::kData, files.content(file).front()});
      contents.push_back(TRY(decode_from(repository, batch, location->blob, range)));
    }
    return Bytes{};
  };
  if (repository.copies().get_range(object_name(FileKind::kPack, batch.pack), batch.offset, batch.length,
                                    decode_all)) {
    return contents;
  }
  // Every copy may be damaged in another blob of the range; one by one they may still all
  // be had.
  contents.clear();
  for (const std::size_t file : batch.files) {
    Result<Bytes> content = repository.load_blob({BlobType::kData, files.content(file).front()});
    if (!content) return fail(content.error().in(std::string(files.path(file))));
    contents.push_back(std::move(*content));
  }
  return contents;
}

}  // namespace skyhold
