#include "http/byte_range.h"

#include <algorithm>
#include <charconv>

namespace skyhold {
namespace {

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [read, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || read != end) return std::nullopt;
  return value;
}

}  // namespace

std::optional<ByteRange> parse_byte_range(std::string_view header, std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  const std::size_t dash = header.find('-');
  if (!header.starts_with(kUnit) || dash == std::string_view::npos) return std::nullopt;
  const std::string_view begin = header.substr(kUnit.size(), dash - kUnit.size());
  const std::string_view end = header.substr(dash + 1);
  const auto first = number(begin);
  const auto last = number(end);
  if (begin.empty() && last) {
    const std::uint64_t count = std::min(*last, size);
    return ByteRange{size - count, count};
  }
  if (!first || (!last && !end.empty()) || (last && *last < *first)) return std::nullopt;
  if (*first >= size) return ByteRange{size, 0};
  return ByteRange{*first, std::min(last.value_or(size), size - 1) - *first + 1};
}

}  // namespace skyhold
