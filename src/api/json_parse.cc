#include "api/json_parse.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/assert.h"

namespace skyhold {
namespace {

// Builds the tree as the parser tells it what comes, and stops it at the first thing refused:
// nothing larger than the limits is ever built. The names are those that the parser calls.
class TreeBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit TreeBuilder(const JsonLimits& limits) : limits_(limits) {}

  bool null() override { return add(JsonValue{}); }
  bool boolean(bool value) override { return add(JsonValue::boolean(value)); }
  bool number_integer(number_integer_t value) override { return add(JsonValue::integer(value)); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return refuse("is too large a number");
    }
    return add(JsonValue::integer(static_cast<std::int64_t>(value)));
  }
  bool number_float(number_float_t value, const string_t&) override { return add(JsonValue::number(value)); }
  bool string(string_t& value) override {
    if (value.find('\0') != string_t::npos) return refuse("holds a NUL character");
    return add(JsonValue::string(value));
  }
  bool binary(binary_t&) override { return refuse("is binary"); }
  bool start_object(std::size_t) override { return open(JsonValue::object()); }
  bool key(string_t& value) override {
    Level& level = levels_.back();
    level.key = value;
    if (value.find('\0') != string_t::npos) return refuse("has a NUL character in its name");
    if (level.value.find(value) != nullptr) return refuse("comes twice");
    return true;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(JsonValue::array()); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) override {
    fault_ = {{}, fmt::format("the text is not JSON near its byte {}", position)};
    return false;
  }

  JsonValue take() { return std::move(root_); }
  JsonFault fault() { return std::move(fault_); }

 private:
  struct Level {
    JsonValue value;
    std::string key;  // of an object: the member that comes
  };

  bool open(JsonValue value) {
    if (levels_.size() >= limits_.depth) return refuse("is nested too deeply");
    if (++values_ > limits_.values) return refuse("makes the text hold too many values");
    levels_.push_back({std::move(value), {}});
    return true;
  }

  bool close() {
    JsonValue value = std::move(levels_.back().value);
    levels_.pop_back();
    place(std::move(value));
    return true;
  }

  bool add(JsonValue value) {
    if (++values_ > limits_.values) return refuse("makes the text hold too many values");
    place(std::move(value));
    return true;
  }

  void place(JsonValue value) {
    if (levels_.empty()) {
      root_ = std::move(value);
    } else if (levels_.back().value.is(JsonValue::Type::kArray)) {
      levels_.back().value.push(std::move(value));
    } else {
      levels_.back().value.set(levels_.back().key, std::move(value));
    }
  }

  bool refuse(std::string_view why) {
    std::string field;
    for (const Level& level : levels_) {
      if (level.value.is(JsonValue::Type::kArray)) {
        field += fmt::format("[{}]", level.value.items().size());
      } else {
        field += fmt::format("{}{}", field.empty() ? "" : ".", level.key);
      }
    }
    const std::string what = field.empty() ? "the value" : fmt::format("\"{}\"", field);
    fault_ = {field, fmt::format("{} {}", what, why)};
    return false;
  }

  const JsonLimits limits_;
  std::vector<Level> levels_;
  std::size_t values_ = 0;
  JsonValue root_;
  JsonFault fault_;
};

}  // namespace

tl::expected<JsonValue, JsonFault> parse_json(std::string_view text, const JsonLimits& limits) {
  TreeBuilder builder(limits);
  const bool whole = nlohmann::json::sax_parse(text, &builder);
  if (!whole) return tl::unexpected<JsonFault>(builder.fault());
  return builder.take();
}

}  // namespace skyhold
