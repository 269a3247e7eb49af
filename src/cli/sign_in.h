// Signing in with name and password, where a token will not do: for a token itself.
#pragma once

#include <string>

#include "cli/api_client.h"
#include "cli/command.h"

namespace skyhold {

struct SignedIn {
  ApiClient api;  // with a session
  ApiJson account;
  std::string url;
  std::string ca_file;
};

// Asks for what the flags have not given: name, password, the code of the second factor, and a new
// password where the first was a one-time password. `server`: the URL that was named, or empty.
Result<SignedIn> sign_in(const Parameters& parameters, const std::string& server, CommandContext& context);

// Ends the session; that it may stay until it ends by itself is no failure.
void sign_out(SignedIn& session);

// --password-stdin needs --user: there is one input for both questions.
Status check_sign_in(const Parameters& parameters);

}  // namespace skyhold
