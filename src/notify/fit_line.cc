#include "notify/fit_line.h"

#include "base/utf8.h"

namespace skyhold {

std::string fit_line(std::string_view text, std::size_t most_bytes) {
  std::string line;
  while (!text.empty()) {
    const std::size_t bytes = utf8_character_bytes(text);
    if (line.size() + std::max<std::size_t>(bytes, 1) > most_bytes) return line + "…";
    const auto first = static_cast<unsigned char>(text.front());
    if (bytes == 0) {
      line += '?';
    } else if (bytes == 1 && (first < ' ' || first == 0x7f)) {
      line += ' ';
    } else {
      line += text.substr(0, bytes);
    }
    text.remove_prefix(std::max<std::size_t>(bytes, 1));
  }
  const std::size_t begin = line.find_first_not_of(' ');
  if (begin == std::string::npos) return {};
  return line.substr(begin, line.find_last_not_of(' ') - begin + 1);
}

}  // namespace skyhold
