#include "access/password_rules.h"

#include <algorithm>
#include <array>
#include <string>

#include "access/account_rows.h"
#include "model/json_text.h"

namespace skyhold {
namespace {

// A password must hold so much beside a well-known word and the account's name.
constexpr std::size_t kFewestOwnCharacters = 7;
constexpr std::size_t kFewestDistinctCharacters = 5;
constexpr std::size_t kShortestNamePart = 4;

// In lower case, longer before shorter: what guessers' lists are made of, and our own names.
constexpr std::array<std::string_view, 58> kWellKnown = {
    "correcthorsebatterystaple",
    "abcdefghijklmnopqrstuvwxyz",
    "trustno1trustno1",
    "1234567890",
    "0987654321",
    "qwertzuiop",
    "qwertyuiop",
    "azertyuiop",
    "asdfghjkl",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "zaq12wsx",
    "motdepasse",
    "administrator",
    "administrateur",
    "p@$$w0rd",
    "p@ssw0rd",
    "passw0rd",
    "passwort",
    "password",
    "contraseña",
    "iloveyou",
    "jetaime",
    "changeme",
    "letmein",
    "welcome",
    "bonjour",
    "princess",
    "princesse",
    "sunshine",
    "football",
    "baseball",
    "superman",
    "starwars",
    "charlie",
    "chocolat",
    "doudou",
    "soleil",
    "loulou",
    "dragon",
    "monkey",
    "shadow",
    "master",
    "secret",
    "summer",
    "winter",
    "qwerty",
    "azerty",
    "123456",
    "654321",
    "zxcvbn",
    "wxcvbn",
    "skyhold",
    "backup",
    "operator",
    "admin",
    "odoo",
    "test",
};

std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<std::uint8_t>(byte) & 0xc0U) != 0x80U;
  }));
}

void remove_all(std::string& text, std::string_view part) {
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at))
    text.erase(at, part.size());
}

// "P4ssw0rd" as "password".
std::string without_disguise(std::string text) {
  constexpr std::string_view kFrom = "0134578@$!";
  constexpr std::string_view kTo = "oieastbasi";
  for (char& character : text) {
    const std::size_t at = kFrom.find(character);
    if (at != std::string_view::npos) character = kTo[at];
  }
  return text;
}

std::size_t own_characters(std::string text) {
  constexpr std::string_view kSeparators = " .,-_!?*#";
  const auto is_separator = [&](char c) { return kSeparators.find(c) != std::string_view::npos; };
  text.erase(std::remove_if(text.begin(), text.end(), is_separator), text.end());
  for (const std::string_view word : kWellKnown) remove_all(text, word);
  return character_count(text);
}

// "aaaaaaaaaaaa", "abcabcabcabc", "abcdefghijkl", "987654321098": each character follows from others.
bool is_a_pattern(std::string_view text) {
  std::array<bool, 256> seen{};
  for (const char character : text) seen.at(static_cast<std::uint8_t>(character)) = true;
  if (std::count(seen.begin(), seen.end(), true) < static_cast<std::ptrdiff_t>(kFewestDistinctCharacters)) {
    return true;
  }
  std::size_t steps = 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const int step = text[i] - text[i - 1];
    if (step >= -1 && step <= 1) ++steps;
  }
  return text.size() - steps < kFewestDistinctCharacters;
}

bool is_mostly_the_name(const std::string& password, std::string_view account_name) {
  const std::string name = account_name_key(account_name);
  for (const std::string& part : {name, name.substr(0, name.find('@'))}) {
    if (password == part) return true;
    if (part.size() < kShortestNamePart) continue;
    std::string rest = password;
    remove_all(rest, part);
    if (rest.size() < password.size() && character_count(rest) < kFewestOwnCharacters) return true;
  }
  return false;
}

tl::unexpected<Error> refuse(std::string problem) {
  return fail(ErrorCode::kInvalidArgument, "the new password " + std::move(problem),
              "take at least 12 characters that nobody would guess: a few words that do not belong together "
              "are easy to keep");
}

}  // namespace

Status check_new_password(std::string_view password, std::string_view account_name) {
  if (password.size() > kMostPasswordBytes) return refuse("is longer than 1024 bytes");
  if (!is_utf8(password)) return refuse("is not UTF-8 text");
  if (character_count(password) < kFewestPasswordCharacters) return refuse("is shorter than 12 characters");
  const std::string lower = account_name_key(password);
  if (is_mostly_the_name(lower, account_name)) return refuse("is mostly the account's name");
  if (is_a_pattern(lower)) return refuse("is a simple pattern");
  const std::size_t own = std::min(own_characters(lower), own_characters(without_disguise(lower)));
  if (own < kFewestOwnCharacters) return refuse("is one of those that are tried first");
  return {};
}

}  // namespace skyhold
