#include "api/session_cookie.h"

#include <fmt/format.h>

namespace skyhold {
namespace {

std::string_view cookie_name(bool secure) {
  return secure ? "__Host-skyhold_session" : "skyhold_session";
}

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

HttpHeader cookie(std::string_view value, std::string_view more, bool secure) {
  return {"Set-Cookie", fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict{}{}", cookie_name(secure),
                                    value, secure ? "; Secure" : "", more)};
}

}  // namespace

std::optional<std::string> read_session_cookie(const ServerRequest& request) {
  for (const HttpHeader& header : request.headers) {
    if (header.name != "cookie") continue;
    std::string_view rest = header.value;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(';'), rest.size());
      const std::string_view pair = trim(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      const std::size_t equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != cookie_name(request.secure)) continue;
      return std::string(pair.substr(equals + 1));
    }
  }
  return std::nullopt;
}

HttpHeader set_session_cookie(std::string_view secret, bool secure) {
  return cookie(secret, "", secure);
}

HttpHeader clear_session_cookie(bool secure) {
  return cookie("", "; Max-Age=0", secure);
}

}  // namespace skyhold
