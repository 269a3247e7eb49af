#include "http/server_parser.h"

#include <algorithm>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

namespace skyhold {
namespace {

namespace http = boost::beast::http;

constexpr std::size_t kMostTargetBytes = std::size_t{8} << 10;

tl::unexpected<ServerRefusal> refuse(int status, std::string_view code, std::string detail) {
  return tl::unexpected(ServerRefusal{status, code, std::move(detail)});
}

tl::unexpected<ServerRefusal> refuse(const boost::system::error_code& failure) {
  if (failure == http::error::bad_version) {
    return refuse(505, "unsupported_version", "only HTTP/1.1 and HTTP/1.0 are spoken");
  }
  return refuse(400, "malformed_request", "the head of the request is malformed: " + failure.message());
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower;
}

OrRefusal<HttpMethod> method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get:
    case http::verb::head: return HttpMethod::kGet;
    case http::verb::put: return HttpMethod::kPut;
    case http::verb::post: return HttpMethod::kPost;
    case http::verb::patch: return HttpMethod::kPatch;
    case http::verb::delete_: return HttpMethod::kDelete;
    case http::verb::unknown: return refuse(501, "unknown_method", "the method is not known");
    default: return refuse(405, "method_not_allowed", "the method is not used here");
  }
}

}  // namespace

OrRefusal<RequestHead> parse_head(std::string_view bytes) {
  http::request_parser<http::empty_body> parser;
  parser.header_limit(static_cast<std::uint32_t>(bytes.size()));  // HeadScanner knows the real one
  parser.body_limit(boost::none);
  boost::system::error_code failure;
  parser.put(boost::asio::buffer(bytes), failure);
  if (failure) return refuse(failure);
  if (!parser.is_header_done()) return refuse(400, "malformed_request", "the head of the request has no end");

  const auto& message = parser.get();
  RequestHead head;
  const auto method = method_of(message.method());
  if (!method) return tl::unexpected(method.error());
  head.method = *method;
  head.head_only = message.method() == http::verb::head;
  head.http_1_1 = message.version() == 11;
  head.target = std::string(message.target());
  if (head.target.size() > kMostTargetBytes) return refuse(414, "target_too_long", "the target is too long");
  for (const auto& field : message) {
    head.headers.push_back({lower_case(field.name_string()), std::string(field.value())});
  }
  auto framing = check_framing(head.headers, head.http_1_1);
  if (!framing) return tl::unexpected(framing.error());
  head.framing = *framing;
  return head;
}

}  // namespace skyhold
