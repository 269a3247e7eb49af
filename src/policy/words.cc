#include "policy/words.h"

#include <array>

#include <fmt/format.h>

namespace skyhold {

std::string join_words(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
    text += words[i];
  }
  return text;
}

std::string number_word(int number) {
  static constexpr std::array kWords{"no",    "one",   "two",  "three", "four",   "five",  "six",
                                     "seven", "eight", "nine", "ten",   "eleven", "twelve"};
  if (number < 0 || number >= static_cast<int>(kWords.size())) return std::to_string(number);
  return kWords[static_cast<std::size_t>(number)];
}

std::string counted(long long number, const std::string& singular) {
  return fmt::format("{} {}{}", number, singular, number == 1 ? "" : "s");
}

}  // namespace skyhold
