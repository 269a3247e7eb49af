// Text as an ERP holds it: sentences of business prose with names, amounts, dates and
// references, and the HTML around them. It compresses three to four times, as such text does.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "random.h"

namespace sample {

const std::vector<std::string_view>& first_names();
const std::vector<std::string_view>& last_names();
const std::vector<std::string_view>& cities();
const std::vector<std::string_view>& company_kinds();
const std::vector<std::string_view>& product_words();

class TextWriter {
 public:
  explicit TextWriter(std::uint64_t seed) : random_(seed) {}

  [[nodiscard]] Random& random() { return random_; }

  std::string person();
  std::string sentence();
  // A few words, such as a subject or a label.
  std::string phrase(unsigned words);
  // Sentences of at least this many bytes.
  std::string prose(std::size_t bytes);
  // A message body of about this many bytes.
  std::string html(std::size_t bytes);

 private:
  void append_word(std::string& text);
  void append_sentence(std::string& text);
  std::string_view pick(const std::vector<std::string_view>& list) {
    return list[random_.below(list.size())];
  }

  Random random_;
};

}  // namespace sample
