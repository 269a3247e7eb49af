// What an answer says when it is no success: problem+json (RFC 9457).
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include <tl/expected.hpp>

#include "api/json_parse.h"
#include "base/result.h"

namespace skyhold {

struct Problem {
  Problem(int http_status, std::string stable_code, std::string words, std::string what_to_do = {})
      : status(http_status),
        code(std::move(stable_code)),
        message(std::move(words)),
        hint(std::move(what_to_do)) {}
  // By the traits of its code. What broke inside is logged and not told.
  Problem(Error error);  // NOLINT(google-explicit-constructor): so that TRY of a Result may end a route
  // Of what the caller sent: invalid_argument.
  static Problem of(const JsonFault& fault);

  [[nodiscard]] Problem at(std::string where) && {
    field = std::move(where);
    return std::move(*this);
  }

  int status;
  std::string code;
  std::string message;
  std::string hint;
  std::string field;  // of the request; empty: none in particular
  std::chrono::seconds retry_after{0};
};

template <typename T>
using Outcome = tl::expected<T, Problem>;

[[nodiscard]] inline tl::unexpected<Problem> fail(Problem problem) {
  return tl::unexpected<Problem>(std::move(problem));
}
// The same error, known to be about a field of the request.
[[nodiscard]] inline tl::unexpected<Problem> fail_at(std::string field, Error error) {
  return fail(Problem(std::move(error)).at(std::move(field)));
}

}  // namespace skyhold

namespace skyhold::detail {
template <typename T>
T take(tl::expected<T, Problem>&& result) {
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}
}  // namespace skyhold::detail
