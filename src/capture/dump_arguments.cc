#include "capture/dump_arguments.h"

#include <fmt/format.h>
#include <unistd.h>

namespace skyhold {
namespace {

// pg_dump asks the server once a pattern, and the server's regular expressions grow slow
// with many alternatives: on a database of 716 tables 1 a pattern took 0.67 s, 10 to 25
// took 0.6, 100 took 1.2.
constexpr std::size_t kNamesInPattern = 16;

// Left for the other arguments and the environment.
constexpr std::size_t kReservedBytes = 64 * 1024;

}  // namespace

std::vector<std::string> exclude_table_data_arguments(const std::vector<SourceTable>& tables) {
  std::vector<std::string> arguments;
  std::size_t at = 0;
  while (at < tables.size()) {
    const std::string& schema = tables[at].schema;
    // What stands in double quotes is taken literally, | and () outside of them are not.
    std::string pattern = fmt::format("--exclude-table-data={}.(", quote_identifier(schema));
    const std::size_t first = at;
    for (; at < tables.size() && at < first + kNamesInPattern && tables[at].schema == schema; ++at) {
      if (at > first) pattern.push_back('|');
      pattern += quote_identifier(tables[at].name);
    }
    arguments.push_back(pattern + ")");
  }
  return arguments;
}

Status check_command_line_size(const std::vector<std::string>& arguments) {
  std::size_t bytes = kReservedBytes;
  for (const std::string& argument : arguments) bytes += argument.size() + 1 + sizeof(char*);
  const long most = ::sysconf(_SC_ARG_MAX);
  if (most < 0 || bytes <= static_cast<std::size_t>(most)) return {};
  return fail(ErrorCode::kUnsupported,
              fmt::format("the names of all tables do not fit on pg_dump's command line ({} of {} bytes)",
                          bytes, most),
              "raise the stack limit of this process, of which the kernel allows a quarter: ulimit -s 24576");
}

}  // namespace skyhold
