// What a password must be.
#pragma once

#include <string_view>

#include "base/result.h"

namespace skyhold {

inline constexpr std::size_t kFewestPasswordCharacters = 12;
inline constexpr std::size_t kMostPasswordBytes = 1024;

// Length is what counts; beside it only what guessers try first is refused: well-known passwords
// however they are dressed up, runs and repetitions, and the name of the account.
// kInvalidArgument says which; never with the password in it.
Status check_new_password(std::string_view password, std::string_view account_name);

}  // namespace skyhold
