// What a route gave back, as it goes out: problem+json, and the headers that every answer has.
#pragma once

#include <string_view>

#include "api/call.h"

namespace skyhold {

ServerResponse to_response(ApiAnswer answer);
ServerResponse to_response(const Problem& problem, std::string_view request_id);

// Back to where it began; the page has words for the problem's code.
ServerResponse to_sign_in_page(const Problem& problem);

// Whose pages may do what with an answer.
enum class ContentPolicy {
  kData,   // answers of the API: nothing at all
  kPages,  // the dashboard and the reference page: their own files, nothing inline
};
void add_security_headers(ServerResponse& response, ContentPolicy policy, bool secure);

}  // namespace skyhold
