// Completion for shells, made from the table of commands.
#include <fmt/format.h>

#include "cli/api_options.h"
#include "cli/command.h"
#include "cli/completion_words.h"

namespace skyhold {
namespace {

void define(CLI::App& app, Parameters& parameters) {
  options::add_argument(app, "SHELL", parameters.api.shell, "bash, zsh or fish.");
}

Status check(const Parameters& parameters) {
  const std::string& shell = parameters.api.shell;
  if (shell == "bash" || shell == "zsh" || shell == "fish") return {};
  return fail(ErrorCode::kInvalidArgument, "there is completion for bash, zsh and fish",
              "give one of them: `skyhold completion bash`");
}

// `case` arms by the words before the cursor: what may follow them.
std::string bash_script(const std::vector<CompletionNode>& nodes) {
  std::string arms;
  for (const CompletionNode& node : nodes) {
    arms += fmt::format("    \"{}\") words=\"{}\" ;;\n", node.path, completion_word_list(node));
  }
  std::string choices;
  for (const CompletionNode& node : nodes) {
    for (const CompletionFlag& flag : node.flags) {
      if (flag.choices.empty()) continue;
      choices +=
          fmt::format("    \"{} {}\") words=\"{}\" ;;\n", node.path, flag.name, fmt::join(flag.choices, " "));
    }
  }
  return fmt::format(
      "# skyhold completion for bash: source <(skyhold completion bash)\n"
      "_skyhold() {{\n"
      "  local path=skyhold word words=\"\" i\n"
      "  local current=\"${{COMP_WORDS[COMP_CWORD]}}\" previous=\"${{COMP_WORDS[COMP_CWORD-1]}}\"\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    word=\"${{COMP_WORDS[i]}}\"\n"
      "    case \" {} \" in *\" $path/$word \"*) path=\"$path/$word\" ;; esac\n"
      "  done\n"
      "  case \"$path $previous\" in\n{}"
      "  esac\n"
      "  if [ -z \"$words\" ]; then\n"
      "    case \"$path\" in\n{}"
      "    esac\n"
      "  fi\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
      "  # A file, where no word of ours fits.\n"
      "  [ ${{#COMPREPLY[@]}} -gt 0 ] || COMPREPLY=($(compgen -f -- \"$current\"))\n"
      "}}\n"
      "complete -o filenames -F _skyhold skyhold\n",
      completion_paths(nodes), choices, arms);
}

// zsh runs the script of bash.
std::string zsh_script(const std::vector<CompletionNode>& nodes) {
  return "#compdef skyhold\n# skyhold completion for zsh: source <(skyhold completion zsh)\n"
         "autoload -U +X compinit && compinit -u\n"
         "autoload -U +X bashcompinit && bashcompinit\n" +
         bash_script(nodes);
}

std::string fish_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

std::string fish_script(const std::vector<CompletionNode>& nodes) {
  std::string script =
      "# skyhold completion for fish: skyhold completion fish | source\n"
      "function __skyhold_at\n"
      "  set -l path skyhold\n";
  script += fmt::format("  set -l known {}\n", completion_paths(nodes));
  script +=
      "  for word in (commandline -opc)[2..-1]\n"
      "    contains -- $path/$word $known; and set path $path/$word\n"
      "  end\n"
      "  test \"$path\" = \"$argv[1]\"\n"
      "end\n";
  for (const CompletionNode& node : nodes) {
    const std::string start = fmt::format("complete -c skyhold -n '__skyhold_at {}'", node.path);
    for (const CompletionWord& child : node.children) {
      script += fmt::format("{} -f -a {} -d {}\n", start, child.name, fish_quoted(child.summary));
    }
    for (const CompletionFlag& flag : node.flags) {
      script += fmt::format("{} -l {}", start, flag.name.substr(2));
      if (!flag.choices.empty()) script += fmt::format(" -xa '{}'", fmt::join(flag.choices, " "));
      if (flag.choices.empty() && flag.takes_value) script += " -r";
      script += "\n";
    }
  }
  return script;
}

Result<CommandOutcome> run(const Parameters& parameters, CommandContext&) {
  const std::vector<CompletionNode> nodes = completion_nodes();
  std::string script = parameters.api.shell == "fish"  ? fish_script(nodes)
                       : parameters.api.shell == "zsh" ? zsh_script(nodes)
                                                       : bash_script(nodes);
  return CommandOutcome{std::move(script), std::nullopt};
}

}  // namespace

std::vector<Command> completion_commands() {
  return {
      {.group = "",
       .name = "completion",
       .summary = "a script that lets a shell complete commands and flags",
       .description =
           "Prints the script for bash, zsh or fish, made from the commands of this version. --json changes "
           "nothing: the script is the output.",
       .examples = {"For this shell, or in ~/.bashrc for each:", "  source <(skyhold completion bash)",
                    "For all users:", "  skyhold completion bash > /etc/bash_completion.d/skyhold",
                    "For fish:", "  skyhold completion fish > ~/.config/fish/completions/skyhold.fish"},
       .define = define,
       .check = check,
       .run = run}};
}

}  // namespace skyhold
