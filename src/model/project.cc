#include "model/project.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/utf8.h"
#include "model/enum_names.h"

namespace skyhold {
namespace {

constexpr EnumNames<BranchType, 3> kBranchTypes{{
    {BranchType::kProduction, "production"},
    {BranchType::kStaging, "staging"},
    {BranchType::kDevelopment, "development"},
}};

constexpr EnumNames<Role, 4> kRoles{{
    {Role::kNone, "none"},
    {Role::kUser, "user"},
    {Role::kAdmin, "admin"},
    {Role::kOperator, "operator"},
}};

constexpr EnumNames<Role, 2> kMemberRoles{{
    {Role::kUser, "user"},
    {Role::kAdmin, "admin"},
}};

constexpr std::size_t kMostSlugBytes = 63;  // what PostgreSQL gives a database name
constexpr std::string_view kReplacement = "\xef\xbf\xbd";
constexpr std::string_view kEllipsis = "…";

bool is_letter_or_digit(char each) {
  return (each >= 'a' && each <= 'z') || (each >= '0' && each <= '9');
}

bool is_slug(std::string_view text) {
  if (text.empty() || text.size() > kMostSlugBytes) return false;
  if (!is_letter_or_digit(text.front()) || !is_letter_or_digit(text.back())) return false;
  for (const char each : text) {
    if (!is_letter_or_digit(each) && each != '-') return false;
  }
  return true;
}

// C0, DEL and C1 (which UTF-8 writes as 0xc2 0x80 to 0xc2 0x9f).
bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first < 0x20 || first == 0x7f;
  return character.size() == 2 && first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
}

// A name that was refused is shown only when a terminal or a page can show it.
std::string shown(std::string_view text) {
  return fmt::format("\"{}\"", clean_text(text, kMostSlugBytes + 1));
}

}  // namespace

std::string_view to_string(BranchType type) {
  return enum_name(kBranchTypes, type);
}
Result<BranchType> parse_branch_type(std::string_view text) {
  return parse_enum(kBranchTypes, "a type of branch", text);
}

std::string_view to_string(Role role) {
  return enum_name(kRoles, role);
}
Result<Role> parse_member_role(std::string_view text) {
  return parse_enum(kMemberRoles, "a role of a member", text);
}

Status check_slug(std::string_view what, std::string_view text) {
  if (is_slug(text)) return {};
  return fail(
      ErrorCode::kInvalidArgument,
      text.empty() ? fmt::format("{} is empty", what) : fmt::format("{} cannot be {}", what, shown(text)),
      "use 1 to 63 of a-z, 0-9 and '-', beginning and ending with a letter or a digit");
}

Status check_text(std::string_view what, std::string_view text, std::size_t most_bytes) {
  if (text.size() > most_bytes) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} has {} bytes; at most {} are allowed", what, text.size(), most_bytes),
                "make it shorter");
  }
  while (!text.empty()) {
    const std::size_t length = utf8_character_bytes(text);
    if (length == 0) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("{} is not valid UTF-8", what),
                  "send it as UTF-8");
    }
    if (is_control(text.substr(0, length))) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("{} holds a control character (a line break, a tab or the like)", what),
                  "write it as one line of plain text");
    }
    text.remove_prefix(length);
  }
  return {};
}

std::string clean_text(std::string_view text, std::size_t most_bytes) {
  std::string clean;
  std::size_t cut_at = 0;  // the last end of a character that leaves room for the ellipsis
  while (!text.empty() && clean.size() <= most_bytes) {
    const std::size_t length = utf8_character_bytes(text);
    if (length == 0) {
      clean += kReplacement;
    } else {
      const std::string_view character = text.substr(0, length);
      clean += is_control(character) ? " " : character;
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
    if (clean.size() + kEllipsis.size() <= most_bytes) cut_at = clean.size();
  }
  if (clean.size() <= most_bytes) return clean;
  clean.resize(cut_at);
  if (kEllipsis.size() <= most_bytes) clean += kEllipsis;
  return clean;
}

}  // namespace skyhold
