#include "repository/read_ahead.h"

#include <algorithm>

#include "repository/names.h"

namespace skyhold {
namespace {

constexpr std::uint64_t kMostRequestBytes = 4U << 20;
constexpr std::uint64_t kMostTreeBytes = 1U << 20;
// What is read and not needed, to save a request; at 100 MB/s it takes 2.6 ms.
constexpr std::uint64_t kMostGapBytes = 256U << 10;
constexpr std::size_t kWindows = 16;

}  // namespace

void ReadAhead::expect(const std::vector<BlobLocation>& blobs) {
  const std::scoped_lock lock(mutex_);
  for (const BlobLocation& location : blobs) {
    expected_[location.pack].emplace_back(location.blob.offset, location.blob.length);
  }
  for (auto& [pack, spans] : expected_) {
    std::sort(spans.begin(), spans.end());
    spans.erase(std::unique(spans.begin(), spans.end()), spans.end());
  }
}

// From the wanted range on, as far as expected blobs lie close to each other.
ReadAhead::Span ReadAhead::extend(const Range& range) const {
  Span span{range.offset, range.length};
  if (range.type == BlobType::kTree) {
    const std::uint64_t rest = range.pack_bytes > range.offset ? range.pack_bytes - range.offset : 0;
    span.length = std::max(span.length, std::min(kMostTreeBytes, rest));
    return span;
  }
  const auto found = expected_.find(range.pack);
  if (found == expected_.end()) return span;
  const auto& spans = found->second;
  for (auto next = std::lower_bound(spans.begin(), spans.end(),
                                    std::pair{static_cast<std::uint32_t>(range.offset), 0U});
       next != spans.end(); ++next) {
    const std::uint64_t end = std::uint64_t{next->first} + next->second;
    const bool near = next->first <= span.offset + span.length + kMostGapBytes;
    if (!near || end - span.offset > kMostRequestBytes) break;
    span.length = std::max(span.length, end - span.offset);
  }
  return span;
}

Result<Bytes> ReadAhead::get_range(const Range& range, const std::function<Result<Bytes>(ByteView)>& accept) {
  const std::string name = object_name(FileKind::kPack, range.pack);
  Span claimed;
  if (const WindowPtr window = find_or_claim(range, claimed)) {
    Result<Bytes> answer =
        accept(ByteView(window->bytes).subspan(range.offset - window->span.offset, range.length));
    if (answer) return answer;
    // That copy has it damaged; another may have it right.
    return copies_.get_range(name, range.offset, range.length, accept);
  }
  auto window = std::make_shared<Window>(Window{range.pack, claimed, {}});
  Result<Bytes> answer =
      copies_.get_range(name, claimed.offset, claimed.length, [&](ByteView bytes) -> Result<Bytes> {
        Bytes accepted = TRY(accept(bytes.first(range.length)));
        if (claimed.length > range.length) window->bytes = to_bytes(bytes);
        return accepted;
      });
  release(range.pack, claimed, answer && !window->bytes.empty() ? window : nullptr);
  if (answer || claimed.length == range.length) return answer;
  // The bytes that nobody asked for yet must not fail those that were.
  return copies_.get_range(name, range.offset, range.length, accept);
}

// The window that holds the range, or else the caller's claim to read one that will. Waits
// for another thread that is reading it.
ReadAhead::WindowPtr ReadAhead::find_or_claim(const Range& range, Span& claimed) {
  const Span wanted{range.offset, range.length};
  std::unique_lock lock(mutex_);
  while (true) {
    if (WindowPtr window = find(range.pack, wanted)) return window;
    const bool is_coming = std::any_of(being_read_.begin(), being_read_.end(), [&](const auto& reading) {
      return reading.first == range.pack && reading.second.holds(wanted);
    });
    if (!is_coming) break;
    released_.wait(lock);
  }
  claimed = extend(range);
  being_read_.emplace_back(range.pack, claimed);
  return nullptr;
}

ReadAhead::WindowPtr ReadAhead::find(const Id& pack, const Span& wanted) {
  const auto found = std::find_if(windows_.begin(), windows_.end(), [&](const WindowPtr& window) {
    return window->pack == pack && window->span.holds(wanted);
  });
  if (found == windows_.end()) return nullptr;
  windows_.splice(windows_.begin(), windows_, found);
  return windows_.front();
}

void ReadAhead::release(const Id& pack, const Span& claimed, WindowPtr window) {
  const std::scoped_lock lock(mutex_);
  const auto mine = std::find_if(being_read_.begin(), being_read_.end(), [&](const auto& reading) {
    return reading.first == pack && reading.second.offset == claimed.offset &&
           reading.second.length == claimed.length;
  });
  being_read_.erase(mine);
  if (window) windows_.push_front(std::move(window));
  if (windows_.size() > kWindows) windows_.pop_back();
  released_.notify_all();
}

}  // namespace skyhold
