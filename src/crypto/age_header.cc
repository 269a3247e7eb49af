#include "crypto/age_header.h"

#include <fmt/format.h>

#include "base/encoding.h"

namespace skyhold {
namespace {

constexpr std::string_view kVersion = "age-encryption.org/v1";
constexpr std::string_view kStanza = "-> ";
constexpr std::string_view kMac = "---";
constexpr std::size_t kColumns = 64;
constexpr std::size_t kMacBytes = 32;
constexpr std::size_t kMostStanzas = 1000;

tl::unexpected<Error> damaged(std::string_view what) {
  return fail(ErrorCode::kCorrupt, fmt::format("the age header is damaged: {}", what));
}

// The next line; nothing when none is left.
std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

Result<std::vector<std::string>> split_arguments(std::string_view line) {
  std::vector<std::string> arguments;
  while (true) {
    const auto space = line.find(' ');
    const std::string_view word = line.substr(0, space);
    if (word.empty()) return damaged("an empty argument");
    for (const char each : word) {
      if (each < '!' || each > '~') return damaged("an argument that is not printable");
    }
    arguments.emplace_back(word);
    if (space == std::string_view::npos) return arguments;
    line.remove_prefix(space + 1);
  }
}

// Full lines, then a shorter one, which may be empty.
Result<Bytes> take_body(std::string_view& text) {
  std::string encoded;
  while (true) {
    if (text.empty()) return damaged("a stanza without its end");
    const std::string_view line = take_line(text);
    if (line.size() > kColumns) return damaged("a line that is too long");
    encoded += line;
    if (line.size() < kColumns) return age_base64_decode(encoded);
  }
}

}  // namespace

std::string age_base64(ByteView bytes) {
  std::string text = base64_encode(bytes);
  text.erase(text.find_last_not_of('=') + 1);
  return text;
}

Result<Bytes> age_base64_decode(std::string_view text) {
  std::string padded(text);
  padded.append((4 - padded.size() % 4) % 4, '=');
  if (text.find('=') != std::string_view::npos) return damaged("padding");
  auto bytes = base64_decode(padded);
  if (!bytes || age_base64(*bytes) != text) return damaged("text that is not base64");
  return bytes;
}

std::string age_header_text(const std::vector<AgeStanza>& stanzas) {
  std::string text = fmt::format("{}\n", kVersion);
  for (const AgeStanza& stanza : stanzas) {
    text += "->";
    for (const std::string& argument : stanza.arguments) text += " " + argument;
    text += "\n";
    const std::string body = age_base64(stanza.body);
    for (std::size_t at = 0; at + kColumns <= body.size(); at += kColumns)
      text += body.substr(at, kColumns) + "\n";
    text += body.substr(body.size() / kColumns * kColumns) + "\n";
  }
  return text + std::string(kMac);
}

Result<std::size_t> age_header_length(std::string_view text) {
  const std::string_view begin = text.substr(0, kVersion.size());
  if (!kVersion.starts_with(begin)) return fail(ErrorCode::kCorrupt, "not an age file");
  const auto mac = text.find("\n--- ");
  const auto end = mac == std::string_view::npos ? mac : text.find('\n', mac + 1);
  if (end != std::string_view::npos && end < kLongestAgeHeader) return end + 1;
  if (text.size() < kLongestAgeHeader) return std::size_t{0};
  return damaged("it is too long");
}

Result<AgeHeader> decode_age_header(std::string_view text) {
  std::string_view rest = text;
  if (take_line(rest) != kVersion) return damaged("another version");
  AgeHeader header;
  while (rest.starts_with(kStanza)) {
    AgeStanza stanza;
    stanza.arguments = TRY(split_arguments(take_line(rest).substr(kStanza.size())));
    stanza.body = TRY(take_body(rest));
    header.stanzas.push_back(std::move(stanza));
    if (header.stanzas.size() > kMostStanzas) return damaged("too many recipients");
  }
  header.signed_text = std::string(text.substr(0, text.size() - rest.size())) + std::string(kMac);
  const std::string_view last = take_line(rest);
  if (!last.starts_with("--- ") || !rest.empty() || header.stanzas.empty()) return damaged("its end");
  header.mac = TRY(age_base64_decode(last.substr(4)));
  if (header.mac.size() != kMacBytes) return damaged("its MAC");
  return header;
}

}  // namespace skyhold
