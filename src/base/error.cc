#include "base/error.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "base/assert.h"

namespace skyhold {

Error Error::in(std::string_view context) const {
  return Error{code, fmt::format("{}: {}", context, message), hint, retry_after};
}

const ErrorTraits& traits(ErrorCode code) {
  // Exit codes are few on purpose: scripts can tell apart what they would act on.
  static constexpr ErrorTraits kInvalidArgument{"invalid_argument", 2, 400};
  static constexpr ErrorTraits kNotFound{"not_found", 4, 404};
  static constexpr ErrorTraits kAlreadyExists{"already_exists", 5, 409};
  static constexpr ErrorTraits kPermissionDenied{"permission_denied", 6, 403};
  static constexpr ErrorTraits kWrongKey{"wrong_key", 6, 403};
  static constexpr ErrorTraits kCorrupt{"corrupt", 7, 500};
  static constexpr ErrorTraits kMissingAtSource{"missing_at_source", 8, 422};
  static constexpr ErrorTraits kUnavailable{"unavailable", 9, 503};
  static constexpr ErrorTraits kNoSpace{"no_space", 9, 507};
  static constexpr ErrorTraits kBusy{"busy", 10, 423};
  static constexpr ErrorTraits kUnsupported{"unsupported", 11, 501};
  static constexpr ErrorTraits kCancelled{"cancelled", 130, 499};
  static constexpr ErrorTraits kDegraded{"degraded", 3, 207};
  static constexpr ErrorTraits kSource{"source_error", 8, 502};
  static constexpr ErrorTraits kInternal{"internal", 1, 500};
  switch (code) {
    case ErrorCode::kInvalidArgument: return kInvalidArgument;
    case ErrorCode::kNotFound: return kNotFound;
    case ErrorCode::kAlreadyExists: return kAlreadyExists;
    case ErrorCode::kPermissionDenied: return kPermissionDenied;
    case ErrorCode::kWrongKey: return kWrongKey;
    case ErrorCode::kCorrupt: return kCorrupt;
    case ErrorCode::kMissingAtSource: return kMissingAtSource;
    case ErrorCode::kUnavailable: return kUnavailable;
    case ErrorCode::kNoSpace: return kNoSpace;
    case ErrorCode::kBusy: return kBusy;
    case ErrorCode::kUnsupported: return kUnsupported;
    case ErrorCode::kCancelled: return kCancelled;
    case ErrorCode::kDegraded: return kDegraded;
    case ErrorCode::kSource: return kSource;
    case ErrorCode::kInternal: return kInternal;
  }
  SKYHOLD_UNREACHABLE();
}

std::string to_string(const Error& error) {
  if (error.hint.empty()) return error.message;
  return fmt::format("{}\n  hint: {}", error.message, error.hint);
}

Error error_from_errno(int saved_errno, std::string_view action) {
  ErrorCode code = ErrorCode::kInternal;
  std::string hint;
  switch (saved_errno) {
    case ENOENT: code = ErrorCode::kNotFound; break;
    case EEXIST:
    case ENOTEMPTY: code = ErrorCode::kAlreadyExists; break;
    case EACCES:
    case EPERM:
    case EROFS:
      code = ErrorCode::kPermissionDenied;
      hint = "check the owner and mode of the path, and which user Skyhold runs as";
      break;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      code = ErrorCode::kNoSpace;
      hint = "free space on that file system, or raise its quota, and run again";
      break;
    case EIO:
    case ENOTCONN:
    case ESTALE:
    case ENODEV:
    case ENXIO: code = ErrorCode::kUnavailable; break;
    default: break;
  }
  return Error{code, fmt::format("{}: {}", action, std::strerror(saved_errno)), hint};
}

}  // namespace skyhold
