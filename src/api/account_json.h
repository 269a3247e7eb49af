// People and what they hold to get in, as the contract shows them.
#pragma once

#include "access/access.h"
#include "api/json_value.h"

namespace skyhold {

JsonValue to_json(const Account& account);
JsonValue to_json(const SessionRecord& session);
JsonValue to_json(const ApiToken& token);
JsonValue to_json(const Member& member);
JsonValue to_json(const AuditRecord& record);
// The caller: who, in which projects, and what changes have to repeat.
JsonValue to_json(const Principal& who);

// {"items": […]}
template <typename Items>
JsonValue item_list(const Items& items) {
  JsonValue array = JsonValue::array();
  for (const auto& item : items) array.push(to_json(item));
  JsonValue json = JsonValue::object();
  json.set("items", std::move(array));
  return json;
}

}  // namespace skyhold
