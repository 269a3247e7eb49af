#include "capture/odoo/odoo_conf.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include <fmt/format.h>

#include "capture/filestore.h"

namespace skyhold {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFormHint =
    "Odoo's configuration has a line [options], and below it lines key = value";

struct Value {
  std::string text;
  int line = 0;
};
using Values = std::map<std::string, Value, std::less<>>;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\f\v";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

// Never with the line's text: it may hold a password.
tl::unexpected<Error> bad_line(int line, std::string_view what) {
  return fail(ErrorCode::kInvalidArgument, fmt::format("line {} of the Odoo configuration {}", line, what),
              std::string(kFormHint));
}

// Python's configparser, as Odoo uses it: "key = value" or "key: value", keys in any case,
// whole-line comments, and indented lines that continue a value.
class Reader {
 public:
  Result<Values> read(std::string_view text) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      ++line_;
      TRY(take(text.substr(0, end)));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (!seen_options_) {
      return fail(ErrorCode::kInvalidArgument, "the Odoo configuration has no section [options]",
                  std::string(kFormHint));
    }
    return std::move(values_);
  }

 private:
  Status take(std::string_view line) {
    if (line.find('\0') != std::string_view::npos) return bad_line(line_, "holds a zero byte");
    const std::string_view content = trimmed(line);
    if (content.empty() || content.front() == '#' || content.front() == ';') return {};
    const bool indented = line.front() == ' ' || line.front() == '\t';
    if (indented && in_key_) return continue_value(content);
    if (content.front() == '[') return take_section(content);
    return take_pair(content);
  }

  Status continue_value(std::string_view content) {
    if (current_ != nullptr) current_->text += fmt::format("\n{}", content);
    return {};
  }

  Status take_section(std::string_view content) {
    const std::size_t end = content.find(']');
    if (end == std::string_view::npos || end == 1) return bad_line(line_, "is no section name");
    in_options_ = content.substr(1, end - 1) == "options";
    in_section_ = true;
    in_key_ = false;
    if (in_options_ && seen_options_) return bad_line(line_, "is a second section [options]");
    seen_options_ = seen_options_ || in_options_;
    return {};
  }

  Status take_pair(std::string_view content) {
    if (!in_section_) return bad_line(line_, "stands before any section");
    const std::size_t separator = content.find_first_of("=:");
    if (separator == std::string_view::npos || separator == 0) return bad_line(line_, "is not key = value");
    in_key_ = true;
    current_ = nullptr;
    if (!in_options_) return {};
    const std::string key = lower(trimmed(content.substr(0, separator)));
    const auto [at, is_new] =
        values_.try_emplace(key, Value{std::string(trimmed(content.substr(separator + 1))), line_});
    if (!is_new) {
      return bad_line(line_, fmt::format("repeats a key of line {}, which Odoo refuses", at->second.line));
    }
    current_ = &at->second;
    return {};
  }

  Values values_;
  Value* current_ = nullptr;  // what an indented line continues
  int line_ = 0;
  bool in_section_ = false;
  bool in_options_ = false;
  bool seen_options_ = false;
  bool in_key_ = false;
};

bool is_unset(std::string_view text) {
  const std::string word = lower(text);
  return word.empty() || word == "false" || word == "none";
}

// One line of text, or empty when it is not set.
Result<std::string> plain_value(const Values& values, std::string_view key) {
  const auto found = values.find(key);
  if (found == values.end() || is_unset(found->second.text)) return std::string();
  const bool plain = std::all_of(found->second.text.begin(), found->second.text.end(),
                                 [](char c) { return static_cast<unsigned char>(c) >= ' '; });
  if (!plain) return bad_line(found->second.line, fmt::format("gives {} more than one line of text", key));
  return found->second.text;
}

std::vector<std::string> parts_of(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    if (const auto part = trimmed(text.substr(0, end)); !part.empty()) parts.emplace_back(part);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

Status check_port(const Values& values, const std::string& port) {
  if (port.empty()) return {};
  int number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  constexpr int kHighestPort = 65535;
  if (error == std::errc() && end == port.data() + port.size() && number > 0 && number <= kHighestPort)
    return {};
  return bad_line(values.find("db_port")->second.line, "gives db_port no port number (1 to 65535)");
}

Status check_sslmode(const Values& values, const std::string& mode) {
  constexpr std::array<std::string_view, 6> kModes{"disable", "allow",     "prefer",
                                                   "require", "verify-ca", "verify-full"};
  if (mode.empty() || std::find(kModes.begin(), kModes.end(), mode) != kModes.end()) return {};
  return bad_line(values.find("db_sslmode")->second.line,
                  "gives db_sslmode none of disable, allow, prefer, require, verify-ca, verify-full");
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace

Result<OdooConf> parse_odoo_conf(std::string_view text) {
  const Values values = TRY(Reader().read(text));
  OdooConf conf;
  conf.db_host = TRY(plain_value(values, "db_host"));
  conf.db_port = TRY(plain_value(values, "db_port"));
  conf.db_user = TRY(plain_value(values, "db_user"));
  conf.db_password = TRY(plain_value(values, "db_password"));
  conf.db_sslmode = TRY(plain_value(values, "db_sslmode"));
  conf.db_names = parts_of(TRY(plain_value(values, "db_name")));
  conf.data_dir = TRY(plain_value(values, "data_dir"));
  TRY(check_port(values, conf.db_port));
  TRY(check_sslmode(values, conf.db_sslmode));
  const auto addons = values.find("addons_path");
  if (addons != values.end() && !is_unset(addons->second.text)) {
    for (std::string& path : parts_of(addons->second.text)) conf.addons_path.emplace_back(std::move(path));
  }
  return conf;
}

Result<std::string> odoo_database_name(const OdooConf& conf, std::string_view database) {
  if (!database.empty()) return std::string(database);
  if (conf.db_names.size() == 1) return conf.db_names.front();
  return fail(ErrorCode::kInvalidArgument,
              conf.db_names.empty() ? "the Odoo configuration names no database (db_name)"
                                    : "the Odoo configuration names several databases (db_name)",
              "say which database the branch has");
}

Result<std::string> odoo_database_url(const OdooConf& conf, std::string_view database) {
  const std::string name = TRY(odoo_database_name(conf, database));
  std::string url = "postgresql://" + percent_encoded(conf.db_user);
  if (!conf.db_password.empty()) url += ":" + percent_encoded(conf.db_password);
  if (!conf.db_user.empty() || !conf.db_password.empty()) url += "@";
  url += percent_encoded(conf.db_host);
  if (!conf.db_port.empty()) url += ":" + conf.db_port;
  url += "/" + percent_encoded(name);
  if (!conf.db_sslmode.empty()) url += "?sslmode=" + conf.db_sslmode;
  return url;
}

Result<PgTarget> odoo_database_target(const OdooConf& conf, std::string_view database) {
  return PgTarget::parse(TRY(odoo_database_url(conf, database)));
}

Result<fs::path> odoo_filestore(const OdooConf& conf, std::string_view database, const fs::path& odoo_home) {
  const std::string name = TRY(odoo_database_name(conf, database));
  if (!is_safe_relative_name(name) || name.find('/') != std::string::npos) {
    return fail(ErrorCode::kInvalidArgument, "the database's name is no name of a directory",
                "give the filestore's directory itself");
  }
  if (!conf.data_dir.empty()) return conf.data_dir / "filestore" / name;
  if (!odoo_home.empty()) return odoo_home / ".local" / "share" / "Odoo" / "filestore" / name;
  return fail(ErrorCode::kInvalidArgument, "the Odoo configuration names no data_dir",
              "Odoo then keeps it in .local/share/Odoo of its user's home: give the filestore's directory");
}

}  // namespace skyhold
