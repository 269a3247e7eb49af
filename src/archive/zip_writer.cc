#include "archive/zip_writer.h"

#include <utility>

#include "archive/inflater.h"
#include "base/assert.h"

namespace skyhold {
namespace {

constexpr int kLevel = 6;
constexpr std::size_t kPieceBytes = std::size_t{1} << 20;
constexpr std::size_t kLongestName = 0xffff;
constexpr std::uint32_t kFileMode = 0100644;

zip::Entry new_entry(std::string name) {
  SKYHOLD_ASSERT(!name.empty() && name.size() <= kLongestName);
  zip::Entry entry;
  entry.name = std::move(name);
  entry.flags = zip::kFlagUtf8;
  entry.external_attributes = kFileMode << 16U;
  return entry;
}

}  // namespace

PackedZipEntry pack_zip_entry(std::string name, Bytes content, ZipMethod method) {
  PackedZipEntry packed{new_entry(std::move(name)), {}};
  zip::Entry& entry = packed.header;
  entry.crc = crc32_update(0, content);
  entry.size_bytes = content.size();
  if (method == ZipMethod::kDeflated) packed.bytes = deflate_whole(content, kLevel);
  if (method == ZipMethod::kDeflated && packed.bytes.size() < content.size()) {
    entry.method = zip::kDeflated;
  } else {
    packed.bytes = std::move(content);
  }
  entry.compressed_bytes = packed.bytes.size();
  return packed;
}

ZipWriter::ZipWriter(ByteSink& sink, unsigned threads)
    : counted_(sink), deflate_({kLevel, threads, ParallelDeflate::Wrapping::kRaw}) {}

Status ZipWriter::add(const PackedZipEntry& entry) {
  SKYHOLD_ASSERT(open_.name.empty());
  zip::Entry header = entry.header;
  header.offset = counted_.bytes;
  header.zip64 = header.size_bytes >= UINT32_MAX || header.compressed_bytes >= UINT32_MAX;
  Bytes bytes;
  zip::append_local_header(header, bytes);
  TRY(counted_.write(bytes));
  TRY(counted_.write(entry.bytes));
  remember(header);
  return {};
}

Status ZipWriter::begin(std::string name, ZipMethod method) {
  SKYHOLD_ASSERT(open_.name.empty());
  open_ = new_entry(std::move(name));
  open_.method = zip::kDeflated;
  open_.flags |= zip::kFlagDescriptor;
  open_.zip64 = true;
  open_.offset = counted_.bytes;
  Bytes bytes;
  zip::append_local_header(open_, bytes);
  TRY(counted_.write(bytes));
  deflate_.set_level(method == ZipMethod::kStored ? 0 : kLevel);
  deflate_.begin(counted_);
  return {};
}

Status ZipWriter::write(ByteView bytes) {
  return deflate_.write(bytes);
}

Status ZipWriter::end() {
  const ParallelDeflate::Totals totals = TRY(deflate_.end());
  open_.crc = totals.crc32;
  open_.size_bytes = totals.plain_bytes;
  open_.compressed_bytes = totals.compressed_bytes;
  Bytes bytes;
  zip::append_descriptor(open_, bytes);
  TRY(counted_.write(bytes));
  remember(std::exchange(open_, {}));
  return {};
}

void ZipWriter::remember(const zip::Entry& entry) {
  if (directory_.empty() ||
      directory_.back().size() + zip::kDirectoryEntryBytes + entry.name.size() > kPieceBytes) {
    directory_.emplace_back().reserve(kPieceBytes);
  }
  zip::append_directory_entry(entry, directory_.back());
  ++entries_;
}

Status ZipWriter::finish() {
  SKYHOLD_ASSERT(open_.name.empty());
  zip::End end;
  end.entries = entries_;
  end.directory_offset = counted_.bytes;
  for (const Bytes& piece : directory_) TRY(counted_.write(piece));
  end.directory_bytes = counted_.bytes - end.directory_offset;
  Bytes bytes;
  zip::append_end(end, bytes);
  return counted_.write(bytes);
}

}  // namespace skyhold
