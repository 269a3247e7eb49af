#include "cli/format.h"

#include <cmath>

#include <fmt/format.h>

#include "base/human.h"

namespace skyhold {
namespace {

bool starts_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
}

// Breaks one paragraph into lines.
std::string wrapped_paragraph(std::string_view text, std::size_t width, const std::string& margin) {
  std::string result;
  std::string line;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find_first_of(" \n", at), text.size());
    const std::string_view word = text.substr(at, end - at);
    at = end + 1;
    if (word.empty()) continue;
    const std::size_t needed = display_width(line) + 1 + display_width(word) + margin.size();
    if (!line.empty() && needed > width) {
      result += margin + line + "\n";
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  if (!line.empty()) result += margin + line + "\n";
  return result;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool c1_control =
        byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (c1_control) ++i;
    result.push_back(byte < 0x20 || byte == 0x7F || c1_control ? '?' : text[i]);
  }
  return result;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (const char byte : text) width += starts_character(byte) ? 1 : 0;
  return width;
}

std::string truncated(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  std::size_t end = 0;
  std::size_t characters = 0;
  while (end < text.size() && (characters < width || !starts_character(text[end]))) {
    if (starts_character(text[end])) ++characters;
    ++end;
  }
  return std::string(text.substr(0, end));
}

std::string utc_time(Instant instant) {
  std::string text = format_rfc3339(std::chrono::floor<std::chrono::seconds>(instant));
  text.replace(10, 1, " ");
  text.replace(19, 1, " UTC");
  return text;
}

std::string age(Instant then, Instant now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now - then).count();
  if (seconds < -60) return "in the future";
  if (seconds < 60) return "just now";
  if (seconds < 3600) return fmt::format("{} min ago", seconds / 60);
  if (seconds < 48 * 3600) return fmt::format("{} h ago", seconds / 3600);
  return fmt::format("{} days ago", seconds / (24 * 3600));
}

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", human_count(count), count == 1 ? one : many);
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "-";
  const double share = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  if (share > 0 && share < 10) return fmt::format("{:.1f} %", share);
  // 100 is only for all of it.
  return fmt::format("{} %", part < whole ? std::min(99L, std::lround(share)) : std::lround(share));
}

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  const std::string margin(indent, ' ');
  std::string result;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find("\n\n", at), text.size());
    if (!result.empty()) result += "\n";
    result += wrapped_paragraph(text.substr(at, end - at), width, margin);
    at = end + 2;
  }
  return result;
}

}  // namespace skyhold
