#include "capture/dump_arguments.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <unistd.h>

namespace skyhold {
namespace {

// pg_dump asks the server once a pattern, and each question goes through all relations with a
// regular expression: 47 patterns of 16 names, for 707 tables, took 0.35 s of a dump's 0.7. So a
// schema gets one pattern for all names that do not end as those of its sequences do
// ("res_partner_id_seq", "ir_sequence_007"), and only what it misses is named.
constexpr std::string_view kLastOfSequences = "q0123456789";
constexpr std::string_view kOtherNames = "*[^q0-9]";

// The regular expressions grow slow with many alternatives: for 716 tables 1 a pattern took
// 0.67 s, 10 to 25 took 0.6, 100 took 1.2.
constexpr std::size_t kNamesInPattern = 16;

// Left for the other arguments and the environment.
constexpr std::size_t kReservedBytes = 64 * 1024;

bool ends_as_sequences_do(std::string_view name) {
  return kLastOfSequences.find(name.back()) != std::string_view::npos;
}

// Whether kOtherNames would hit none of what pg_dump is to bring.
bool can_exclude_others(const std::string& schema, const std::vector<DumpedRelation>& dumped) {
  return std::all_of(dumped.begin(), dumped.end(), [&](const DumpedRelation& relation) {
    return relation.schema != schema || ends_as_sequences_do(relation.name);
  });
}

// What stands in double quotes is taken literally, | and () outside of them are not.
std::string exclude_pattern(const std::string& schema, std::string_view names) {
  return fmt::format("--exclude-table-data={}.({})", quote_identifier(schema), names);
}

void exclude_exactly(const std::string& schema, const std::vector<std::string>& names,
                     std::vector<std::string>& arguments) {
  for (std::size_t first = 0; first < names.size(); first += kNamesInPattern) {
    std::string alternatives;
    for (std::size_t at = first; at < std::min(names.size(), first + kNamesInPattern); ++at) {
      if (at > first) alternatives.push_back('|');
      alternatives += quote_identifier(names[at]);
    }
    arguments.push_back(exclude_pattern(schema, alternatives));
  }
}

}  // namespace

std::vector<std::string> exclude_table_data_arguments(const std::vector<SourceTable>& tables,
                                                      const std::vector<DumpedRelation>& dumped) {
  std::vector<std::string> arguments;
  for (std::size_t at = 0; at < tables.size();) {
    const std::string& schema = tables[at].schema;
    const bool exclude_others = can_exclude_others(schema, dumped);
    if (exclude_others) arguments.push_back(exclude_pattern(schema, kOtherNames));
    std::vector<std::string> exact;
    for (; at < tables.size() && tables[at].schema == schema; ++at) {
      if (!exclude_others || ends_as_sequences_do(tables[at].name)) exact.push_back(tables[at].name);
    }
    exclude_exactly(schema, exact, arguments);
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
