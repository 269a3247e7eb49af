#include "api/json_value.h"

#include <cmath>

#include <fmt/format.h>

#include "base/assert.h"
#include "base/utf8.h"

namespace skyhold {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

void append_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t length = utf8_character_bytes(text);
    const auto byte = static_cast<unsigned char>(text.front());
    if (length == 0) {
      out += kReplacement;
      text.remove_prefix(1);
      continue;
    }
    if (byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\u{:04x}", byte);
    } else if (byte == '"' || byte == '\\') {
      out += '\\';
      out += text.front();
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  out += '"';
}

void append_value(std::string& out, const JsonValue& value) {
  switch (value.type()) {
    case JsonValue::Type::kNull: out += "null"; return;
    case JsonValue::Type::kBoolean: out += value.as_boolean() ? "true" : "false"; return;
    case JsonValue::Type::kInteger: out += fmt::format_int(value.as_integer()).c_str(); return;
    case JsonValue::Type::kNumber:
      out += std::isfinite(value.as_number()) ? fmt::format("{}", value.as_number()) : "null";
      return;
    case JsonValue::Type::kString: append_string(out, value.as_string()); return;
    case JsonValue::Type::kArray:
    case JsonValue::Type::kObject: break;
  }
  const bool is_object = value.is(JsonValue::Type::kObject);
  out += is_object ? '{' : '[';
  for (std::size_t i = 0; i < value.items().size(); ++i) {
    if (i > 0) out += ',';
    if (is_object) {
      append_string(out, value.keys()[i]);
      out += ':';
    }
    append_value(out, value.items()[i]);
  }
  out += is_object ? '}' : ']';
}

}  // namespace

JsonValue JsonValue::boolean(bool value) {
  JsonValue json;
  json.type_ = Type::kBoolean;
  json.boolean_ = value;
  return json;
}

JsonValue JsonValue::integer(std::int64_t value) {
  JsonValue json;
  json.type_ = Type::kInteger;
  json.integer_ = value;
  return json;
}

JsonValue JsonValue::number(double value) {
  JsonValue json;
  json.type_ = Type::kNumber;
  json.number_ = value;
  return json;
}

JsonValue JsonValue::string(std::string_view value) {
  JsonValue json;
  json.type_ = Type::kString;
  json.string_ = value;
  return json;
}

JsonValue JsonValue::array() {
  JsonValue json;
  json.type_ = Type::kArray;
  return json;
}

JsonValue JsonValue::object() {
  JsonValue json;
  json.type_ = Type::kObject;
  return json;
}

bool JsonValue::as_boolean() const {
  SKYHOLD_ASSERT(type_ == Type::kBoolean);
  return boolean_;
}

std::int64_t JsonValue::as_integer() const {
  SKYHOLD_ASSERT(type_ == Type::kInteger);
  return integer_;
}

double JsonValue::as_number() const {
  if (type_ == Type::kInteger) return static_cast<double>(integer_);
  SKYHOLD_ASSERT(type_ == Type::kNumber);
  return number_;
}

const std::string& JsonValue::as_string() const {
  SKYHOLD_ASSERT(type_ == Type::kString);
  return string_;
}

void JsonValue::push(JsonValue value) {
  SKYHOLD_ASSERT(type_ == Type::kArray);
  items_.push_back(std::move(value));
}

const JsonValue* JsonValue::find(std::string_view key) const {
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (keys_[i] == key) return &items_[i];
  }
  return nullptr;
}

std::string JsonValue::text(std::string_view key) const {
  return optional_text(key).value_or(std::string());
}

std::optional<std::string> JsonValue::optional_text(std::string_view key) const {
  const JsonValue* found = find(key);
  if (found == nullptr) return std::nullopt;
  return found->as_string();
}

bool JsonValue::flag(std::string_view key, bool otherwise) const {
  const JsonValue* found = find(key);
  return found == nullptr ? otherwise : found->as_boolean();
}

std::int64_t JsonValue::integer(std::string_view key, std::int64_t otherwise) const {
  const JsonValue* found = find(key);
  return found == nullptr ? otherwise : found->as_integer();
}

JsonValue& JsonValue::set(std::string_view key, JsonValue value) {
  SKYHOLD_ASSERT(type_ == Type::kObject && find(key) == nullptr);
  keys_.emplace_back(key);
  items_.push_back(std::move(value));
  return *this;
}

JsonValue json_strings(const std::vector<std::string>& texts) {
  JsonValue array = JsonValue::array();
  for (const std::string& text : texts) array.push(JsonValue::string(text));
  return array;
}

std::string to_text(const JsonValue& value) {
  std::string out;
  append_value(out, value);
  return out;
}

}  // namespace skyhold
