// The report of an import: as people read it, and as the service gives it.
#pragma once

#include <string>

#include "cli/api_json.h"
#include "operations/import/import_report.h"

namespace skyhold {

// Names and words in it come from the archive: they are made printable.
std::string import_report_text(const ImportReport& report);

// ImportReport of the API. A severity that is new to this version is read as a warning.
ImportReport import_report_of(const ApiJson& report);

// Why nothing of it was taken, with the code that `repo import` ends with for the like.
Error import_refusal(const ImportReport& report);

}  // namespace skyhold
