#include "base/log.h"

#include <atomic>
#include <cstdio>
#include <utility>
#include <vector>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace skyhold::log {
namespace {

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::kDebug: return spdlog::level::debug;
    case Level::kInfo: return spdlog::level::info;
    case Level::kWarning: return spdlog::level::warn;
    case Level::kError: return spdlog::level::err;
    case Level::kOff: return spdlog::level::off;
  }
  return spdlog::level::off;
}

constexpr const char* kTextPattern = "%Y-%m-%dT%H:%M:%S.%e %^%l%$ %v";
// The formatter writes times in UTC then.
constexpr const char* kJsonPattern = R"({"at":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";

std::atomic<Format> chosen_format{Format::kText};
thread_local std::vector<std::pair<std::string, std::string>> fields;

// A string of JSON. Bytes above 0x7f are taken for UTF-8.
std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (static_cast<unsigned char>(c) < ' ') {
      result += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      result += c;
    }
  }
  return result + '"';
}

std::string json_line(std::string_view message) {
  std::string line = "\"message\":" + quoted(message);
  for (const auto& [field, value] : fields) line += fmt::format(",{}:{}", quoted(field), quoted(value));
  return line;
}

std::string text_line(std::string_view message) {
  std::string line(message);
  for (const auto& [field, value] : fields) line += fmt::format(" {}={}", field, value);
  return line;
}

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
    auto made = spdlog::stderr_color_mt("skyhold");
    made->set_pattern(kTextPattern);
    made->set_level(spdlog::level::warn);
    return made;
  }();
  return *instance;
}

}  // namespace

void set_level(Level level) {
  logger().set_level(to_spdlog(level));
}

void set_format(Format format) {
  chosen_format = format;
  if (format == Format::kJson) {
    logger().set_pattern(kJsonPattern, spdlog::pattern_time_type::utc);
  } else {
    logger().set_pattern(kTextPattern);
  }
}

void write(Level level, std::string_view message) {
  if (!logger().should_log(to_spdlog(level))) return;
  logger().log(to_spdlog(level), "{}",
               chosen_format == Format::kJson ? json_line(message) : text_line(message));
}

void say(std::string_view text) {
  logger().flush();
  // When it cannot be written there is nobody to tell.
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), stderr));
}

Scope::Scope(std::string_view field, std::string_view value) {
  fields.emplace_back(field, value);
}

Scope::~Scope() {
  fields.pop_back();
}

}  // namespace skyhold::log
