#include "http/server_target.h"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace skyhold {
namespace {

constexpr std::size_t kMostParameters = 128;

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

// How many bytes follow a lead byte, and the least code point that needs so many: a longer form
// of a shorter character is another spelling of it, which a check would miss.
struct Utf8Lead {
  std::size_t following;
  std::uint32_t bits;
  std::uint32_t least;
};

std::optional<Utf8Lead> utf8_lead(unsigned char byte) {
  if (byte < 0x80) return Utf8Lead{0, byte, 0};
  if ((byte & 0xE0) == 0xC0) return Utf8Lead{1, byte & 0x1FU, 0x80};
  if ((byte & 0xF0) == 0xE0) return Utf8Lead{2, byte & 0x0FU, 0x800};
  if ((byte & 0xF8) == 0xF0) return Utf8Lead{3, byte & 0x07U, 0x10000};
  return std::nullopt;
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::optional<Utf8Lead> lead = utf8_lead(static_cast<unsigned char>(text[i++]));
    if (!lead || text.size() - i < lead->following) return false;
    std::uint32_t code_point = lead->bits;
    for (std::size_t k = 0; k < lead->following; ++k) {
      const auto byte = static_cast<unsigned char>(text[i++]);
      if ((byte & 0xC0) != 0x80) return false;
      code_point = code_point << 6 | (byte & 0x3FU);
    }
    const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
    if (code_point < lead->least || code_point > 0x10FFFF || surrogate) return false;
  }
  return true;
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

Result<std::string> decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(plus_is_space && text[i] == '+' ? ' ' : text[i]);
      continue;
    }
    const auto high = i + 1 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
    const auto low = i + 2 < text.size() ? hex_digit(text[i + 2]) : std::nullopt;
    if (!high || !low) {
      return fail(ErrorCode::kInvalidArgument, "the target has a '%' that begins no escape",
                  "write it as %25");
    }
    out.push_back(static_cast<char>(*high << 4 | *low));
    i += 2;
  }
  if (!is_utf8(out)) return fail(ErrorCode::kInvalidArgument, "the target is not UTF-8 once decoded");
  return out;
}

Result<std::string> decoded_segment(std::string_view segment) {
  std::string text = TRY(decoded(segment, false));
  if (text == "." || text == "..") {
    return fail(ErrorCode::kInvalidArgument, "the path has a segment \".\" or \"..\"");
  }
  if (std::ranges::any_of(text, [](char c) { return is_control(c) || c == '/' || c == '\\'; })) {
    return fail(ErrorCode::kInvalidArgument, "the path has a control character, or an encoded slash");
  }
  return text;
}

Result<std::string> decoded_path(std::string_view path) {
  std::string out;
  for (std::string_view rest = path; !rest.empty();) {
    rest.remove_prefix(1);  // its '/'
    const std::string_view segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(segment.size());
    if (segment.empty() && !rest.empty()) {
      return fail(ErrorCode::kInvalidArgument, "the path has an empty segment", "write one '/' only");
    }
    out += '/';
    out += TRY(decoded_segment(segment));
  }
  return out;
}

Result<std::string> decoded_parameter(std::string_view text) {
  std::string out = TRY(decoded(text, true));
  if (std::ranges::any_of(out, [](char c) { return is_control(c) && c != '\t' && c != '\n'; })) {
    return fail(ErrorCode::kInvalidArgument, "the query has a control character");
  }
  return out;
}

Result<std::vector<std::pair<std::string, std::string>>> decoded_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.empty()) continue;
    if (parameters.size() == kMostParameters) {
      return fail(ErrorCode::kInvalidArgument, "the query has too many parameters");
    }
    const std::size_t equals = std::min(pair.find('='), pair.size());
    std::string name = TRY(decoded_parameter(pair.substr(0, equals)));
    std::string value = TRY(decoded_parameter(pair.substr(std::min(equals + 1, pair.size()))));
    parameters.emplace_back(std::move(name), std::move(value));
  }
  return parameters;
}

}  // namespace

Result<ServerTarget> parse_server_target(std::string_view target) {
  if (!target.starts_with('/')) {
    return fail(ErrorCode::kInvalidArgument, "the target does not begin with '/'",
                "send the path only, and the host in the Host header");
  }
  const auto is_foreign = [](char c) { return c <= ' ' || c >= 0x7F || c == '#' || c == '\\'; };
  if (std::ranges::any_of(target, is_foreign)) {
    return fail(ErrorCode::kInvalidArgument, "the target has characters that must be percent-encoded");
  }
  const std::size_t mark = std::min(target.find('?'), target.size());
  ServerTarget parsed;
  parsed.path = TRY(decoded_path(target.substr(0, mark)));
  parsed.query = TRY(decoded_query(target.substr(std::min(mark + 1, target.size()))));
  return parsed;
}

}  // namespace skyhold
