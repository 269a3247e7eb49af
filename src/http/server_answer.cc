#include "http/server_answer.h"

#include <algorithm>
#include <array>
#include <ctime>

#include <fmt/format.h>

namespace skyhold {
namespace {

std::string_view reason_of(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "";  // the phrase is for people; a status line may go without
  }
}

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool equal_names(std::string_view left, std::string_view right) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(left, right, {}, lower, lower);
}

bool is_engines_own(std::string_view name) {
  constexpr std::array kOwn{"content-length", "transfer-encoding", "connection", "date"};
  return std::ranges::any_of(kOwn, [&](std::string_view own) { return equal_names(name, own); });
}

bool stays_on_line(std::string_view value) {
  return std::ranges::none_of(
      value, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; });
}

// Only texts of the engine's own come here: no escapes are needed beyond quotes and backslashes.
std::string json_string(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

bool has_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

bool is_sendable(const ServerResponse& response) {
  return response.status >= 200 && response.status <= 599 &&
         std::ranges::all_of(response.headers, [](const HttpHeader& header) {
           return is_token(header.name) && stays_on_line(header.value) && !is_engines_own(header.name);
         });
}

std::string format_http_date(Instant instant) {
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count();
  std::tm time{};
  gmtime_r(&seconds, &time);
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
                     kDays.at(static_cast<std::size_t>(time.tm_wday)), time.tm_mday,
                     kMonths.at(static_cast<std::size_t>(time.tm_mon)), time.tm_year + 1900, time.tm_hour,
                     time.tm_min, time.tm_sec);
}

std::string format_head(const ServerResponse& response, const AnswerFraming& framing, Instant now) {
  std::string head = fmt::format("HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status,
                                 reason_of(response.status), format_http_date(now));
  for (const HttpHeader& header : response.headers) {
    head += fmt::format("{}: {}\r\n", header.name, header.value);
  }
  if (framing.content_length) head += fmt::format("Content-Length: {}\r\n", *framing.content_length);
  if (framing.chunked) head += "Transfer-Encoding: chunked\r\n";
  if (!framing.keep_alive) head += "Connection: close\r\n";
  return head + "\r\n";
}

ServerResponse to_response(const ServerRefusal& refusal) {
  ServerResponse response;
  response.status = refusal.status;
  response.headers = {{"Content-Type", "application/problem+json"}, {"Cache-Control", "no-store"}};
  if (refusal.status == 405) response.headers.push_back({"Allow", "GET, HEAD, POST, PUT, PATCH, DELETE"});
  if (refusal.status == 503) response.headers.push_back({"Retry-After", "1"});
  response.body = fmt::format(R"({{"type":"about:blank","title":{},"status":{},"code":{},"detail":{}}})",
                              json_string(reason_of(refusal.status)), refusal.status,
                              json_string(refusal.code), json_string(refusal.detail));
  return response;
}

std::string chunk_head(std::size_t bytes) {
  return fmt::format("{:x}\r\n", bytes);
}

std::string format_event(std::string_view name, std::string_view data, std::string_view id) {
  // A line end inside of a field would begin another field.
  const auto one_line = [](std::string_view text) {
    return std::string(text.substr(0, text.find_first_of(std::string_view("\r\n\0", 3))));
  };
  std::string event;
  if (!id.empty()) event += fmt::format("id: {}\n", one_line(id));
  if (!name.empty()) event += fmt::format("event: {}\n", one_line(name));
  while (true) {
    const std::size_t end = data.find_first_of("\r\n");
    event += fmt::format("data: {}\n", data.substr(0, end));
    if (end == std::string_view::npos) break;
    data.remove_prefix(end + (data.substr(end).starts_with("\r\n") ? 2 : 1));
  }
  return event + "\n";
}

std::optional<std::string_view> ServerRequest::header(std::string_view lower_case_name) const {
  for (const HttpHeader& each : headers) {
    if (each.name == lower_case_name) return each.value;
  }
  return std::nullopt;
}

std::optional<std::string_view> ServerRequest::query_value(std::string_view name) const {
  for (const auto& [each, value] : query) {
    if (each == name) return value;
  }
  return std::nullopt;
}

}  // namespace skyhold
