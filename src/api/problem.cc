#include "api/problem.h"

#include "base/log.h"

namespace skyhold {
namespace {

// The table of base/error.h, but for what a browser or proxy would take for something else:
// nobody here hung up (499), nothing here is many answers (207), and a key that does not fit is
// our trouble and not the caller's permission.
int http_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::kCancelled: return 503;
    case ErrorCode::kDegraded:
    case ErrorCode::kWrongKey: return 500;
    default: return traits(code).http_status;
  }
}

}  // namespace

Problem::Problem(Error error)
    : status(http_status(error.code)),
      code(traits(error.code).name),
      message(std::move(error.message)),
      hint(std::move(error.hint)),
      retry_after(std::chrono::ceil<std::chrono::seconds>(error.retry_after)) {
  if (error.code != ErrorCode::kInternal) return;
  log::warning("a request failed inside: {}", message);
  message = "something went wrong inside Skyhold";
  hint = "the server's log says more, under this request's id";
}

Problem Problem::of(const JsonFault& fault) {
  return Problem(400, "invalid_argument", fault.message, "see /api/v1/reference for what may be sent")
      .at(fault.field);
}

}  // namespace skyhold
