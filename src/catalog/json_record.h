// Typed members of one JSON object, with words for what is missing or wrong.
#pragma once

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/result.h"

namespace skyhold {

// All members are demanded but those that are called optional; others are ignored. Errors are
// kCorrupt and name the member and the record.
class JsonRecord {
 public:
  static Result<JsonRecord> of(const nlohmann::json& json, std::string name);

  Result<std::string> text(const char* key) const;
  Result<std::int64_t> integer(const char* key) const;
  Result<int> small(const char* key) const;
  Result<bool> flag(const char* key) const;
  Result<Instant> time(const char* key) const;
  Result<std::optional<Instant>> optional_time(const char* key) const;
  Result<const nlohmann::json*> array(const char* key) const;

 private:
  JsonRecord(const nlohmann::json& json, std::string name) : json_(&json), name_(std::move(name)) {}
  Result<const nlohmann::json*> member(const char* key) const;
  tl::unexpected<Error> wrong_type(const char* key) const;

  const nlohmann::json* json_;
  std::string name_;
};

tl::unexpected<Error> corrupt_contents(std::string problem);

}  // namespace skyhold
