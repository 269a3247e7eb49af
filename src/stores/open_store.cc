#include <fmt/format.h>

#include "stores/file_url.h"
#include "stores/local_store.h"
#include "stores/object_store.h"

namespace skyhold {

Result<ObjectStorePtr> open_store(std::string_view url) {
  if (url.starts_with("file:")) return std::make_shared<LocalStore>(TRY(parse_file_url(url)));
  if (const std::size_t colon = url.find("://"); colon != std::string_view::npos) {
    // What stands behind the scheme may hold credentials, so it is not repeated.
    const std::string_view scheme = url.substr(0, colon);
    const bool is_planned = scheme == "s3" || scheme == "gs";
    return fail(ErrorCode::kInvalidArgument,
                is_planned ? fmt::format("stores at {}:// are not supported yet by this version", scheme)
                           : fmt::format("there are no stores at {}://", scheme),
                "use a directory: file:///directory");
  }
  return fail(ErrorCode::kInvalidArgument, fmt::format("\"{}\" is not the URL of a store", url),
              url.starts_with('/') ? fmt::format("write file://{}", url) : "write file:///directory");
}

}  // namespace skyhold
