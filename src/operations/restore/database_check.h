// What was restored against what the backup says it holds.
#pragma once

#include <vector>

#include "base/cancel.h"
#include "model/manifest.h"
#include "operations/restore/restore_session.h"

namespace skyhold {

// Sequences and large objects by number. kCorrupt when they differ.
Status check_counts(PgSession& session, const Manifest& manifest);

// Every table read back and its rows compared by number and digest. kCorrupt names the
// first that differs.
Status check_rows(std::vector<RestoreSession>& sessions, const Manifest& manifest, const CancelToken& cancel);

}  // namespace skyhold
