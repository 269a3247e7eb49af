// Text that people look for: in any order of its words, in capitals or not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace skyhold {

// In small letters, of every alphabet; what is not UTF-8 stays as it is.
std::string folded(std::string_view text);

class TextSearch {
 public:
  explicit TextSearch(std::string_view wanted);

  // Whether `text` holds each of the words.
  [[nodiscard]] bool finds(std::string_view text) const;

 private:
  std::vector<std::string> words_;  // folded
};

}  // namespace skyhold
