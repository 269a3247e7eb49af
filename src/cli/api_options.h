// Flags of commands that speak to the service: shared ones, and small makers for a command's own, so
// that CLI11 stays in few files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/parameters.h"

namespace CLI {
class App;
}  // namespace CLI

namespace skyhold::options {

void add_service(CLI::App& app, Parameters& parameters);  // --url --ca-file
void add_project_flag(CLI::App& app, Parameters& parameters, bool required = true);
// What commands of a project take that take nothing else, or after all else.
void add_project_and_service(CLI::App& app, Parameters& parameters);
void add_list(CLI::App& app, Parameters& parameters);  // --limit --after
void add_no_wait(CLI::App& app, Parameters& parameters);
void add_confirm(CLI::App& app, Parameters& parameters, const std::string& what);  // --confirm
void add_sign_in(CLI::App& app, Parameters& parameters);                           // --user --password-stdin
void add_time_span(CLI::App& app, Parameters& parameters);                         // --since --until

// One argument, which must be given unless told otherwise.
void add_argument(CLI::App& app, const std::string& name, std::string& value, const std::string& description,
                  bool required = true);
void add_text(CLI::App& app, const std::string& flag, std::string& value, const std::string& placeholder,
              const std::string& description, bool required = false);
void add_text(CLI::App& app, const std::string& flag, std::optional<std::string>& value,
              const std::string& placeholder, const std::string& description);
void add_switch(CLI::App& app, const std::string& flag, bool& value, const std::string& description);
void add_choice(CLI::App& app, const std::string& flag, std::string& value,
                const std::vector<std::string>& choices, const std::string& description,
                bool required = false);
void add_choice(CLI::App& app, const std::string& flag, std::optional<std::string>& value,
                const std::vector<std::string>& choices, const std::string& description);
void add_count(CLI::App& app, const std::string& flag, int& value, const std::string& placeholder, int least,
               int most, const std::string& description);
void add_count(CLI::App& app, const std::string& flag, std::optional<int>& value,
               const std::string& placeholder, int least, int most, const std::string& description);

}  // namespace skyhold::options
