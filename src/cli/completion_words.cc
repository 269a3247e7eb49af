#include "cli/completion_words.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "cli/options.h"

namespace skyhold {
namespace {

// "auto|bar|json|none" of a placeholder; nothing where it is a word for any value.
std::vector<std::string> choices_of(const CLI::Option& option) {
  std::string placeholder = option.get_type_name();
  placeholder = placeholder.substr(0, placeholder.find(':'));
  if (placeholder.find('|') == std::string::npos) return {};
  std::vector<std::string> choices;
  for (const std::string& choice : CLI::detail::split(placeholder, '|')) choices.push_back(choice);
  return choices;
}

std::vector<CompletionFlag> flags_of(const Command& command) {
  Parameters parameters;
  CLI::App app;
  app.set_help_flag("-h,--help", "");
  command.define(app, parameters);
  options::add_common(app, parameters);
  std::vector<CompletionFlag> flags;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      flags.push_back({"--" + name, option->get_items_expected_max() > 0, choices_of(*option)});
    }
  }
  return flags;
}

std::string node_path(std::string_view group, std::string_view name) {
  std::string path = "skyhold";
  for (const std::string_view part : {group, name}) {
    if (!part.empty()) path += fmt::format("/{}", part);
  }
  return path;
}

}  // namespace

std::vector<CompletionNode> completion_nodes() {
  std::vector<CompletionNode> nodes{{.path = "skyhold", .flags = {{"--help"}, {"--version"}}}};
  for (const CommandGroup& group : command_groups()) {
    if (!group.name.empty()) {
      nodes.front().children.push_back({std::string(group.name), std::string(group.summary)});
      nodes.push_back({.path = node_path(group.name, "")});
    }
  }
  const std::size_t groups = nodes.size();
  for (const Command& command : commands()) {
    const std::string parent = node_path(command.group, "");
    for (std::size_t i = 0; i < groups; ++i) {
      if (nodes[i].path != parent) continue;
      nodes[i].children.push_back({std::string(command.name), std::string(command.summary)});
    }
    nodes.push_back({.path = node_path(command.group, command.name), .flags = flags_of(command)});
  }
  return nodes;
}

std::string completion_word_list(const CompletionNode& node) {
  std::vector<std::string> words;
  for (const CompletionWord& child : node.children) words.push_back(child.name);
  for (const CompletionFlag& flag : node.flags) words.push_back(flag.name);
  return fmt::format("{}", fmt::join(words, " "));
}

std::string completion_paths(const std::vector<CompletionNode>& nodes) {
  std::vector<std::string> paths;
  for (const CompletionNode& node : nodes) paths.push_back(node.path);
  return fmt::format("{}", fmt::join(paths, " "));
}

}  // namespace skyhold
