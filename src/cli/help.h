// The texts of --help.
#pragma once

#include <string>
#include <string_view>

#include "cli/command.h"

namespace skyhold {

inline constexpr std::string_view kRequiredGroup = "Required";
inline constexpr std::string_view kOptionsGroup = "Options";
inline constexpr std::string_view kOutputGroup = "Output";

std::string overview();                              // `skyhold` alone
std::string group_overview(std::string_view group);  // `skyhold repo`
// `app` is the CLI11 declaration of the command's flags.
std::string command_help(const Command& command, const CLI::App& app);

}  // namespace skyhold
