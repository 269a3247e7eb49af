#include "cli/command_line.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/version.h"
#include "cli/help.h"

namespace skyhold {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using Variables = std::map<std::string, std::string>;

Result<CommandLine> parse(const std::vector<std::string>& arguments, const Variables& variables = {}) {
  return parse_command_line(arguments, [variables](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
}

Error error_of(const std::vector<std::string>& arguments, const Variables& variables = {}) {
  const auto line = parse(arguments, variables);
  EXPECT_FALSE(line.has_value());
  return line ? Error{} : line.error();
}

std::vector<std::string> words(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

TEST(CommandLine, AllFlagsOfABackupArriveWhereTheyBelong) {
  const auto line =
      parse(words("repo backup --store file:///a --store file:///b --key-file k --project acme "
                  "--branch production --database postgresql:///acme --filestore /f --kind automatic "
                  "--note nightly --reread-files --jobs 3 --json --progress json"));
  ASSERT_TRUE(line.has_value()) << to_string(line.error());
  EXPECT_EQ(line->command->path(), "skyhold repo backup");
  const Parameters& parameters = line->parameters;
  EXPECT_THAT(parameters.stores, ElementsAre("file:///a", "file:///b"));
  EXPECT_EQ(parameters.key_file, "k");
  EXPECT_EQ(parameters.project, "acme");
  EXPECT_EQ(parameters.branch, "production");
  EXPECT_EQ(parameters.database, "postgresql:///acme");
  EXPECT_EQ(parameters.filestore, "/f");
  EXPECT_EQ(parameters.kind, "automatic");
  EXPECT_EQ(parameters.note, "nightly");
  EXPECT_TRUE(parameters.reread_files);
  EXPECT_EQ(parameters.jobs, 3);
  EXPECT_TRUE(parameters.json);
  EXPECT_EQ(parameters.progress, "json");
}

TEST(CommandLine, ASnapshotThatFollowsAStoreIsNotTakenForAStore) {
  const auto line = parse(words("repo show --store file:///a --key-file k latest"));
  ASSERT_TRUE(line.has_value()) << to_string(line.error());
  EXPECT_THAT(line->parameters.stores, ElementsAre("file:///a"));
  EXPECT_EQ(line->parameters.snapshot, "latest");
}

TEST(CommandLine, TheEnvironmentStandsInForStoresKeyAndDatabase) {
  const Variables variables{{"SKYHOLD_STORES", "file:///a  file:///b"},
                            {"SKYHOLD_KEY_FILE", "k"},
                            {"SKYHOLD_DATABASE", "postgresql:///acme"}};
  const auto line = parse(words("repo restore latest"), variables);
  ASSERT_TRUE(line.has_value()) << to_string(line.error());
  EXPECT_THAT(line->parameters.stores, ElementsAre("file:///a", "file:///b"));
  EXPECT_EQ(line->parameters.key_file, "k");
  EXPECT_EQ(database_target(line->parameters)->database(), "acme");
}

TEST(CommandLine, FlagsGoBeforeTheEnvironment) {
  const Variables variables{{"SKYHOLD_STORES", "file:///a file:///b"},
                            {"SKYHOLD_DATABASE", "postgresql:///other"}};
  const auto line = parse(
      words("repo restore latest --key-file k --store file:///c --database postgresql:///acme"), variables);
  ASSERT_TRUE(line.has_value()) << to_string(line.error());
  EXPECT_THAT(line->parameters.stores, ElementsAre("file:///c"));
  EXPECT_EQ(database_target(line->parameters)->database(), "acme");
}

TEST(CommandLine, OutputFlagsMayStandBeforeTheCommand) {
  const auto line = parse(words("--json repo list --store file:///a --key-file k"));
  ASSERT_TRUE(line.has_value()) << to_string(line.error());
  EXPECT_TRUE(line->parameters.json);
}

TEST(CommandLine, WhatIsRequiredIsAskedForByName) {
  EXPECT_TRUE(parse(words("repo list --key-file k")).has_value())
      << "--store is missed by who knows which there are";
  EXPECT_THAT(error_of(words("repo list --store file:///a")).message, HasSubstr("--key-file"));
  EXPECT_THAT(error_of(words("repo show --store file:///a --key-file k")).message, HasSubstr("SNAPSHOT"));
  EXPECT_THAT(error_of(words("repo restore latest --store file:///a --key-file k")).hint,
              HasSubstr("--database-file"));
  EXPECT_TRUE(parse(words("repo verify --store file:///a")).has_value()) << "verify works without a key";
}

TEST(CommandLine, MistypedCommandsAndFlagsGetASuggestion) {
  EXPECT_THAT(error_of({"repo", "lst"}).hint, HasSubstr("`skyhold repo list`"));
  EXPECT_THAT(error_of({"undo-restor"}).hint, HasSubstr("`skyhold repo undo-restore`"));
  EXPECT_THAT(error_of({"bakcup"}).hint, HasSubstr("`skyhold backup`"));
  EXPECT_THAT(error_of({"statsu"}).hint, HasSubstr("`skyhold status`"));
  EXPECT_THAT(error_of({"rpeo"}).hint, HasSubstr("`skyhold repo`"));
  EXPECT_THAT(error_of({"repo", "list", "--stor", "file:///a"}).hint, HasSubstr("--store"));
  const Error error = error_of({"repo", "list", "--frobnicate"});
  EXPECT_THAT(error.hint, Not(HasSubstr("did you mean")));
  EXPECT_THAT(error.hint, HasSubstr("skyhold repo list --help"));
  EXPECT_EQ(traits(error.code).exit_code, 2);
}

TEST(CommandLine, NoMistakeBringsAPasswordIntoAMessage) {
  const std::string url = "postgresql://odoo:hunter2@host/acme";
  const std::vector<std::vector<std::string>> mistakes{
      {"repo", "backup", "--databse=" + url},
      {"repo", "backup", "--databse", url},
      {"repo", "list", "--store", "file:///a", "--key-file", "k", url},
      {"repo", "show", url, "--store", "file:///a", "--key-file", "k"},
      {"repo", "forget", url, "--store", "file:///a", "--key-file", "k"},
      {"repo", "restore", "latest", "--store", "file:///a", "--key-file", "k", "--database", url,
       "--database-file", "f"},
  };
  for (const auto& mistake : mistakes) {
    const Error error = error_of(mistake);
    EXPECT_EQ(error.code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(to_string(error), Not(HasSubstr("hunter2"))) << testing::PrintToString(mistake);
  }
}

TEST(CommandLine, ValuesThatCannotBeAreRefusedBeforeAnythingIsTouched) {
  const std::string repository = " --store file:///a --key-file k";
  for (const std::string command :
       {"repo restore latest --database d --jobs 0", "repo restore latest --database d --jobs many",
        "repo restore latest --database d --check sometimes", "repo restore xyz --database d",
        "repo prune --grace soon", "repo prune --max-unused 101", "repo forget --keep-daily -1",
        "repo forget 1a2b3c4d --keep-daily 3", "repo list --progress loud",
        "repo backup --project p --branch b --database d --kind odd"}) {
    EXPECT_EQ(error_of(words(command + repository)).code, ErrorCode::kInvalidArgument) << command;
  }
  std::vector<std::string> arguments = words("repo backup --branch b --database d" + repository);
  arguments.insert(arguments.end(), {"--project", "a\nb"});
  EXPECT_THAT(error_of(arguments).message, HasSubstr("--project"));
  EXPECT_EQ(error_of(words("repo undo-restore --database d --keep --discard")).code,
            ErrorCode::kInvalidArgument);
}

TEST(CommandLine, ForgetUsesTheDefaultRulesForWhatIsNotGiven) {
  const auto line = parse(words("repo forget --store file:///a --key-file k --keep-weekly 9"));
  ASSERT_TRUE(line.has_value()) << to_string(line.error());
  const auto policy = retention_policy(line->parameters);
  ASSERT_TRUE(policy.has_value());
  EXPECT_EQ(policy->keep_daily, 7);
  EXPECT_EQ(policy->keep_weekly, 9);
  EXPECT_EQ(policy->keep_monthly, 2);
  const auto named = parse(words("repo forget 1a2b3c4d latest --store file:///a --key-file k"));
  ASSERT_TRUE(named.has_value()) << to_string(named.error());
  EXPECT_FALSE(retention_policy(named->parameters).has_value());
  EXPECT_THAT(named->parameters.snapshots, ElementsAre("1a2b3c4d", "latest"));
}

TEST(CommandLine, TheCommandLineOfARestoreServesForItsUndo) {
  const auto line =
      parse(words("repo undo-restore --store file:///a --key-file k --database d --filestore /f"));
  ASSERT_TRUE(line.has_value()) << to_string(line.error());
}

TEST(CommandLine, AloneItShowsAnOverviewAndItsVersion) {
  EXPECT_EQ(parse({})->text, overview());
  EXPECT_EQ(parse({"--version"})->text, "skyhold " + std::string(kVersion) + "\n");
  EXPECT_EQ(parse({"repo", "--help"})->text, group_overview("repo"));
  EXPECT_EQ(parse({"help", "repo", "list"})->text, parse({"repo", "list", "-h"})->text);
  EXPECT_EQ(error_of({"repo"}).code, ErrorCode::kInvalidArgument);
}

TEST(CommandLine, JsonIsSeenEvenWhenTheRestIsWrong) {
  EXPECT_TRUE(asks_for_json({"rpeo", "--json"}));
  EXPECT_FALSE(asks_for_json({"repo", "show", "--", "--json"}));
}

std::string help_of(const Command& command) {
  std::vector<std::string> arguments = words(command.path());
  arguments.front() = "help";
  return parse(arguments)->text;
}

TEST(Help, EveryCommandExplainsItselfWithTwoWorkedExamples) {
  for (const Command& command : commands()) {
    const std::string help = help_of(command);
    EXPECT_THAT(help, HasSubstr("Usage:\n  " + command.path()));
    EXPECT_THAT(help, HasSubstr("--json"));
    EXPECT_FALSE(command.description.empty());
    const auto explanations = std::count_if(command.examples.begin(), command.examples.end(),
                                            [](const auto& line) { return !line.starts_with("  "); });
    EXPECT_GE(explanations, 2) << command.path();
  }
}

// The lines of a command's examples that continue one another, as one.
std::vector<std::string> example_commands(const Command& command) {
  std::vector<std::string> result;
  bool continued = false;
  for (std::string_view line : command.examples) {
    if (!line.starts_with("  ")) continue;
    const bool goes_on = line.ends_with("\\");
    if (goes_on) line.remove_suffix(1);
    if (!continued) result.emplace_back();
    result.back() += line;
    continued = goes_on;
  }
  return result;
}

// As a shell would part it: what is quoted is one word, and a pipe or another command ends it.
std::vector<std::string> shell_words(const std::string& line) {
  std::vector<std::string> result;
  bool in_word = false;
  char quote = 0;
  for (const char c : line) {
    if (quote == 0 && std::string_view("|<>&").find(c) != std::string_view::npos) break;
    if (quote != 0 && c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
      if (!in_word) result.emplace_back();
      in_word = true;
    } else if (quote == 0 && c == ' ') {
      in_word = false;
    } else {
      if (!in_word) result.emplace_back();
      in_word = true;
      result.back() += c;
    }
  }
  return result;
}

TEST(Help, TheExamplesAreCommandsThatParse) {
  const Variables variables{{"SKYHOLD_STORES", "file:///a"}, {"SKYHOLD_KEY_FILE", "k"}};
  int tried = 0;
  for (const Command& command : commands()) {
    for (const std::string& example : example_commands(command)) {
      const auto start = example.find("skyhold ");
      if (start == std::string::npos || example.find("export") != std::string::npos) continue;
      if (example.find("<(") != std::string::npos) continue;
      std::vector<std::string> arguments = shell_words(example.substr(start));
      arguments.erase(arguments.begin());
      const auto parsed = parse(arguments, variables);
      EXPECT_TRUE(parsed.has_value()) << example << "\n" << (parsed ? "" : to_string(parsed.error()));
      EXPECT_TRUE(!parsed || parsed->command != nullptr) << example;
      ++tried;
    }
  }
  EXPECT_GT(tried, 100) << "the examples were found";
}

std::string document(const std::string& name) {
  const auto root = std::filesystem::path(__FILE__).parent_path().parent_path().parent_path();
  std::ifstream file(root / "docs" / name);
  EXPECT_TRUE(file.good()) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Documents, TheReferenceNamesEveryCommandWithEveryFlag) {
  const std::string reference = document("command-line.md");
  const std::set<std::string> for_all{"--json",     "--progress", "--verbose",
                                      "--settings", "--url",      "--ca-file"};
  for (const Command& command : commands()) {
    const auto start = reference.find("### `" + command.path() + "`");
    ASSERT_NE(start, std::string::npos) << command.path();
    const std::string section = reference.substr(start, reference.find("\n### ", start + 1) - start);
    const std::string help = help_of(command);
    for (const std::string& word : words(help.substr(0, help.find("\nExamples:")))) {
      const bool flag =
          word.starts_with("--") && word.find_first_not_of("-abcdefghijklmnopqrstuvwxyz") == word.npos;
      if (!flag || for_all.contains(word)) continue;
      EXPECT_THAT(section, HasSubstr(word)) << command.path();
    }
  }
}

TEST(Documents, ExitCodesStandInTheirTable) {
  const std::string table = document("exit-codes.md");
  for (int code = 0; code <= static_cast<int>(ErrorCode::kInternal); ++code) {
    const ErrorTraits& row = traits(static_cast<ErrorCode>(code));
    const auto start = table.find("\n| " + std::to_string(row.exit_code) + " |");
    ASSERT_NE(start, std::string::npos) << row.exit_code;
    EXPECT_THAT(table.substr(start, table.find('\n', start + 1) - start),
                HasSubstr("`" + std::string(row.name) + "`"));
  }
}

}  // namespace
}  // namespace skyhold
