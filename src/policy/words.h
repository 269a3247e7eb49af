// Small English: lists and numbers in sentences.
#pragma once

#include <string>
#include <vector>

namespace skyhold {

std::string join_words(const std::vector<std::string>& words);       // "a", "a and b", "a, b and c"
std::string number_word(int number);                                 // "no", "one" … "twelve", "13"
std::string counted(long long number, const std::string& singular);  // "1 hour", "5 hours"

}  // namespace skyhold
