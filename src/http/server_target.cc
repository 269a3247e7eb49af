#include "http/server_target.h"

#include <algorithm>
#include <optional>

#include "base/encoding.h"
#include "base/utf8.h"

namespace skyhold {
namespace {

constexpr std::size_t kMostParameters = 128;

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
