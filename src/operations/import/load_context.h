// What the ways to load share.
#pragma once

#include <functional>

#include "base/cancel.h"
#include "operations/import/dump_loader.h"
#include "operations/import/import.h"

namespace skyhold {

struct LoadContext {
  const ImportRequest& request;
  ImportReport& report;
  DumpLoader& loader;
  const CancelToken& cancel;
};

// Notes why the archive is not taken, and says so.
[[nodiscard]] inline tl::unexpected<Error> refuse_import(ImportReport& report, std::string_view code,
                                                         Error error) {
  report.add(ImportSeverity::kRefused, code, error.message);
  return fail(std::move(error));
}

}  // namespace skyhold
