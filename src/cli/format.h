// Small pieces of text for people. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace skyhold {

// Control characters become '?': names and notes come from outside and must not steer a terminal.
std::string printable(std::string_view text);
// Characters, not bytes, of UTF-8 text.
std::size_t display_width(std::string_view text);
// At most `width` characters.
std::string truncated(std::string_view text, std::size_t width);

std::string utc_time(Instant instant);       // "2026-11-23 01:00:00 UTC"
std::string age(Instant then, Instant now);  // "5 min ago", "3 h ago", "12 days ago"
std::string counted(std::uint64_t count, std::string_view one,
                    std::string_view many);                    // "1 file", "1 234 files"
std::string percent(std::uint64_t part, std::uint64_t whole);  // "14 %"; "-" of nothing
std::string joined(const std::vector<std::string>& parts, std::string_view separator);

// Words filled into lines of at most `width` characters, each after `indent` blanks; an empty line parts
// paragraphs. Ends with a newline unless it is empty.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent);

}  // namespace skyhold
