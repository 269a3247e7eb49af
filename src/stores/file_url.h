// file:// URLs: absolute paths of this machine, percent-encoded (RFC 8089).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace skyhold {

std::string file_url(const std::filesystem::path& path);
// kInvalidArgument, with a hint that shows the right form, for everything else.
Result<std::filesystem::path> parse_file_url(std::string_view url);

}  // namespace skyhold
