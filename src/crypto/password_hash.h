// Passwords of people, as they are kept: argon2id in the PHC text form.
#pragma once

#include <string>
#include <string_view>

namespace skyhold {

struct PasswordHashCost {
  unsigned operations = 3;
  unsigned memory_bytes = 64U << 20;
};

// "$argon2id$v=19$m=65536,t=3,p=1$…". About 0.1 s and memory_bytes.
std::string hash_password(std::string_view password, const PasswordHashCost& cost = {});
// In a time that does not depend on how much of it is right. False for text that is no hash.
bool password_matches(std::string_view hash, std::string_view password);

}  // namespace skyhold
