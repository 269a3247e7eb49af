// What Odoo's own tables say: which files a database needs, and which Odoo it is.
#pragma once

#include <optional>
#include <vector>

#include "capture/database_capture.h"
#include "capture/filestore.h"
#include "capture/odoo/mimetypes.h"

namespace skyhold {

// The files that ir_attachment refers to (store_fname, distinct, by name), read in the
// snapshot; nullopt when the database has no public.ir_attachment with such a column.
// Names that could leave the filestore are not returned but added to `refused`. What each file is, as
// far as the attachments say it, is a number of `mimetypes`.
Result<std::optional<std::vector<RequiredFile>>> required_attachments(DatabaseSnapshot& snapshot,
                                                                      std::vector<MissingFile>& refused,
                                                                      Mimetypes& mimetypes);

// Version, uuid and installed modules; empty facts when it is not an Odoo database.
Result<OdooFacts> odoo_facts(DatabaseSnapshot& snapshot);

}  // namespace skyhold
