#include "archive/zip_reader.h"

#include <algorithm>

#include <fmt/format.h>

#include "archive/inflater.h"
#include "archive/keyed_hash_set.h"
#include "archive/little_endian.h"
#include "archive/stream_buffer.h"
#include "archive/zip_directory_check.h"
#include "archive/zip_format.h"
#include "base/assert.h"

namespace skyhold {
namespace {

constexpr std::size_t kDrainBytes = 64 * 1024;

class ZipReader final : public ArchiveReader {
 public:
  ZipReader(ByteSource& source, const ArchiveLimits& limits)
      : input_(source), limits_(limits), meter_(limits) {}

  Result<std::optional<ArchiveEntry>> next() override {
    TRY(drain());
    const ByteView bytes = TRY(input_.peek(4));
    if (bytes.size() < 4) return zip::cut_off(where());
    switch (load_little_endian<std::uint32_t>(bytes, 0)) {
      case zip::kLocalHeader: return TRY(begin_entry());
      case zip::kDirectoryEntry:
      case zip::kZip64End:
      case zip::kEnd: TRY(directory_.finish(input_)); return std::nullopt;
      default: return foreign_bytes();
    }
  }

  Result<std::size_t> read(MutableByteView out) override {
    SKYHOLD_ASSERT(!out.empty());
    if (!inside_) return 0U;
    const std::size_t count = TRY(entry_.method == zip::kStored ? read_stored(out) : read_deflated(out));
    if (count == 0) {
      inside_ = false;
      TRY(finish_entry());
    }
    return count;
  }

 private:
  Result<ArchiveEntry> begin_entry() {
    const std::uint64_t offset = input_.position();
    const std::size_t length = zip::local_header_length(TRY(take(zip::kLocalHeaderBytes)));
    const ByteView header = TRY(take(length));
    entry_.name = zip::local_header_name(header);
    auto decoded = zip::decode_local_header(header);
    if (!decoded) return broken(decoded.error().message);
    entry_ = std::move(*decoded);
    entry_.offset = offset;
    TRY(meter_.begin_entry(entry_.name));
    TRY(accept(entry_));
    advance(length);
    crc_ = 0;
    produced_ = 0;
    body_begin_ = input_.position();
    at_end_ = false;
    inside_ = true;
    inflater_.reset();
    ArchiveEntry entry;
    entry.name = entry_.name;
    entry.is_directory = is_directory();
    if (entry.is_directory) entry.name.pop_back();
    if (!entry_.has(zip::kFlagDescriptor)) entry.size_bytes = entry_.size_bytes;
    return entry;
  }

  Status accept(const zip::Entry& entry) {
    TRY(check_entry_name(entry.name, limits_));
    const std::string_view plain =
        std::string_view(entry.name).substr(0, entry.name.size() - (is_directory() ? 1 : 0));
    if (!names_.insert(as_bytes(plain))) return refused("it is there twice");
    if (entry.has(zip::kFlagEncrypted) || entry.has(zip::kFlagStrongEncryption) ||
        entry.has(zip::kFlagMaskedHeader)) {
      return unsupported("it is encrypted", "make a backup without a password");
    }
    if (entry.method != zip::kStored && entry.method != zip::kDeflated) {
      return unsupported(fmt::format("its compression method is {}", entry.method),
                         "stored and deflated entries can be read; pack it anew with zip");
    }
    if (entry.method == zip::kStored && entry.has(zip::kFlagDescriptor)) {
      return unsupported("it is stored, and its size follows only after it",
                         "such a zip has no end that a stream could find; pack it anew with deflate");
    }
    if (entry.method == zip::kStored && entry.compressed_bytes != entry.size_bytes) {
      return refused(
          fmt::format("it is stored, but declares {} bytes as {}", entry.size_bytes, entry.compressed_bytes));
    }
    return {};
  }

  // What is left of the entry's compressed bytes; of one with a descriptor nobody knows.
  [[nodiscard]] std::uint64_t left() const {
    if (entry_.has(zip::kFlagDescriptor)) return UINT64_MAX;
    return entry_.compressed_bytes - (input_.position() - body_begin_);
  }

  Result<std::size_t> read_stored(MutableByteView out) {
    if (left() == 0) return 0U;
    const ByteView bytes = TRY(take(1));
    const std::size_t count = std::min<std::uint64_t>({bytes.size(), out.size(), left()});
    std::copy_n(bytes.begin(), count, out.begin());
    advance(count);
    TRY(account(out.first(count)));
    return count;
  }

  Result<std::size_t> read_deflated(MutableByteView out) {
    while (!at_end_) {
      if (left() == 0) return broken("its compressed bytes end too early");
      ByteView bytes = TRY(take(1));
      bytes = bytes.first(std::min<std::uint64_t>(bytes.size(), left()));
      const auto step = inflater_.run(bytes, out);
      if (!step) return broken(step.error().message);
      advance(step->taken);
      at_end_ = step->at_end;
      TRY(account(out.first(step->produced)));
      if (step->produced > 0) return step->produced;
    }
    return 0U;
  }

  Status account(ByteView bytes) {
    crc_ = crc32_update(crc_, bytes);
    produced_ += bytes.size();
    if (!entry_.has(zip::kFlagDescriptor) && produced_ > entry_.size_bytes) {
      return broken(fmt::format("it declares {} bytes and holds more", entry_.size_bytes));
    }
    if (is_directory() && produced_ > 0) return refused("it is a directory with content");
    return meter_.add_expanded(bytes.size());
  }

  Status finish_entry() {
    const std::uint64_t compressed = input_.position() - body_begin_;
    if (entry_.has(zip::kFlagDescriptor)) TRY(read_descriptor(compressed));
    if (compressed != entry_.compressed_bytes) {
      return broken(
          fmt::format("it declares {} compressed bytes and has {}", entry_.compressed_bytes, compressed));
    }
    if (produced_ != entry_.size_bytes) {
      return broken(fmt::format("it declares {} bytes and holds {}", entry_.size_bytes, produced_));
    }
    if (crc_ != entry_.crc) {
      return broken(fmt::format("its CRC-32 is {:08x} instead of {:08x}", crc_, entry_.crc));
    }
    directory_.add(entry_);
    return {};
  }

  // Some writers leave the signature out, and some use 8 bytes without saying so: of the forms that
  // there are, the one counts that fits what was read. When none does, the declared one tells how.
  Status read_descriptor(std::uint64_t compressed) {
    const ByteView bytes = TRY(input_.peek(kLongestDescriptor));
    const bool marked = bytes.size() >= 4 && load_little_endian<std::uint32_t>(bytes, 0) == zip::kDescriptor;
    const zip::Entry found = [&] {
      zip::Entry entry = entry_;
      entry.crc = crc_;
      entry.compressed_bytes = compressed;
      entry.size_bytes = produced_;
      return entry;
    }();
    for (const bool wide : {entry_.zip64, !entry_.zip64}) {
      zip::Entry written = found;
      written.zip64 = wide;
      Bytes expected;
      zip::append_descriptor(written, expected);
      const ByteView unmarked = ByteView(expected).subspan(4);
      for (const ByteView form : {ByteView(expected), unmarked}) {
        if (bytes.size() < form.size() || !std::equal(form.begin(), form.end(), bytes.begin())) continue;
        if (!begins_record(bytes.subspan(form.size()))) continue;
        entry_.crc = found.crc;
        entry_.compressed_bytes = found.compressed_bytes;
        entry_.size_bytes = found.size_bytes;
        advance(form.size());
        return {};
      }
    }
    const std::size_t at = marked ? 4 : 0;
    const std::size_t width = entry_.zip64 ? 8 : 4;
    if (bytes.size() < at + 4 + 2 * width) return zip::cut_off(where());
    entry_.crc = load_little_endian<std::uint32_t>(bytes, at);
    entry_.compressed_bytes = load_size(bytes, at + 4, width);
    entry_.size_bytes = load_size(bytes, at + 4 + width, width);
    if (entry_.crc == crc_ && entry_.compressed_bytes == compressed && entry_.size_bytes == produced_) {
      return broken("foreign bytes follow it");
    }
    return {};  // the caller says what differs
  }

  static std::uint64_t load_size(ByteView bytes, std::size_t at, std::size_t width) {
    if (width == 8) return load_little_endian<std::uint64_t>(bytes, at);
    return load_little_endian<std::uint32_t>(bytes, at);
  }

  static bool begins_record(ByteView bytes) {
    if (bytes.size() < 4) return false;
    const auto signature = load_little_endian<std::uint32_t>(bytes, 0);
    return signature == zip::kLocalHeader || signature == zip::kDirectoryEntry ||
           signature == zip::kZip64End || signature == zip::kEnd;
  }

  Status drain() {
    if (!inside_) return {};
    Bytes scratch(kDrainBytes);
    while (TRY(read(scratch)) > 0) {
    }
    return {};
  }

  Result<ByteView> take(std::size_t count) {
    const ByteView bytes = TRY(input_.peek(count));
    if (bytes.size() < count) return zip::cut_off(where());
    return count == 1 ? bytes : bytes.first(count);
  }

  void advance(std::size_t count) {
    input_.consume(count);
    meter_.add_compressed(count);
  }

  [[nodiscard]] bool is_directory() const { return entry_.name.ends_with('/'); }

  [[nodiscard]] std::string where() const {
    if (meter_.entries() == 0) return "before its first entry";
    return fmt::format("{} its entry \"{}\"", inside_ ? "inside" : "after", printable_name(entry_.name));
  }

  [[nodiscard]] tl::unexpected<Error> broken(const std::string& what) const {
    return fail(ErrorCode::kCorrupt,
                fmt::format("the zip's entry \"{}\" is damaged: {}", printable_name(entry_.name), what),
                "copy or make the archive again");
  }
  [[nodiscard]] tl::unexpected<Error> refused(const std::string& why) const {
    return fail(ErrorCode::kCorrupt,
                fmt::format("the zip's entry \"{}\" was refused: {}", printable_name(entry_.name), why),
                "no tool that backs up Odoo writes such an archive; make a new one at its source");
  }
  [[nodiscard]] tl::unexpected<Error> unsupported(const std::string& why, std::string hint) const {
    return fail(ErrorCode::kUnsupported,
                fmt::format("the zip's entry \"{}\" cannot be read: {}", printable_name(entry_.name), why),
                std::move(hint));
  }
  [[nodiscard]] tl::unexpected<Error> foreign_bytes() const {
    if (meter_.entries() == 0) return fail(ErrorCode::kCorrupt, "not a zip: it begins with other bytes");
    return fail(ErrorCode::kCorrupt,
                fmt::format("the zip is damaged: foreign bytes lie after its entry \"{}\"",
                            printable_name(entry_.name)));
  }

  static constexpr std::size_t kLongestDescriptor = 24 + 4;  // and the next signature

  StreamBuffer input_;
  const ArchiveLimits limits_;
  ArchiveMeter meter_;
  KeyedHashSet names_;
  zip::DirectoryCheck directory_;
  Inflater inflater_{Inflater::Wrapping::kRaw};

  zip::Entry entry_;
  bool inside_ = false;  // the entry's bytes are not read to their end
  bool at_end_ = false;  // the deflate stream has ended
  std::uint32_t crc_ = 0;
  std::uint64_t produced_ = 0;
  std::uint64_t body_begin_ = 0;
};

}  // namespace

std::unique_ptr<ArchiveReader> open_zip(ByteSource& source, const ArchiveLimits& limits) {
  return std::make_unique<ZipReader>(source, limits);
}

}  // namespace skyhold
