#include "capture/pg_text.h"

namespace skyhold {

std::vector<std::string> parse_array(std::string_view text) {
  std::vector<std::string> elements;
  if (text.size() < 2) return elements;
  text = text.substr(1, text.size() - 2);  // without the braces
  std::size_t at = 0;
  while (at < text.size()) {
    std::string element;
    const bool quoted = text[at] == '"';
    if (quoted) ++at;
    while (at < text.size() && text[at] != (quoted ? '"' : ',')) {
      if (text[at] == '\\' && at + 1 < text.size()) ++at;
      element.push_back(text[at++]);
    }
    at += quoted ? 2 : 1;  // the quote and the comma
    if (quoted || element != "NULL") elements.push_back(std::move(element));
  }
  return elements;
}

}  // namespace skyhold
