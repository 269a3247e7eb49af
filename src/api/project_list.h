// Which projects a page of the fleet shows, and in which order: by name, or as GET /projects says.
#pragma once

#include "api/call.h"
#include "api/health_view.h"

namespace skyhold {

struct ListedProject {
  ProjectSummary summary;
  ShownHealth health;
};

// The page that the call's query asks for (search, health, sort, limit, after), of the projects that the
// caller may see. A cursor serves the sort that it came from; a project whose place in the order changes
// between two pages may be seen twice or not at all, the others are seen once.
//
// By name the catalog does it. Health follows from rules that no database knows and from the hour, so by
// anything else the summaries of all projects are read (a few statements for each 500 of them) and put in
// order here: at most 10,000 of them, else 400 too_many_projects.
Outcome<Page<ListedProject>> project_list(const ApiCall& call, const HealthSetting& setting);

}  // namespace skyhold
