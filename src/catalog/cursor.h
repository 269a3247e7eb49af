// Where the next page of a list begins, as a text that says nothing to its reader: base64url of
// the list's name and the sort key of the last item.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace skyhold {

std::string encode_cursor(std::string_view list, const std::vector<std::string>& key);

// kInvalidArgument for what is no cursor of this list with so many parts.
Result<std::vector<std::string>> decode_cursor(std::string_view list, std::string_view cursor,
                                               std::size_t parts);

}  // namespace skyhold
