#include "cli/help.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "base/version.h"
#include "cli/format.h"
#include "cli/table.h"

namespace skyhold {
namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kDescriptionIndent = 8;

bool is_positional(const CLI::Option& option) {
  return option.get_positional();
}

// "--store URL", "-v, --verbose", "SNAPSHOT".
std::string heading_of(const CLI::Option& option) {
  if (is_positional(option)) return option.get_name(true, false);
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  std::string heading = joined(names, ", ");
  if (option.get_items_expected_max() > 0) {
    // CLI11 appends what its checks allow; the description says it better.
    const std::string placeholder = option.get_type_name();
    heading += " " + placeholder.substr(0, placeholder.find(':'));
  }
  return heading;
}

bool is_repeated(const CLI::Option& option) {
  return option.get_items_expected_max() >= CLI::detail::expected_max_vector_size;
}

std::string group_text(const CLI::App& app, std::string_view title, bool (*belongs)(const CLI::Option&)) {
  std::string text;
  for (const CLI::Option* option : app.get_options()) {
    if (!belongs(*option)) continue;
    text += fmt::format("  {}{}\n", heading_of(*option), is_repeated(*option) ? "…" : "");
    text += wrapped(option->get_description(), kWidth, kDescriptionIndent);
  }
  return text.empty() ? text : fmt::format("\n{}:\n{}", title, text);
}

std::string usage(const Command& command, const CLI::App& app) {
  std::string line = command.path();
  for (const CLI::Option* option : app.get_options()) {
    if (!is_positional(*option)) continue;
    const std::string name = heading_of(*option) + (is_repeated(*option) ? "…" : "");
    line += option->get_required() ? " " + name : " [" + name + "]";
  }
  for (const CLI::Option* option : app.get_options()) {
    if (is_positional(*option) || option->get_group() != kRequiredGroup) continue;
    line += " " + heading_of(*option) + (is_repeated(*option) ? "…" : "");
  }
  return "Usage:\n" + wrapped(line + " [options]", kWidth, 2);
}

std::string examples_text(const Command& command) {
  std::string text = "\nExamples:\n";
  for (const std::string_view line : command.examples) text += fmt::format("  {}\n", line);
  return text;
}

std::string commands_text(std::string_view group) {
  Table table({{""}, {""}});
  for (const Command& command : commands()) {
    if (command.group != group) continue;
    table.add({command.path().substr(sizeof("skyhold")), std::string(command.summary)});
  }
  return table.text(2);
}

}  // namespace

std::string overview() {
  std::string text = fmt::format(
      "Skyhold {}: backups of Odoo databases and filestores, in several equal copies.\n\n"
      "Usage:\n  skyhold [<group>] <command> [options]\n",
      kVersion);
  for (const CommandGroup& group : command_groups()) {
    text += fmt::format("\n{}{}{}:\n{}", group.name, group.name.empty() ? "" : ": ", group.summary,
                        commands_text(group.name));
  }
  return text +
         "\nA service, and a first backup through it:\n"
         "  skyhold serve\n"
         "  skyhold login\n"
         "  skyhold project create acme\n"
         "  skyhold branch add production --project acme --odoo-conf /etc/odoo/odoo.conf\n"
         "  skyhold backup create --project acme\n"
         "\nA first backup without a server:\n"
         "  skyhold key new /etc/skyhold/master.key\n"
         "  export SKYHOLD_KEY_FILE=/etc/skyhold/master.key\n"
         "  export SKYHOLD_STORES=\"file:///backup/a file:///backup/b\"\n"
         "  skyhold repo init --project acme\n"
         "  skyhold repo backup --project acme --branch production \\\n"
         "      --database postgresql:///acme --filestore /var/lib/odoo/filestore/acme\n"
         "\n`skyhold [<group>] <command> --help` explains a command, `skyhold --version` names the "
         "version.\n";
}

std::string group_overview(std::string_view group) {
  std::string summary;
  for (const CommandGroup& candidate : command_groups()) {
    if (candidate.name == group) summary = candidate.summary;
  }
  return fmt::format("skyhold {}: {}\n\n{}\n`skyhold {} <command> --help` explains a command.\n", group,
                     summary, commands_text(group), group);
}

std::string command_help(const Command& command, const CLI::App& app) {
  std::string text = fmt::format("{}: {}\n\n", command.path(), command.summary);
  text += usage(command, app) + "\n";
  text += wrapped(command.description, kWidth, 0);
  text += group_text(app, "Arguments", &is_positional);
  text += group_text(app, kRequiredGroup, [](const CLI::Option& option) {
    return !is_positional(option) && option.get_group() == kRequiredGroup;
  });
  text += group_text(app, kOptionsGroup, [](const CLI::Option& option) {
    return !is_positional(option) && option.get_group() == kOptionsGroup;
  });
  text += group_text(app, kOutputGroup,
                     [](const CLI::Option& option) { return option.get_group() == kOutputGroup; });
  return text + examples_text(command);
}

}  // namespace skyhold
