#include "api/session_cookie.h"

#include <fmt/format.h>

namespace skyhold {
namespace {

constexpr std::string_view kSession = "skyhold_session";
constexpr std::string_view kFlow = "skyhold_sign_in";

std::string full_name(std::string_view name, bool secure) {
  return fmt::format("{}{}", secure ? "__Host-" : "", name);
}

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

HttpHeader session_cookie(std::string_view value, std::string_view more, bool secure) {
  return {"Set-Cookie", fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict{}{}",
                                    full_name(kSession, secure), value, secure ? "; Secure" : "", more)};
}

HttpHeader flow_cookie(std::string_view value, std::chrono::seconds life, bool secure) {
  return {"Set-Cookie", fmt::format("{}={}; Path=/; HttpOnly; SameSite=Lax{}; Max-Age={}",
                                    full_name(kFlow, secure), value, secure ? "; Secure" : "", life.count())};
}

std::optional<std::string> read_cookie(const ServerRequest& request, std::string_view short_name) {
  const std::string name = full_name(short_name, request.secure);
  for (const HttpHeader& header : request.headers) {
    if (header.name != "cookie") continue;
    std::string_view rest = header.value;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(';'), rest.size());
      const std::string_view pair = trim(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      const std::size_t equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
      return std::string(pair.substr(equals + 1));
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> read_session_cookie(const ServerRequest& request) {
  return read_cookie(request, kSession);
}

HttpHeader set_session_cookie(std::string_view secret, bool secure) {
  return session_cookie(secret, "", secure);
}

HttpHeader clear_session_cookie(bool secure) {
  return session_cookie("", "; Max-Age=0", secure);
}

std::optional<std::string> read_flow_cookie(const ServerRequest& request) {
  return read_cookie(request, kFlow);
}

HttpHeader set_flow_cookie(std::string_view sealed, std::chrono::seconds life, bool secure) {
  return flow_cookie(sealed, life, secure);
}

HttpHeader clear_flow_cookie(bool secure) {
  return flow_cookie("", std::chrono::seconds{0}, secure);
}

}  // namespace skyhold
