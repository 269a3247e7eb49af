// What a restore that is asked for would be: the same for its preview and for the thing itself.
#pragma once

#include "api/call.h"
#include "model/job_parameters.h"

namespace skyhold {

struct RestorePlan {
  BackupRecord backup;
  Branch target;
  RestoreParameters parameters;
  std::vector<std::string> warnings;
};

// From the body of createRestore or previewRestore. Checks everything but the confirmation, and
// changes nothing.
Outcome<RestorePlan> plan_restore(const ApiCall& call);

}  // namespace skyhold
