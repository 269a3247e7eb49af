// Whether people work in a database: for whoever is about to replace it.
#pragma once

#include <optional>

#include "base/clock.h"
#include "capture/pg_session.h"

namespace skyhold {

// When the newest rows of those tables of Odoo that people fill all day (messages, sign-ins, attachments,
// orders, invoices) were made or last changed; the latest of it. A few looks along primary keys, so it costs
// nothing whatever the size. It may be too early, since a change of an older row does not show; it is never
// too late. Nothing: not an Odoo, nobody has worked in it, or it could not be told within two seconds.
std::optional<Instant> last_write_of_odoo(PgSession& session);

}  // namespace skyhold
