#include "capture/odoo/mimetypes.h"

#include <algorithm>

namespace skyhold {
namespace {

constexpr std::size_t kMostNameBytes = 127;  // RFC 6838 allows as many on either side; nobody comes near

bool is_name_character(char each) {
  return (each >= 'a' && each <= 'z') || (each >= '0' && each <= '9') ||
         std::string_view("!#$&-^_.+").find(each) != std::string_view::npos;
}

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_name_character);
}

// "" unless it is one.
std::string clean_mimetype(std::string_view text) {
  text = text.substr(0, text.find(';'));
  while (text.ends_with(' ')) text.remove_suffix(1);
  while (text.starts_with(' ')) text.remove_prefix(1);
  if (text.size() > kMostNameBytes) return {};
  std::string name(text);
  for (char& each : name) {
    if (each >= 'A' && each <= 'Z') each = static_cast<char>(each - 'A' + 'a');
  }
  const std::size_t slash = name.find('/');
  if (slash == std::string::npos) return {};
  const std::string_view whole(name);
  return is_name(whole.substr(0, slash)) && is_name(whole.substr(slash + 1)) ? name : std::string();
}

}  // namespace

Mimetypes::Number Mimetypes::number_of(std::string_view text) {
  const std::string name = clean_mimetype(text);
  if (name.empty()) return kUnknown;
  if (const auto found = numbers_.find(name); found != numbers_.end()) return found->second;
  if (names_.size() >= kMostTypes) return kUnknown;
  const auto number = static_cast<Number>(names_.size());
  names_.push_back(name);
  numbers_.emplace(name, number);
  return number;
}

}  // namespace skyhold
