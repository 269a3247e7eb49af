// The head of a request as Beast reads it, held to what check_framing() asks for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/client.h"
#include "http/server_head.h"

namespace skyhold {

struct RequestHead {
  HttpMethod method = HttpMethod::kGet;
  bool head_only = false;  // HEAD, read as GET
  bool http_1_1 = true;
  std::string target;
  std::vector<HttpHeader> headers;  // names in lower case
  RequestFraming framing;
};

// `head` is what HeadScanner found, its empty line included.
OrRefusal<RequestHead> parse_head(std::string_view head);

}  // namespace skyhold
