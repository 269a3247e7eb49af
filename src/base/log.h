// Logging to standard error, through spdlog. Never log a key, a password or a URL
// that was not redacted.
#pragma once

#include <string_view>

#include <fmt/format.h>

namespace skyhold::log {

enum class Level { kDebug, kInfo, kWarning, kError, kOff };
void set_level(Level level);
void write(Level level, std::string_view message);

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
