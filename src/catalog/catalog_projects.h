// Projects as the other parts of the catalog read them.
#pragma once

#include "catalog/catalog.h"

namespace skyhold {

Result<Page<Project>> project_page(SqlSession& session, const PageRequest& page, std::string_view search,
                                   const std::vector<std::string>* names);
Result<Project> project_in(SqlSession& session, std::string_view name);  // kNotFound

}  // namespace skyhold
