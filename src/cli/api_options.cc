#include "cli/api_options.h"

#include <CLI/CLI.hpp>

#include "cli/format.h"
#include "cli/help.h"

namespace skyhold::options {
namespace {

CLI::Option* require(CLI::Option* option, bool required) {
  return required ? option->group(std::string(kRequiredGroup))->required() : option;
}

template <typename T>
CLI::Option* add_value(CLI::App& app, const std::string& flag, T& value, const std::string& placeholder,
                       const std::string& description) {
  return app.add_option(flag, value, description)->type_name(placeholder);
}

}  // namespace

void add_argument(CLI::App& app, const std::string& name, std::string& value, const std::string& description,
                  bool required) {
  add_value(app, name, value, "", description)->required(required);
}

void add_text(CLI::App& app, const std::string& flag, std::string& value, const std::string& placeholder,
              const std::string& description, bool required) {
  require(add_value(app, flag, value, placeholder, description), required);
}

void add_text(CLI::App& app, const std::string& flag, std::optional<std::string>& value,
              const std::string& placeholder, const std::string& description) {
  add_value(app, flag, value, placeholder, description);
}

void add_switch(CLI::App& app, const std::string& flag, bool& value, const std::string& description) {
  app.add_flag(flag, value, description);
}

void add_choice(CLI::App& app, const std::string& flag, std::string& value,
                const std::vector<std::string>& choices, const std::string& description, bool required) {
  require(add_value(app, flag, value, joined(choices, "|"), description), required)
      ->check(CLI::IsMember(choices));
}

void add_choice(CLI::App& app, const std::string& flag, std::optional<std::string>& value,
                const std::vector<std::string>& choices, const std::string& description) {
  add_value(app, flag, value, joined(choices, "|"), description)->check(CLI::IsMember(choices));
}

void add_count(CLI::App& app, const std::string& flag, int& value, const std::string& placeholder, int least,
               int most, const std::string& description) {
  add_value(app, flag, value, placeholder, description)->check(CLI::Range(least, most));
}

void add_count(CLI::App& app, const std::string& flag, std::optional<int>& value,
               const std::string& placeholder, int least, int most, const std::string& description) {
  add_value(app, flag, value, placeholder, description)->check(CLI::Range(least, most));
}

void add_service(CLI::App& app, Parameters& parameters) {
  add_value(app, "--url", parameters.api.url, "URL",
            "The service to speak to. Default: SKYHOLD_URL, else where `skyhold login` signed in.");
  add_value(
      app, "--ca-file", parameters.api.ca_file, "FILE",
      "Trust these certificate authorities (PEM) and no others. Default: SKYHOLD_CA_FILE, else those of "
      "`skyhold login`, else the system's.");
}

void add_project_flag(CLI::App& app, Parameters& parameters, bool required) {
  const bool given = !parameters.api.project.empty();
  add_text(app, "--project", parameters.api.project, "NAME",
           required ? "The project. Default: SKYHOLD_PROJECT." : "Of this project only.", required && !given);
}

void add_project_and_service(CLI::App& app, Parameters& parameters) {
  add_project_flag(app, parameters);
  add_service(app, parameters);
}

void add_list(CLI::App& app, Parameters& parameters) {
  add_count(app, "--limit", parameters.api.limit, "N", 1, 100'000, "At most so many. Default: 100.");
  add_text(app, "--after", parameters.api.after, "CURSOR",
           "Go on where a list ended: what it gave as `next`, or named at its end.");
}

void add_no_wait(CLI::App& app, Parameters& parameters) {
  add_switch(app, "!--no-wait", parameters.api.wait,
             "Return once the job is queued, instead of waiting for its end and showing its progress.");
}

void add_confirm(CLI::App& app, Parameters& parameters, const std::string& what) {
  add_text(app, "--confirm", parameters.api.confirm, "NAME",
           "Repeat " + what + " here, instead of typing it when asked on the terminal.");
}

void add_sign_in(CLI::App& app, Parameters& parameters) {
  add_text(app, "--user", parameters.api.user, "NAME",
           "Who signs in. Default: asked for, or who signed in last.");
  add_switch(app, "--password-stdin", parameters.api.password_stdin,
             "Read answers from standard input, one a line, instead of asking on the terminal: the password; "
             "the code of the second factor where there is one; a new password where the first was a "
             "one-time password.");
}

void add_time_span(CLI::App& app, Parameters& parameters) {
  add_text(app, "--since", parameters.api.since, "TIME",
           "From this time on, in RFC 3339: 2026-11-23T00:00:00Z.");
  add_text(app, "--until", parameters.api.until, "TIME", "Before this time, in RFC 3339.");
}

}  // namespace skyhold::options
