#include "archive/archive_limits.h"

#include <fmt/format.h>

#include "base/human.h"
#include "base/utf8.h"

namespace skyhold {
namespace {

constexpr std::size_t kShownBytes = 160;

bool is_control(unsigned char byte) {
  return byte < 0x20 || byte == 0x7f;
}

// Why a name is unsafe; empty: it is not.
std::string_view fault_of(std::string_view name) {
  if (name.empty()) return "it has no name";
  if (name.front() == '/') return "its name is absolute";
  if (name.find('\0') != std::string_view::npos) return "its name holds a NUL";
  if (name.find('\\') != std::string_view::npos) return "its name holds a backslash";
  for (const char each : name) {
    if (is_control(static_cast<unsigned char>(each))) return "its name holds a control character";
  }
  if (!is_utf8(name)) return "its name is not UTF-8";
  if (name.size() >= 2 && name[1] == ':') return "its name begins with a drive";
  if (name.ends_with('/')) name.remove_suffix(1);
  while (true) {
    const auto slash = name.find('/');
    const std::string_view part = name.substr(0, slash);
    if (part.empty()) return "its name has an empty part";
    if (part == ".") return "its name has a part \".\"";
    if (part == "..") return "its name has a part \"..\"";
    if (slash == std::string_view::npos) return {};
    name.remove_prefix(slash + 1);
  }
}

}  // namespace

std::string printable_name(std::string_view name) {
  std::string shown;
  while (!name.empty() && shown.size() < kShownBytes) {
    const std::size_t length = utf8_character_bytes(name);
    const auto byte = static_cast<unsigned char>(name.front());
    if (length == 0 || is_control(byte)) {
      shown += fmt::format("\\x{:02x}", byte);
      name.remove_prefix(1);
    } else {
      shown += name.substr(0, length);
      name.remove_prefix(length);
    }
  }
  return name.empty() ? shown : shown + "…";
}

Status check_entry_name(std::string_view name, const ArchiveLimits& limits) {
  std::string fault(fault_of(name));
  if (name.size() > limits.max_name_bytes) {
    fault = fmt::format("its name has {} bytes, more than {}", name.size(), limits.max_name_bytes);
  }
  if (fault.empty()) return {};
  return fail(ErrorCode::kCorrupt,
              fmt::format("the archive's entry \"{}\" was refused: {}", printable_name(name), fault),
              "no tool that backs up Odoo writes such an archive; make a new one at its source");
}

Status ArchiveMeter::begin_entry(std::string_view name) {
  entry_ = name;
  entry_bytes_ = 0;
  if (++entries_ <= limits_.max_entries) return {};
  return fail(ErrorCode::kNoSpace, fmt::format("the archive has more than {} entries; the next is \"{}\"",
                                               human_count(limits_.max_entries), printable_name(name)));
}

Status ArchiveMeter::add_expanded(std::uint64_t bytes) {
  entry_bytes_ += bytes;
  expanded_bytes_ += bytes;
  const std::string where =
      entry_.empty() ? "the stream" : fmt::format("the entry \"{}\"", printable_name(entry_));
  if (entry_bytes_ > limits_.max_entry_bytes) {
    return fail(ErrorCode::kNoSpace,
                fmt::format("{} expands to more than {}", where, human_bytes(limits_.max_entry_bytes)));
  }
  if (expanded_bytes_ > limits_.max_total_bytes) {
    return fail(ErrorCode::kNoSpace, fmt::format("the archive expands to more than {}, in {}",
                                                 human_bytes(limits_.max_total_bytes), where));
  }
  if (expanded_bytes_ > limits_.ratio_free_bytes && expanded_bytes_ / limits_.max_ratio > compressed_bytes_) {
    return fail(ErrorCode::kNoSpace,
                fmt::format("{} is a compression bomb: {} came out of {}, more than {} times as much", where,
                            human_bytes(expanded_bytes_), human_bytes(compressed_bytes_), limits_.max_ratio),
                "expand the file yourself, look at it, and import what it holds");
  }
  return {};
}

}  // namespace skyhold
