#include "cli/command_line.h"

#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "base/suggest.h"
#include "base/version.h"
#include "cli/format.h"
#include "cli/help.h"
#include "cli/options.h"

namespace skyhold {
namespace {

// The CLI11 declarations: the program, its groups, their commands.
class Declaration {
 public:
  explicit Declaration(Parameters& parameters) {
    prepare(root_);
    root_.set_version_flag("--version", std::string(kVersion));
    options::add_common(root_, parameters);
    for (const CommandGroup& group : command_groups()) {
      if (!group.name.empty()) prepare(*root_.add_subcommand(std::string(group.name)));
    }
    for (const Command& command : commands()) {
      CLI::App& parent = command.group.empty() ? root_ : *root_.get_subcommand(std::string(command.group));
      CLI::App& app = *parent.add_subcommand(std::string(command.name));
      prepare(app);
      command.define(app, parameters);
      options::add_common(app, parameters);
    }
  }

  [[nodiscard]] CLI::App& root() { return root_; }

  // The innermost of program, group and command that the arguments named.
  [[nodiscard]] const CLI::App& named() const {
    const CLI::App* app = &root_;
    while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
    return *app;
  }

 private:
  static void prepare(CLI::App& app) {
    app.set_help_flag("-h,--help", "")->group("");
    app.require_subcommand(0, 1);
  }

  CLI::App root_;
};

bool is_root(const CLI::App& app) {
  return app.get_parent() == nullptr;
}

const Command* find_command(const CLI::App& app) {
  for (const Command& command : commands()) {
    const CLI::App* parent = app.get_parent();
    if (parent == nullptr) return nullptr;
    const std::string group = is_root(*parent) ? "" : parent->get_name();
    if (command.group == group && command.name == app.get_name()) return &command;
  }
  return nullptr;
}

std::string path_of(const CLI::App& app) {
  return is_root(app) ? "skyhold" : path_of(*app.get_parent()) + " " + app.get_name();
}

std::string help_hint(const CLI::App& app) {
  return fmt::format("run `{} --help`", path_of(app));
}

std::string help_of(const CLI::App& app) {
  if (const Command* command = find_command(app)) return command_help(*command, app);
  return is_root(app) ? overview() : group_overview(app.get_name());
}

// Without what follows "=": it may be a secret.
std::string flag_name(const std::string& argument) {
  return argument.substr(0, argument.find('='));
}

std::vector<std::string> flags_of(const CLI::App& app) {
  std::vector<std::string> flags;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
  }
  return flags;
}

Error unknown_flag(const CLI::App& app, const std::string& argument) {
  const std::string flag = flag_name(argument);
  const std::string near = nearest(flag, flags_of(app));
  return Error{
      ErrorCode::kInvalidArgument, fmt::format("`{}` has no flag {}", path_of(app), printable(flag)),
      near.empty() ? help_hint(app) : fmt::format("did you mean {}? Otherwise {}", near, help_hint(app))};
}

// The command that a wrong word below `app` may have meant: "repo list" for "repo lst" or "list".
std::string meant_command(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  if (is_root(app)) {
    for (const CommandGroup& group : command_groups()) {
      if (!group.name.empty()) names.emplace_back(group.name);
    }
  }
  for (const Command& command : commands()) {
    if (is_root(app) || command.group == app.get_name()) names.emplace_back(command.name);
  }
  const std::string near = nearest(word, names);
  // Where a group has the name of another group's command, the group is nearer.
  const bool is_group = is_root(app) && std::any_of(command_groups().begin(), command_groups().end(),
                                                    [&](const auto& group) { return group.name == near; });
  if (is_group && !near.empty()) return "skyhold " + near;
  for (const Command& command : commands()) {
    if (command.name == near && (is_root(app) || command.group == app.get_name())) return command.path();
  }
  return near.empty() ? "" : "skyhold " + near;
}

Error unknown_word(const CLI::App& app, const std::string& word) {
  if (find_command(app) != nullptr) {
    // A value that went astray; it may be a URL with a password in it.
    const bool may_show = word.size() <= 64 && word.find_first_of(":@=") == std::string::npos;
    return Error{ErrorCode::kInvalidArgument,
                 may_show ? fmt::format("`{}` takes no argument \"{}\"", path_of(app), printable(word))
                          : fmt::format("`{}` was given an argument that it does not take", path_of(app)),
                 help_hint(app)};
  }
  const std::string meant = meant_command(app, word);
  return Error{
      ErrorCode::kInvalidArgument,
      fmt::format("`{}` has no command \"{}\"", path_of(app), printable(truncated(word, 64))),
      meant.empty() ? help_hint(app) : fmt::format("did you mean `{}`? Otherwise {}", meant, help_hint(app))};
}

// What was left over, flags first: the words after a mistyped flag are its values.
std::optional<Error> leftover(const CLI::App& root, const CLI::App& app) {
  const std::vector<std::string> rest = root.remaining(true);
  if (rest.empty()) return std::nullopt;
  const auto flag =
      std::find_if(rest.begin(), rest.end(), [](const auto& word) { return word.starts_with("-"); });
  return flag != rest.end() ? unknown_flag(app, *flag) : unknown_word(app, rest.front());
}

// CLI11's messages name flags and checked values, none of which is ever a secret.
Error usage_error(const CLI::App& app, const CLI::ParseError& error) {
  std::string message = error.what();
  while (!message.empty() && (message.back() == '\n' || message.back() == '.')) message.pop_back();
  return Error{ErrorCode::kInvalidArgument, fmt::format("`{}`: {}", path_of(app), printable(message)),
               help_hint(app)};
}

// "help repo backup" is "repo backup --help".
std::vector<std::string> without_help_verb(std::vector<std::string> arguments) {
  if (!arguments.empty() && arguments.front() == "help") {
    arguments.erase(arguments.begin());
    arguments.emplace_back("--help");
  }
  return arguments;
}

// CLI11 tells of help, version and mistakes by exceptions; they end here. Gives the
// text to print, or nothing when a command is to run.
Result<std::string> parse(Declaration& declaration, const std::vector<std::string>& arguments) {
  CLI::App& root = declaration.root();
  try {
    // CLI11 takes them from the back.
    root.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    return std::string();
  } catch (const CLI::CallForHelp&) {
    const CLI::App& app = declaration.named();
    if (find_command(app) == nullptr) {
      if (const auto error = leftover(root, app)) return fail(*error);
    }
    return help_of(app);
  } catch (const CLI::CallForVersion&) {
    return fmt::format("skyhold {}\n", kVersion);
  } catch (const CLI::ParseError& error) {
    const CLI::App& app = declaration.named();
    if (const auto unknown = leftover(root, app)) return fail(*unknown);
    return fail(usage_error(app, error));
  }
}

}  // namespace

Result<CommandLine> parse_command_line(const std::vector<std::string>& arguments,
                                       const Environment& environment) {
  CommandLine line;
  line.parameters = parameters_from(environment);
  Declaration declaration(line.parameters);
  line.text = TRY(parse(declaration, without_help_verb(arguments)));
  if (!line.text.empty()) return line;
  const CLI::App& app = declaration.named();
  if (is_root(app)) {
    line.text = overview();
    return line;
  }
  line.command = find_command(app);
  if (line.command == nullptr) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("`{}` needs a command", path_of(app)),
                help_hint(app));
  }
  if (line.command->check != nullptr) TRY(line.command->check(line.parameters));
  return line;
}

bool asks_for_json(const std::vector<std::string>& arguments) {
  const auto end = std::find(arguments.begin(), arguments.end(), "--");
  return std::find(arguments.begin(), end, "--json") != end;
}

}  // namespace skyhold
