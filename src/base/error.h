// The one Error of Skyhold: what happened, to what, and what to do about it.
//
// Every expected failure travels as an Error inside a Result<T> (result.h). The
// code decides the process's exit code and, in the service, the HTTP status; both
// are read from the table in error.cc, which is the only place that knows them.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace skyhold {

enum class ErrorCode {
  kInvalidArgument,   // the caller asked for something that cannot be
  kNotFound,          // a named thing is not there
  kAlreadyExists,     // creating it would overwrite something
  kPermissionDenied,  // the other side refused us
  kWrongKey,          // a key does not open what it was meant to open
  kCorrupt,           // bytes do not match their name, MAC or format
  kMissingAtSource,   // the source lacks something it says it has
  kUnavailable,       // a peer or store cannot be reached; trying later may help
  kNoSpace,           // a disk, quota or bound is full
  kBusy,              // another process holds what we need
  kUnsupported,       // a version or feature that we do not handle
  kCancelled,         // the operator or a signal ended the work
  kDegraded,          // the work is done, but not on every store
  kSource,            // PostgreSQL or a client program reported an error
  kInternal,          // everything that should not happen
};

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;  // what happened, to what: one line, no full stop
  std::string hint;     // what to do about it; may be empty
  // The peer asked to be left alone for so long; 0: it did not.
  std::chrono::milliseconds retry_after{0};

  // The same error with "while doing X: " before its message.
  [[nodiscard]] Error in(std::string_view context) const;
};

struct ErrorTraits {
  std::string_view name;  // stable, for --json and logs: "wrong_key"
  int exit_code;          // of the process, documented in docs/exit-codes.md
  int http_status;
};

// The traits of a code. Total: every code has a row.
const ErrorTraits& traits(ErrorCode code);

// "message" or "message\n  hint: hint", for people.
std::string to_string(const Error& error);

// An Error from errno, with the code that fits it (ENOSPC is kNoSpace, EACCES is
// kPermissionDenied, ENOENT is kNotFound). `action` reads like "cannot open /x".
Error error_from_errno(int saved_errno, std::string_view action);

}  // namespace skyhold
