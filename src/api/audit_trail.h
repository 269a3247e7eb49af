// What the audit log says of a call.
#pragma once

#include "api/call.h"
#include "api/routes.h"

namespace skyhold {

// Everything that changes or reveals something, however it ended; but not what nobody in
// particular was refused, for then anybody could fill the log.
[[nodiscard]] bool is_audited(const ApiCall& call, const Problem* problem);
Status write_audit(const ApiCall& call, const Problem* problem);

}  // namespace skyhold
