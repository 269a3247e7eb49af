// Errors of libpq and the server as Errors of Skyhold.
#pragma once

#include <string>
#include <string_view>

#include <libpq-fe.h>

#include "base/error.h"

namespace skyhold {

// The code for a SQLSTATE such as "42P01": by its five characters, else by its class.
ErrorCode code_for_sqlstate(std::string_view sqlstate);

// From a failed result, or from the connection when there is no result or it says nothing.
Error error_from_result(const PGresult* result, PGconn* connection);

// From a connection that could not be made. `connection` was opened with
// PQERRORS_VERBOSE, because libpq shows the SQLSTATE of a refused connection nowhere
// but in that text. `password` is blotted out should it occur.
Error error_from_connect(PGconn* connection, std::string_view password);
// The same from that text, of any length and content.
Error error_from_connect_text(std::string_view words, std::string_view password);

}  // namespace skyhold
