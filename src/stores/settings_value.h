// How TOML is read into settings: values that know their place in the file, and tables of the
// keys that there may be. Included by parsers only, for toml++ compiles slowly; its exceptions
// end in read_toml().
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/result.h"
#include "base/suggest.h"
#include "stores/store_settings.h"

namespace skyhold::settings {

inline constexpr std::size_t kMostTextBytes = 1000;
// Dotted keys nest without a bound in the library, but not over the end of a line.
inline constexpr std::size_t kLongestLineBytes = 4096;

inline bool contains_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

inline bool names_a_secret(std::string_view key) {
  std::string lower(key);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  return contains_any(lower, {"secret", "password", "passphrase", "token", "private_key", "access_key"});
}

inline bool looks_like_a_secret(std::string_view value) {
  const bool access_key = value.size() >= 16 && (value.starts_with("AKIA") || value.starts_with("ASIA") ||
                                                 value.starts_with("GOOG1"));
  const std::size_t scheme = value.find("://");
  const bool user_in_url =
      scheme != std::string_view::npos && value.find('@', scheme) != std::string_view::npos;
  return access_key || user_in_url || contains_any(value, {"-----BEGIN", "\"private_key\""});
}

inline constexpr std::string_view kSecretsHint =
    "keep secrets out of this file: name a file that holds them (credentials.file), or the beginning of "
    "environment variables (credentials.environment)";

// A node of the file and how to speak of it.
struct Value {
  std::string_view file;
  std::string path;  // "stores.near-1.region"
  const toml::node* node = nullptr;

  [[nodiscard]] auto refuse(std::string_view why, std::string_view hint) const {
    return refuse_at(node->source(), fmt::format("{} {}", path, why), hint);
  }
  [[nodiscard]] tl::unexpected<Error> refuse_at(const toml::source_region& where, std::string_view what,
                                                std::string_view hint) const {
    return fail(ErrorCode::kInvalidArgument, fmt::format("{} line {}: {}", file, where.begin.line, what),
                std::string(hint));
  }

  [[nodiscard]] Result<std::string> text() const {
    const auto* string = node->as_string();
    if (string == nullptr) return refuse("must be text in quotes", "write it in quotes: \"…\"");
    const std::string& value = string->get();
    if (looks_like_a_secret(value)) return refuse("looks like a secret", kSecretsHint);
    const bool printable = std::all_of(
        value.begin(), value.end(), [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != 0x7f; });
    if (value.empty() || value.size() > kMostTextBytes || !printable) {
      return refuse("must be 1 to 1000 bytes of text without control characters",
                    "leave the key out for its default");
    }
    return value;
  }

  [[nodiscard]] Result<std::string> one_of(const std::vector<std::string>& allowed) const {
    std::string value = TRY(text());
    if (std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return value;
    return refuse("has a value that there is not", fmt::format("write one of: {}", fmt::join(allowed, ", ")));
  }

  [[nodiscard]] Result<std::string> absolute_path() const {
    std::string value = TRY(text());
    if (!value.starts_with('/')) return refuse("must be an absolute path", "begin it with '/'");
    return value;
  }

  // An array of texts.
  [[nodiscard]] Result<std::vector<std::string>> texts(std::size_t least, std::size_t most) const {
    const auto* values = node->as_array();
    if (values == nullptr || values->size() < least || values->size() > most) {
      return refuse(fmt::format("must be a list of {} to {} texts", least, most),
                    "write it as [\"…\", \"…\"]");
    }
    std::vector<std::string> all;
    for (std::size_t i = 0; i < values->size(); ++i) {
      all.push_back(TRY(Value{file, fmt::format("{}[{}]", path, i), values->get(i)}.text()));
    }
    return all;
  }

  [[nodiscard]] Result<bool> boolean() const {
    const auto* value = node->as_boolean();
    if (value == nullptr) return refuse("must be true or false", "write it without quotes");
    return value->get();
  }

  [[nodiscard]] Result<int> integer(int least, int most) const {
    const auto* value = node->as_integer();
    if (value == nullptr || value->get() < least || value->get() > most) {
      return refuse(fmt::format("must be a whole number from {} to {}", least, most),
                    "write it without quotes");
    }
    return static_cast<int>(value->get());
  }

  [[nodiscard]] Result<const toml::table*> table() const {
    const auto* value = node->as_table();
    if (value == nullptr)
      return refuse("must be a table", fmt::format("write [{}] and its keys below", path));
    return value;
  }

  // Puts what a parser of plain text said to its place in the file.
  template <typename T>
  [[nodiscard]] Result<T> at_this_place(Result<T> parsed) const {
    if (parsed) return parsed;
    return refuse(fmt::format("is wrong: {}", parsed.error().message), parsed.error().hint);
  }
};

// A key that a table may have, and what to do with it.
template <typename Target>
struct Field {
  std::string_view key;
  std::string_view schemes;  // of the stores that it means something for; empty: all
  Status (*read)(const Value& value, Target& target);
};

template <typename Target>
tl::unexpected<Error> unknown_key(const Value& of, const toml::key& key,
                                  std::span<const Field<Target>> fields) {
  if (names_a_secret(key.str())) {
    return of.refuse_at(key.source(), fmt::format("{} may not hold secrets", of.path), kSecretsHint);
  }
  std::vector<std::string> names;
  for (const Field<Target>& field : fields) names.emplace_back(field.key);
  const std::string near = nearest(key.str(), names);
  const std::string what =
      fmt::format("there is no setting {}{}{}", of.path, of.path.empty() ? "" : ".", key.str().substr(0, 64));
  return of.refuse_at(key.source(), what,
                      near.empty() ? fmt::format("there are: {}", fmt::join(names, ", "))
                                   : fmt::format("did you mean {}?", near));
}

// Reads every key of a table, each of which must be one of `fields`.
template <typename Target>
Status read_fields(const Value& of, std::span<const Field<Target>> fields, std::string_view scheme,
                   Target& target) {
  for (const auto& [key, node] : *TRY(of.table())) {
    const auto field = std::find_if(fields.begin(), fields.end(),
                                    [&, name = key.str()](const auto& each) { return each.key == name; });
    if (field == fields.end()) return unknown_key(of, key, fields);
    const Value value{
        of.file, of.path.empty() ? std::string(key.str()) : fmt::format("{}.{}", of.path, key.str()), &node};
    if (!field->schemes.empty() && field->schemes.find(scheme) == std::string_view::npos) {
      return value.refuse(fmt::format("means nothing to a store at {}://", scheme),
                          fmt::format("it is for stores at {}; leave it out", field->schemes));
    }
    TRY(field->read(value, target));
  }
  return {};
}

template <auto Member, typename Target>
Status read_text(const Value& value, Target& target) {
  target.*Member = TRY(value.text());
  return {};
}

template <auto Member, typename Target>
Status read_path(const Value& value, Target& target) {
  target.*Member = TRY(value.absolute_path());
  return {};
}

template <auto Member, typename Target>
Status read_boolean(const Value& value, Target& target) {
  target.*Member = TRY(value.boolean());
  return {};
}

inline Status check_bounds(std::string_view text, std::string_view file_name) {
  if (text.size() > kMostSettingsBytes) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} is larger than {} bytes", file_name, kMostSettingsBytes),
                "is it the settings file?");
  }
  std::size_t line = 1;
  for (std::size_t at = 0; at < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (end - at > kLongestLineBytes) {
      return fail(
          ErrorCode::kInvalidArgument,
          fmt::format("{} line {}: the line is longer than {} bytes", file_name, line, kLongestLineBytes),
          "break it into several");
    }
    at = end + 1;
  }
  return {};
}

// A key that another parser of the same file reads.
template <typename Target>
Status read_elsewhere(const Value&, Target&) {
  return {};
}

// Parses `text` and hands its root to `read`.
template <typename Settings, typename Read>
Result<Settings> read_toml(std::string_view text, std::string_view file_name, Settings settings,
                           const Read& read) {
  TRY(check_bounds(text, file_name));
  try {
    const toml::table root = toml::parse(text);
    TRY(read(Value{file_name, "", &root}, settings));
    return settings;
  } catch (const toml::parse_error& error) {
    return fail(
        ErrorCode::kInvalidArgument,
        fmt::format("{} line {}: not TOML: {}", file_name, error.source().begin.line, error.description()),
        "docs/settings.md shows an example");
  }
}

}  // namespace skyhold::settings
