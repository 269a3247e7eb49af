#include "operations/export/dump_section.h"

#include <fmt/format.h>

namespace skyhold {
namespace {

constexpr std::string_view kRestrict = "\\restrict ";
constexpr std::string_view kEnding = "--\n-- PostgreSQL database dump complete\n--\n";
constexpr std::size_t kTailBytes = 4096;
constexpr std::size_t kLongestOpening = 64 * 1024;

tl::unexpected<Error> unfinished(std::string_view what) {
  return fail(ErrorCode::kSource, fmt::format("pg_restore wrote a script {}", what),
              "install the client programs of the server's version");
}

}  // namespace

Status DumpSection::write(ByteView bytes) {
  held_ += as_text(bytes);
  if (in_opening_) TRY(pass_opening());
  return in_opening_ ? Status() : pass_all_but_tail();
}

// Line by line, until the first that is SQL.
Status DumpSection::pass_opening() {
  std::size_t at = 0;
  while (true) {
    const std::size_t end = held_.find('\n', at);
    if (end == std::string::npos) {
      if (held_.size() > kLongestOpening) return unfinished("without an end of its opening comment");
      held_.erase(0, at);
      return {};
    }
    const std::string_view line = std::string_view(held_).substr(at, end - at);
    if (line.starts_with(kRestrict)) {
      restrict_key_ = line.substr(kRestrict.size());
    } else if (!line.empty() && !line.starts_with("--")) {
      in_opening_ = false;
      held_.erase(0, at);
      return {};
    }
    if (opening_ == Opening::kKeep)
      TRY(sink_.write(as_bytes(std::string_view(held_).substr(at, end + 1 - at))));
    at = end + 1;
  }
}

Status DumpSection::pass_all_but_tail() {
  if (held_.size() < 16 * kTailBytes) return {};
  const std::size_t count = held_.size() - kTailBytes;
  TRY(sink_.write(as_bytes(std::string_view(held_).substr(0, count))));
  held_.erase(0, count);
  return {};
}

Status DumpSection::finish() {
  const std::size_t at = held_.rfind(kEnding);
  if (in_opening_ || at == std::string::npos) return unfinished("without an end marker");
  std::string_view rest = std::string_view(held_).substr(at + kEnding.size());
  const bool ends = rest.find_first_not_of('\n') == std::string_view::npos ||
                    rest.find("\\unrestrict ") == rest.find_first_not_of('\n');
  if (!ends) return unfinished("with more behind its end marker");
  return sink_.write(as_bytes(std::string_view(held_).substr(0, at)));
}

std::string dump_ending(const std::string& restrict_key) {
  std::string text = fmt::format("{}\n", kEnding);
  if (!restrict_key.empty()) text += fmt::format("\\unrestrict {}\n\n", restrict_key);
  return text;
}

}  // namespace skyhold
