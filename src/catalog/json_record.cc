#include "catalog/json_record.h"

#include <limits>

#include <fmt/format.h>

namespace skyhold {

using Json = nlohmann::json;

tl::unexpected<Error> corrupt_contents(std::string problem) {
  return fail(ErrorCode::kCorrupt, "the catalog's backup is not valid: " + std::move(problem),
              "use the one of another store, or an earlier one");
}

Result<JsonRecord> JsonRecord::of(const Json& json, std::string name) {
  if (json.is_object()) return JsonRecord(json, std::move(name));
  return corrupt_contents(fmt::format("{} is not an object", name));
}

Result<const Json*> JsonRecord::member(const char* key) const {
  const auto found = json_->find(key);
  if (found != json_->end()) return &*found;
  return corrupt_contents(fmt::format("{} has no \"{}\"", name_, key));
}

tl::unexpected<Error> JsonRecord::wrong_type(const char* key) const {
  return corrupt_contents(fmt::format("\"{}\" of {} is of the wrong type", key, name_));
}

Result<std::string> JsonRecord::text(const char* key) const {
  const Json* value = TRY(member(key));
  if (!value->is_string()) return wrong_type(key);
  return value->get<std::string>();
}

Result<std::int64_t> JsonRecord::integer(const char* key) const {
  const Json* value = TRY(member(key));
  // An unsigned number may be beyond what a signed one holds.
  if (!value->is_number_integer()) return wrong_type(key);
  if (value->is_number_unsigned() &&
      value->get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return wrong_type(key);
  }
  return value->get<std::int64_t>();
}

Result<int> JsonRecord::small(const char* key) const {
  const std::int64_t value = TRY(integer(key));
  if (value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max()) {
    return wrong_type(key);
  }
  return static_cast<int>(value);
}

Result<bool> JsonRecord::flag(const char* key) const {
  const Json* value = TRY(member(key));
  if (!value->is_boolean()) return wrong_type(key);
  return value->get<bool>();
}

Result<Instant> JsonRecord::time(const char* key) const {
  const auto at = parse_rfc3339(TRY(text(key)));
  if (at) return *at;
  return corrupt_contents(fmt::format("\"{}\" of {}: {}", key, name_, at.error().message));
}

Result<std::optional<Instant>> JsonRecord::optional_time(const char* key) const {
  if (!json_->contains(key)) return std::nullopt;
  return TRY(time(key));
}

Result<const Json*> JsonRecord::array(const char* key) const {
  const Json* value = TRY(member(key));
  if (!value->is_array()) return wrong_type(key);
  return value;
}

}  // namespace skyhold
