// JSON as a tree: what comes in, strictly, and what goes out.
//
// Small on purpose: routes build and read many such values, and this header compiles fast.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace skyhold {

class JsonValue {
 public:
  enum class Type { kNull, kBoolean, kInteger, kNumber, kString, kArray, kObject };

  JsonValue() = default;  // null
  static JsonValue boolean(bool value);
  static JsonValue integer(std::int64_t value);
  static JsonValue number(double value);
  static JsonValue string(std::string_view value);
  static JsonValue array();
  static JsonValue object();

  [[nodiscard]] Type type() const { return type_; }
  [[nodiscard]] bool is(Type type) const { return type_ == type; }
  // Asking for another type than it has is a bug and asserts.
  [[nodiscard]] bool as_boolean() const;
  [[nodiscard]] std::int64_t as_integer() const;
  [[nodiscard]] double as_number() const;  // of an integer too
  [[nodiscard]] const std::string& as_string() const;

  // ---- arrays
  [[nodiscard]] const std::vector<JsonValue>& items() const { return items_; }  // of objects: their values
  void push(JsonValue value);

  // ---- objects; members keep the order in which they were set
  [[nodiscard]] const std::vector<std::string>& keys() const { return keys_; }
  [[nodiscard]] const JsonValue* find(std::string_view key) const;  // nullptr: not there, or no object
  // The text of a member; empty when it is not there.
  [[nodiscard]] std::string text(std::string_view key) const;
  [[nodiscard]] std::optional<std::string> optional_text(std::string_view key) const;
  [[nodiscard]] bool flag(std::string_view key, bool otherwise) const;
  [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t otherwise) const;

  // Sets a member that was not there before.
  JsonValue& set(std::string_view key, JsonValue value);
  JsonValue& set(std::string_view key, std::string_view value) { return set(key, string(value)); }
  JsonValue& set(std::string_view key, const char* value) { return set(key, string(value)); }
  JsonValue& set(std::string_view key, const std::string& value) { return set(key, string(value)); }
  JsonValue& set(std::string_view key, Instant value) { return set(key, string(format_rfc3339(value))); }
  JsonValue& set(std::string_view key, const std::optional<Instant>& value) {
    return value ? set(key, *value) : set(key, JsonValue{});
  }
  template <std::same_as<bool> T>
  JsonValue& set(std::string_view key, T value) {
    return set(key, boolean(value));
  }
  template <std::integral T>
  requires(!std::same_as<T, bool>) JsonValue& set(std::string_view key, T value) {
    return set(key, integer(static_cast<std::int64_t>(value)));
  }
  JsonValue& set(std::string_view key, double value) { return set(key, number(value)); }

 private:
  Type type_ = Type::kNull;
  bool boolean_ = false;
  std::int64_t integer_ = 0;
  double number_ = 0;
  std::string string_;
  std::vector<JsonValue> items_;
  std::vector<std::string> keys_;
};

// An array of strings.
JsonValue json_strings(const std::vector<std::string>& texts);

// On one line. What is not UTF-8 becomes U+FFFD: names in a database need not be text.
std::string to_text(const JsonValue& value);

}  // namespace skyhold
