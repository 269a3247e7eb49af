#include "operations/export/text_search.h"

#include <algorithm>
#include <clocale>
#include <cwctype>

#include "base/utf8.h"

namespace skyhold {
namespace {

// The C library's table of letters, whatever the process's own locale is. It is there for good.
locale_t letters() {
  static const locale_t kLetters = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return kLetters;
}

char32_t code_point(std::string_view character) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  char32_t code = at(0) & (0x7FU >> character.size());
  for (std::size_t i = 1; i < character.size(); ++i) code = (code << 6U) | (at(i) & 0x3FU);
  return code;
}

void append_code_point(std::string& out, char32_t code) {
  const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80U | ((code >> shift) & 0x3FU)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0U | (code >> 6U));
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0U | (code >> 12U));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0U | (code >> 18U));
    tail(12);
    tail(6);
    tail(0);
  }
}

char small(char each) {
  return each >= 'A' && each <= 'Z' ? static_cast<char>(each - 'A' + 'a') : each;
}

}  // namespace

std::string folded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(1, utf8_character_bytes(text));
    if (length == 1 || letters() == nullptr) {
      for (const char each : text.substr(0, length)) out += small(each);
    } else {
      const char32_t code = code_point(text.substr(0, length));
      append_code_point(out, static_cast<char32_t>(::towlower_l(static_cast<wint_t>(code), letters())));
    }
    text.remove_prefix(length);
  }
  return out;
}

TextSearch::TextSearch(std::string_view wanted) {
  const std::string all = folded(wanted);
  for (std::size_t from = 0; from < all.size();) {
    const std::size_t end = std::min(all.find(' ', from), all.size());
    if (end > from) words_.push_back(all.substr(from, end - from));
    from = end + 1;
  }
}

bool TextSearch::finds(std::string_view text) const {
  const std::string in = folded(text);
  return std::all_of(words_.begin(), words_.end(),
                     [&](const std::string& word) { return in.find(word) != std::string::npos; });
}

}  // namespace skyhold
