// The session's cookie. Over TLS it has the prefix with which browsers refuse it to any other
// host, path or plain connection.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/server.h"

namespace skyhold {

std::optional<std::string> read_session_cookie(const ServerRequest& request);
HttpHeader set_session_cookie(std::string_view secret, bool secure);
HttpHeader clear_session_cookie(bool secure);

}  // namespace skyhold
