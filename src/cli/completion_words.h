// What may be typed after which words, gathered from the table of commands.
#pragma once

#include <string>
#include <vector>

namespace skyhold {

struct CompletionWord {
  std::string name;
  std::string summary;
};

struct CompletionFlag {
  std::string name;  // "--store"
  bool takes_value = false;
  std::vector<std::string> choices{};  // of the value; empty: anything
};

// The program, a group or a command.
struct CompletionNode {
  std::string path;                        // "skyhold/repo/backup"
  std::vector<CompletionWord> children{};  // groups and commands below it
  std::vector<CompletionFlag> flags{};
};

std::vector<CompletionNode> completion_nodes();

// "backup restore --store …" and "skyhold skyhold/repo …", parted by blanks.
std::string completion_word_list(const CompletionNode& node);
std::string completion_paths(const std::vector<CompletionNode>& nodes);

}  // namespace skyhold
