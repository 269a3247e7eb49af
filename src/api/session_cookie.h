// The session's cookie, and that of a sign-in under way. Over TLS they have the prefix with which browsers
// refuse it to any other host, path or plain connection.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "http/server.h"

namespace skyhold {

std::optional<std::string> read_session_cookie(const ServerRequest& request);
HttpHeader set_session_cookie(std::string_view secret, bool secure);
HttpHeader clear_session_cookie(bool secure);

// Of a sign-in that is under way at an OpenID Connect provider. It comes along when the browser is
// sent back from there, as the session's would not.
std::optional<std::string> read_flow_cookie(const ServerRequest& request);
HttpHeader set_flow_cookie(std::string_view sealed, std::chrono::seconds life, bool secure);
HttpHeader clear_flow_cookie(bool secure);

}  // namespace skyhold
