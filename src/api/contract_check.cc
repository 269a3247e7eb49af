// Values held against schemas.
#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "api/contract.h"

namespace skyhold {
namespace {

using Type = JsonValue::Type;

std::string_view type_name(Type type) {
  switch (type) {
    case Type::kNull: return "null";
    case Type::kBoolean: return "boolean";
    case Type::kInteger: return "integer";
    case Type::kNumber: return "number";
    case Type::kString: return "string";
    case Type::kArray: return "array";
    case Type::kObject: return "object";
  }
  return "";
}

bool type_fits(std::string_view wanted, Type type) {
  return wanted == type_name(type) || (wanted == "number" && type == Type::kInteger);
}

std::string under(const std::string& field, std::string_view member) {
  return field.empty() ? std::string(member) : fmt::format("{}.{}", field, member);
}

std::string named(const std::string& field) {
  return field.empty() ? "the value" : fmt::format("\"{}\"", field);
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool is_date(std::string_view text) {
  return text.size() == 10 && parse_rfc3339(fmt::format("{}T00:00:00Z", text)).has_value();
}

// One walk over a value; the recursion is as deep as the value, which the parser bounded.
class Check {
 public:
  explicit Check(const Contract& contract) : contract_(contract) {}

  std::optional<JsonFault> value(const JsonValue& value, const JsonValue& unresolved,
                                 const std::string& field) const {
    const JsonValue& schema = contract_.resolve(unresolved);
    if (auto fault = type(value, schema, field)) return fault;
    if (auto fault = one_of(value, schema, field)) return fault;
    switch (value.type()) {
      case Type::kInteger:
      case Type::kNumber: return number(value, schema, field);
      case Type::kString: return string(value.as_string(), schema, field);
      case Type::kArray: return array(value, schema, field);
      case Type::kObject: return object(value, schema, field);
      case Type::kNull:
      case Type::kBoolean: break;
    }
    return std::nullopt;
  }

 private:
  static std::optional<JsonFault> type(const JsonValue& value, const JsonValue& schema,
                                       const std::string& field) {
    const JsonValue* wanted = schema.find("type");
    if (wanted == nullptr) return std::nullopt;
    std::string words;
    if (wanted->is(Type::kString)) {
      if (type_fits(wanted->as_string(), value.type())) return std::nullopt;
      words = wanted->as_string();
    }
    for (const JsonValue& each : wanted->items()) {
      if (type_fits(each.as_string(), value.type())) return std::nullopt;
      words += fmt::format("{}{}", words.empty() ? "" : " or ", each.as_string());
    }
    return JsonFault{field,
                     fmt::format("{} is of type {}, not {}", named(field), type_name(value.type()), words)};
  }

  static std::optional<JsonFault> one_of(const JsonValue& value, const JsonValue& schema,
                                         const std::string& field) {
    const JsonValue* allowed = schema.find("enum");
    if (allowed == nullptr) return std::nullopt;
    std::string words;
    for (const JsonValue& each : allowed->items()) {
      if (value.is(Type::kString) && each.as_string() == value.as_string()) return std::nullopt;
      words += fmt::format("{}\"{}\"", words.empty() ? "" : ", ", each.as_string());
    }
    return JsonFault{field, fmt::format("{} is none of {}", named(field), words)};
  }

  static std::optional<JsonFault> number(const JsonValue& value, const JsonValue& schema,
                                         const std::string& field) {
    const JsonValue* minimum = schema.find("minimum");
    const JsonValue* maximum = schema.find("maximum");
    if (minimum != nullptr && value.as_number() < minimum->as_number()) {
      return JsonFault{field, fmt::format("{} is less than {}", named(field), minimum->as_number())};
    }
    if (maximum != nullptr && value.as_number() > maximum->as_number()) {
      return JsonFault{field, fmt::format("{} is more than {}", named(field), maximum->as_number())};
    }
    return std::nullopt;
  }

  static std::optional<JsonFault> string(const std::string& text, const JsonValue& schema,
                                         const std::string& field) {
    const auto length = static_cast<std::int64_t>(characters(text));
    if (length < schema.integer("minLength", length)) {
      return JsonFault{field, fmt::format("{} is too short", named(field))};
    }
    if (length > schema.integer("maxLength", length)) {
      return JsonFault{field, fmt::format("{} is longer than {} characters", named(field),
                                          schema.integer("maxLength", 0))};
    }
    const std::string format = schema.text("format");
    if (format == "date-time" && !parse_rfc3339(text)) {
      return JsonFault{field, fmt::format("{} is not a time such as 2026-11-23T01:00:00Z", named(field))};
    }
    if (format == "date" && !is_date(text)) {
      return JsonFault{field, fmt::format("{} is not a day such as 2026-11-23", named(field))};
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<JsonFault> array(const JsonValue& value, const JsonValue& schema,
                                               const std::string& field) const {
    const JsonValue* items = schema.find("items");
    if (items == nullptr) return std::nullopt;
    for (std::size_t i = 0; i < value.items().size(); ++i) {
      if (auto fault = this->value(value.items()[i], *items, fmt::format("{}[{}]", field, i))) return fault;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<JsonFault> object(const JsonValue& value, const JsonValue& schema,
                                                const std::string& field) const {
    if (const JsonValue* required = schema.find("required")) {
      for (const JsonValue& name : required->items()) {
        if (value.find(name.as_string()) != nullptr) continue;
        const std::string missing = under(field, name.as_string());
        return JsonFault{missing, fmt::format("{} is missing", named(missing))};
      }
    }
    const JsonValue* properties = schema.find("properties");
    const bool closed = !schema.flag("additionalProperties", true);
    for (std::size_t i = 0; i < value.keys().size(); ++i) {
      const std::string at = under(field, value.keys()[i]);
      const JsonValue* known = properties == nullptr ? nullptr : properties->find(value.keys()[i]);
      if (known == nullptr && closed) return JsonFault{at, fmt::format("{} is not known here", named(at))};
      if (known == nullptr) continue;
      if (auto fault = this->value(value.items()[i], *known, at)) return fault;
    }
    return std::nullopt;
  }

  const Contract& contract_;
};

}  // namespace

std::optional<JsonFault> Contract::check(const JsonValue& value, const JsonValue& schema) const {
  return Check(*this).value(value, schema, {});
}

tl::expected<JsonValue, JsonFault> Contract::read_parameter(const OperationParameter& parameter,
                                                            std::string_view text) const {
  const std::string type = resolve(*parameter.schema).text("type");
  JsonValue value = JsonValue::string(text);
  if (type == "boolean" && (text == "true" || text == "false")) value = JsonValue::boolean(text == "true");
  if (type == "integer") {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size()) value = JsonValue::integer(number);
  }
  auto fault = check(value, *parameter.schema);
  if (fault) {
    if (fault->field.empty() && fault->message.starts_with("the value")) {
      fault->message = fmt::format("\"{}\"{}", parameter.name, fault->message.substr(9));
    }
    fault->field = parameter.name;
    return tl::unexpected<JsonFault>(std::move(*fault));
  }
  return value;
}

}  // namespace skyhold
