// Logging to standard error, through spdlog. Never log a key, a password or a URL
// that was not redacted.
#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

namespace skyhold::log {

enum class Level { kDebug, kInfo, kWarning, kError, kOff };
void set_level(Level level);
// kJson: a JSON object a line, {"at","level","message"} and what Scope adds, for machines to collect.
enum class Format { kText, kJson };
void set_format(Format format);
void write(Level level, std::string_view message);
// As it is, whatever the level: what a person in front of a terminal has to know.
void say(std::string_view text);

// While it lives, lines of this thread carry the field, such as the job that is worked on.
class Scope {
 public:
  Scope(std::string_view field, std::string_view value);
  ~Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
};

template <typename... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::kDebug, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::kInfo, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::kWarning, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace skyhold::log
