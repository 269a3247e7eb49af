#include "archive/tar_reader.h"

#include <algorithm>
#include <clocale>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include "archive/compressed_source.h"
#include "archive/keyed_hash_set.h"
#include "archive/peeked_source.h"
#include "base/assert.h"

namespace skyhold {
namespace {

constexpr std::size_t kChunkBytes = 256 * 1024;
constexpr std::size_t kBlockBytes = 512;
constexpr std::size_t kEndBlocks = 2;  // of zeros

// libarchive takes names through the thread's locale, and would make "?" of what is not ASCII in "C".
class Utf8Locale {
 public:
  Utf8Locale() : locale_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (locale_ != nullptr) before_ = ::uselocale(locale_);
  }
  ~Utf8Locale() {
    if (locale_ == nullptr) return;
    ::uselocale(before_);
    ::freelocale(locale_);
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  locale_t locale_;
  locale_t before_ = nullptr;
};

// Feeds libarchive, and remembers what it cannot carry: an Error, and how the stream ended.
class Feed {
 public:
  Feed(ByteSource& source, ArchiveMeter& meter) : source_(source), meter_(meter), chunk_(kChunkBytes) {}

  static la_ssize_t read(archive*, void* self, const void** buffer) {
    return static_cast<Feed*>(self)->next(buffer);
  }
  la_ssize_t next(const void** buffer) {
    const auto count = source_.read(chunk_);
    if (!count) {
      error_ = count.error();
      return ARCHIVE_FATAL;
    }
    note(ByteView(chunk_).first(*count));
    *buffer = chunk_.data();
    return static_cast<la_ssize_t>(*count);
  }
  // Reads what lies behind the end, which libarchive found at `position`: zeros, or somebody hides
  // something there.
  Status drain(std::uint64_t position) {
    const void* bytes = nullptr;
    while (const la_ssize_t count = next(&bytes)) {
      if (count < 0) return fail(*error_);
    }
    if (total_bytes_ - zeros_at_end_ > position) {
      return fail(ErrorCode::kCorrupt, "the tar is damaged: there are bytes after its end");
    }
    if (total_bytes_ % kBlockBytes == 0 && zeros_at_end_ / kBlockBytes >= kEndBlocks) return {};
    return fail(ErrorCode::kCorrupt, "the tar is cut off: its end blocks are missing",
                "the transfer or the tool that wrote it broke off; copy or make it again");
  }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  void note(ByteView bytes) {
    meter_.add_compressed(bytes.size());
    total_bytes_ += bytes.size();
    const auto last = std::find_if(bytes.rbegin(), bytes.rend(), [](std::uint8_t each) { return each != 0; });
    const auto zeros = static_cast<std::size_t>(last - bytes.rbegin());
    zeros_at_end_ = zeros == bytes.size() ? zeros_at_end_ + zeros : zeros;
  }

  ByteSource& source_;
  ArchiveMeter& meter_;
  Bytes chunk_;
  std::uint64_t total_bytes_ = 0;
  std::uint64_t zeros_at_end_ = 0;
  std::optional<Error> error_;
};

class TarReader final : public ArchiveReader {
 public:
  TarReader(ByteSource& source, const ArchiveLimits& limits)
      : peeked_(source), limits_(limits), meter_(limits) {}

  Result<std::optional<ArchiveEntry>> next() override {
    const Utf8Locale locale;
    if (!archive_) TRY(open());
    while (true) {
      TRY(drain_entry());
      archive_entry* header = nullptr;
      const int code = archive_read_next_header(archive_.get(), &header);
      if (code == ARCHIVE_EOF) {
        TRY(feed_->drain(static_cast<std::uint64_t>(archive_filter_bytes(archive_.get(), 0))));
        return std::nullopt;
      }
      if (code != ARCHIVE_OK) return damaged();
      auto entry = TRY(accept(header));
      if (entry) return entry;
    }
  }

  Result<std::size_t> read(MutableByteView out) override {
    SKYHOLD_ASSERT(!out.empty());
    if (!inside_) return 0U;
    const la_ssize_t count = archive_read_data(archive_.get(), out.data(), out.size());
    if (count < 0) return damaged();
    TRY(meter_.add_expanded(static_cast<std::uint64_t>(count)));
    inside_ = count > 0;
    return static_cast<std::size_t>(count);
  }

 private:
  Status open() {
    const Compression compression = detect_compression(TRY(peeked_.peek(4)));
    expanded_ = open_compressed(peeked_, compression, limits_);
    feed_ = std::make_unique<Feed>(*expanded_, meter_);
    archive_.reset(archive_read_new());
    SKYHOLD_ASSERT(archive_ != nullptr);
    archive_read_support_format_tar(archive_.get());
    archive_read_set_options(archive_.get(), "hdrcharset=UTF-8");
    if (archive_read_open(archive_.get(), feed_.get(), nullptr, &Feed::read, nullptr) != ARCHIVE_OK) {
      return damaged();
    }
    return {};
  }

  // Nothing: the entry is the archive's own root, and is passed over.
  Result<std::optional<ArchiveEntry>> accept(archive_entry* header) {
    const char* text = archive_entry_pathname_utf8(header);
    if (text == nullptr) text = archive_entry_pathname(header);
    std::string_view name = text == nullptr ? "" : text;
    name_ = name;
    TRY(meter_.begin_entry(name));
    const bool directory = archive_entry_filetype(header) == AE_IFDIR;
    while (name.starts_with("./")) name.remove_prefix(2);
    if (directory && (name.empty() || name == ".")) return std::nullopt;
    TRY(check_entry_name(name, limits_));
    if (archive_entry_hardlink(header) != nullptr) return refused("it is a link to another");
    if (!directory && archive_entry_filetype(header) != AE_IFREG) return refused("it is a link or a device");
    if (archive_entry_sparse_count(header) > 0) return refused("it is a sparse file");
    if (name.ends_with('/')) name.remove_suffix(1);
    if (!names_.insert(as_bytes(name))) return refused("it is there twice");
    inside_ = true;
    ArchiveEntry entry;
    entry.name = name;
    entry.is_directory = directory;
    entry.size_bytes = static_cast<std::uint64_t>(archive_entry_size(header));
    return entry;
  }

  Status drain_entry() {
    if (!inside_) return {};
    Bytes scratch(kChunkBytes);
    while (TRY(read(scratch)) > 0) {
    }
    return {};
  }

  [[nodiscard]] tl::unexpected<Error> damaged() const {
    if (feed_->error()) return fail(*feed_->error());
    const char* why = archive_error_string(archive_.get());
    return fail(
        ErrorCode::kCorrupt,
        fmt::format("the tar is damaged {}: {}",
                    name_.empty() ? "at its beginning"
                                  : fmt::format("in or after its entry \"{}\"", printable_name(name_)),
                    why == nullptr ? "not a tar" : printable_name(why)),
        "copy or make the archive again");
  }
  [[nodiscard]] tl::unexpected<Error> refused(std::string_view why) const {
    return fail(ErrorCode::kCorrupt,
                fmt::format("the tar's entry \"{}\" was refused: {}", printable_name(name_), why),
                "pack plain files and directories only");
  }

  struct Free {
    void operator()(archive* opened) const { archive_read_free(opened); }
  };

  PeekedSource peeked_;
  const ArchiveLimits limits_;
  ArchiveMeter meter_;
  KeyedHashSet names_;
  std::unique_ptr<ByteSource> expanded_;
  std::unique_ptr<Feed> feed_;
  std::unique_ptr<archive, Free> archive_;
  std::string name_;
  bool inside_ = false;
};

}  // namespace

std::unique_ptr<ArchiveReader> open_tar(ByteSource& source, const ArchiveLimits& limits) {
  return std::make_unique<TarReader>(source, limits);
}

}  // namespace skyhold
