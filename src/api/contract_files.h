// openapi.yaml and what is made of it, built into the program by scripts/generate_contract.
#pragma once

#include <string_view>

namespace skyhold {

std::string_view openapi_yaml();
std::string_view openapi_json();
std::string_view reference_html();
std::string_view reference_css();

}  // namespace skyhold
