// Result<T>: a value or an Error. Expected failures are Results, bugs assert.
#pragma once

#include <utility>

#include <tl/expected.hpp>

#include "base/error.h"

namespace skyhold {

template <typename T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

// `return fail(ErrorCode::kNotFound, "no snapshot 1a2b", "run `skyhold repo list`");`
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string message, std::string hint = {}) {
  return tl::unexpected<Error>(Error{code, std::move(message), std::move(hint)});
}
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace skyhold

// Evaluates to the value of a Result, or returns its error from the function.
//   Bytes bytes = TRY(store.get(name));
//   TRY(store.put(name, bytes));
// A statement expression (GCC and clang), to stand inside others; where it must not: scripts/check_try.
#define TRY(...)                                                                      \
  __extension__({                                                                     \
    auto&& skyhold_result_ = (__VA_ARGS__);                                           \
    if (!skyhold_result_) return ::skyhold::fail(std::move(skyhold_result_).error()); \
    ::skyhold::detail::take(std::move(skyhold_result_));                              \
  })

namespace skyhold::detail {
template <typename T>
T take(Result<T>&& result) {
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}
}  // namespace skyhold::detail
