#include "capture/copy_text.h"

namespace skyhold {
namespace {

char unescape(char letter) {
  switch (letter) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'v': return '\v';
    default: return letter;
  }
}

std::optional<std::string> decode_field(std::string_view text) {
  if (text == "\\N") return std::nullopt;
  std::string field;
  field.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool escaped = text[at] == '\\' && at + 1 < text.size();
    field.push_back(escaped ? unescape(text[++at]) : text[at]);
  }
  return field;
}

}  // namespace

std::vector<std::optional<std::string>> decode_copy_row(std::string_view row) {
  if (row.ends_with('\n')) row.remove_suffix(1);
  std::vector<std::optional<std::string>> fields;
  while (true) {
    const auto tab = row.find('\t');  // inside a field a tab is written \t
    fields.push_back(decode_field(row.substr(0, tab)));
    if (tab == std::string_view::npos) return fields;
    row.remove_prefix(tab + 1);
  }
}

}  // namespace skyhold
