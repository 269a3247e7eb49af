// Parts of answers as people read them. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "cli/api_json.h"
#include "cli/table.h"

namespace skyhold {

// "2026-11-23 01:00:00 UTC"; "-" when there is none.
std::string api_time(const ApiJson& json, std::string_view key);
// "3 h ago"; "-" when there is none.
std::string api_age(const ApiJson& json, std::string_view key, Instant now);
std::string api_bytes(const ApiJson& json, std::string_view key);
std::string or_dash(const std::string& text);
// "at_risk" as "at risk".
std::string api_words(std::string_view name);

// "There are more: add --after …", where a list says so.
std::string more_text(const ApiJson& list);

// A row of facts; nothing is added when the value is empty.
void add_fact(Table& facts, const std::string& name, const std::string& value);

// "3 of 3 stored", with what is wrong with one where something is.
std::string copies_text(const ApiJson& copies);
std::string backup_text(const ApiJson& backup);
std::string job_text(const ApiJson& job);

}  // namespace skyhold
