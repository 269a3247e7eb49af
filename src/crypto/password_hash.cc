#include "crypto/password_hash.h"

#include <charconv>
#include <new>

#include <sodium.h>

#include "base/assert.h"

namespace skyhold {
namespace {

// A hash comes from the catalog; one that asks for more than this was not made by us.
constexpr std::uint64_t kMostMemoryKib = std::uint64_t{1} << 20;
constexpr std::uint64_t kMostOperations = 16;

void start_sodium() {
  static const int kStarted = sodium_init();
  SKYHOLD_ASSERT(kStarted >= 0);
}

// The number after `name` ("m="), which must begin at `text`; 0 when there is none. Advances `text`.
std::uint64_t take_number(std::string_view& text, std::string_view name) {
  if (!text.starts_with(name)) return 0;
  text.remove_prefix(name.size());
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return 0;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

bool cost_is_bearable(std::string_view hash) {
  constexpr std::string_view kPrefix = "$argon2id$v=19$";
  if (!hash.starts_with(kPrefix)) return false;
  hash.remove_prefix(kPrefix.size());
  const std::uint64_t memory_kib = take_number(hash, "m=");
  const std::uint64_t operations = take_number(hash, ",t=");
  return memory_kib > 0 && memory_kib <= kMostMemoryKib && operations > 0 && operations <= kMostOperations;
}

}  // namespace

std::string hash_password(std::string_view password, const PasswordHashCost& cost) {
  start_sodium();
  std::string hash(crypto_pwhash_STRBYTES, '\0');
  // libsodium fails here only when it cannot have the memory.
  if (crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), cost.operations, cost.memory_bytes,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw std::bad_alloc();
  }
  hash.resize(hash.find('\0'));
  return hash;
}

bool password_matches(std::string_view hash, std::string_view password) {
  start_sodium();
  if (hash.size() >= crypto_pwhash_STRBYTES || hash.find('\0') != std::string_view::npos) return false;
  if (!cost_is_bearable(hash)) return false;
  return crypto_pwhash_str_verify(std::string(hash).c_str(), password.data(), password.size()) == 0;
}

}  // namespace skyhold
