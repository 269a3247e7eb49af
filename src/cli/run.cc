#include "cli/run.h"

#include <exception>

#include <fmt/format.h>

#include "base/log.h"
#include "cli/command_line.h"
#include "cli/format.h"
#include "cli/json_reports.h"
#include "cli/progress.h"

namespace skyhold {
namespace {

ProgressStyle style_of(const Parameters& parameters, bool err_is_terminal) {
  if (parameters.progress == "json") return ProgressStyle::kJson;
  if (parameters.progress == "bar") return ProgressStyle::kBar;
  if (parameters.progress == "auto" && err_is_terminal) return ProgressStyle::kBar;
  return ProgressStyle::kNone;
}

// Control characters out, but the line breaks that our own messages and pg_dump's hold.
std::string printable_lines(const std::string& text) {
  std::string result;
  std::size_t at = 0;
  while (at <= text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (at > 0) result += '\n';
    result += printable(std::string_view(text).substr(at, end - at));
    at = end + 1;
  }
  return result;
}

void print_error(const Error& error, const Surroundings& surroundings) {
  surroundings.err << fmt::format("skyhold: {}\n", printable_lines(to_string(error))) << std::flush;
}

int fail_with(const Error& error, bool json, const Surroundings& surroundings) {
  print_error(error, surroundings);
  if (json) surroundings.out << error_json(error) << "\n" << std::flush;
  return traits(error.code).exit_code;
}

// A report that nobody received is a failure: a script may act on what is not there.
Status print_output(const std::string& output, const Surroundings& surroundings) {
  surroundings.out << output;
  if (!output.empty() && output.back() != '\n') surroundings.out << "\n";
  surroundings.out.flush();
  if (surroundings.out.good()) return {};
  return fail(ErrorCode::kUnavailable, "cannot write to standard output",
              "the command itself has ended well; only its report is lost");
}

Result<CommandOutcome> run_command(const CommandLine& line, const Surroundings& surroundings) {
  const Parameters& parameters = line.parameters;
  if (parameters.verbose) log::set_level(log::Level::kDebug);
  const ProgressStyle style = style_of(parameters, surroundings.err_is_terminal);
  ConsoleProgress progress(style, {surroundings.err, surroundings.columns, monotonic_seconds});
  ProcessTerminal own_terminal(surroundings.cancel);
  Terminal& terminal = surroundings.terminal != nullptr ? *surroundings.terminal : own_terminal;
  CommandContext context{progress, surroundings.clock, surroundings.cancel, surroundings.service, terminal};
  return line.command->run(parameters, context);
}

int run(const std::vector<std::string>& arguments, const Surroundings& surroundings) {
  const auto line = parse_command_line(arguments, surroundings.environment);
  if (!line) return fail_with(line.error(), asks_for_json(arguments), surroundings);
  CommandOutcome outcome{line->text, std::nullopt};
  if (line->command != nullptr) {
    auto result = run_command(*line, surroundings);
    if (!result) return fail_with(result.error(), line->parameters.json, surroundings);
    outcome = std::move(*result);
  }
  const Status printed = print_output(outcome.output, surroundings);
  if (outcome.shortfall) print_error(*outcome.shortfall, surroundings);
  if (outcome.shortfall) return traits(outcome.shortfall->code).exit_code;
  return printed ? 0 : fail_with(printed.error(), false, surroundings);
}

}  // namespace

int run_command_line(const std::vector<std::string>& arguments, const Surroundings& surroundings) {
  try {
    return run(arguments, surroundings);
  } catch (const std::bad_alloc&) {
    return fail_with(
        Error{ErrorCode::kNoSpace, "out of memory", "free memory or give fewer --jobs, and run again"},
        asks_for_json(arguments), surroundings);
  } catch (const std::exception& exception) {
    return fail_with(Error{ErrorCode::kInternal, fmt::format("this should not happen: {}", exception.what()),
                           "please report it with the command that you ran"},
                     asks_for_json(arguments), surroundings);
  }
}

}  // namespace skyhold
