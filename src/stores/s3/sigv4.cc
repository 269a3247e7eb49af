#include "stores/s3/sigv4.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <map>

#include <fmt/format.h>

#include "base/assert.h"
#include "base/encoding.h"
#include "crypto/hash.h"
#include "crypto/hmac.h"

namespace skyhold {
namespace {

struct Words {
  std::string_view algorithm;
  std::string_view key_prefix;
  std::string_view terminator;
  std::string_view header_prefix;
};

Words words_of(SigningDialect dialect) {
  if (dialect == SigningDialect::kGoogle) return {"GOOG4-HMAC-SHA256", "GOOG4", "goog4_request", "x-goog-"};
  return {"AWS4-HMAC-SHA256", "AWS4", "aws4_request", "x-amz-"};
}

// "20261123T010000Z"
std::string basic_time(Instant instant) {
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count();
  std::tm utc{};
  SKYHOLD_ASSERT(::gmtime_r(&seconds, &utc) != nullptr);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                     utc.tm_hour, utc.tm_min, utc.tm_sec);
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// Without spaces at the ends, and with one in place of several.
std::string trimmed(std::string_view value) {
  std::string result;
  for (const char c : value) {
    const bool is_space = c == ' ' || c == '\t';
    if (is_space && (result.empty() || result.back() == ' ')) continue;
    result += is_space ? ' ' : c;
  }
  if (!result.empty() && result.back() == ' ') result.pop_back();
  return result;
}

struct CanonicalHeaders {
  std::string lines;
  std::string names;  // "host;x-amz-date"
};

CanonicalHeaders canonical_headers(const std::vector<HttpHeader>& headers) {
  std::map<std::string, std::string> values;
  for (const HttpHeader& header : headers) {
    const auto [entry, is_new] = values.try_emplace(lower_case(header.name), trimmed(header.value));
    if (!is_new) entry->second += "," + trimmed(header.value);
  }
  CanonicalHeaders canonical;
  for (const auto& [name, value] : values) {
    canonical.lines += fmt::format("{}:{}\n", name, value);
    canonical.names += (canonical.names.empty() ? "" : ";") + name;
  }
  return canonical;
}

Hmac signing_key(const AwsKeys& keys, const SigningScope& scope, const Words& words, std::string_view day) {
  const std::string first = fmt::format("{}{}", words.key_prefix, keys.secret_access_key);
  Hmac key = hmac_sha256(as_bytes(first), as_bytes(day));
  key = hmac_sha256(key, as_bytes(scope.region));
  key = hmac_sha256(key, as_bytes(scope.service));
  return hmac_sha256(key, as_bytes(words.terminator));
}

}  // namespace

std::string uri_encode(std::string_view text, std::string_view keep) {
  constexpr std::string_view kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string encoded;
  for (const char c : text) {
    if (kUnreserved.find(c) != std::string_view::npos || keep.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

std::string canonical_query(const std::vector<std::pair<std::string, std::string>>& query) {
  std::vector<std::pair<std::string, std::string>> sorted;
  for (const auto& [name, value] : query) sorted.emplace_back(uri_encode(name), uri_encode(value));
  std::sort(sorted.begin(), sorted.end());
  std::string text;
  for (const auto& [name, value] : sorted) {
    text += fmt::format("{}{}={}", text.empty() ? "" : "&", name, value);
  }
  return text;
}

std::vector<HttpHeader> sign(const UnsignedRequest& request, const AwsKeys& keys, const SigningScope& scope,
                             Instant now) {
  const Words words = words_of(scope.dialect);
  const std::string time = basic_time(now);
  const std::string day = time.substr(0, 8);

  std::vector<HttpHeader> headers = request.headers;
  headers.push_back({fmt::format("{}date", words.header_prefix), time});
  if (!keys.session_token.empty()) {
    headers.push_back({fmt::format("{}security-token", words.header_prefix), keys.session_token});
  }
  const CanonicalHeaders canonical = canonical_headers(headers);
  const std::string canonical_request =
      fmt::format("{}\n{}\n{}\n{}\n{}\n{}", to_string(request.method), request.path,
                  canonical_query(request.query), canonical.lines, canonical.names, request.payload_sha256);

  const std::string credential_scope =
      fmt::format("{}/{}/{}/{}", day, scope.region, scope.service, words.terminator);
  const std::string string_to_sign = fmt::format("{}\n{}\n{}\n{}", words.algorithm, time, credential_scope,
                                                 sha256(as_bytes(canonical_request)).hex());
  const Hmac signature = hmac_sha256(signing_key(keys, scope, words, day), as_bytes(string_to_sign));
  headers.push_back({"authorization", fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}",
                                                  words.algorithm, keys.access_key_id, credential_scope,
                                                  canonical.names, hex_encode(signature))});
  return headers;
}

}  // namespace skyhold
