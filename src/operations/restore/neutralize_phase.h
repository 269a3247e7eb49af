// Neutralization and a new identity, in the database that nobody sees yet.
#pragma once

#include "base/cancel.h"
#include "operations/restore/restore.h"

namespace skyhold {

// nullopt when `options` ask for neither. A statement that runs when `cancel` is set is
// stopped on the server.
Result<std::optional<NeutralizationReport>> neutralize_hidden(const PgTarget& hidden,
                                                              const RestoreOptions& options,
                                                              const CancelToken& cancel);

}  // namespace skyhold
