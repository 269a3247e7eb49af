// manifest.json of an Odoo zip, as Odoo's own backup writes it.
#pragma once

#include <string>

#include "model/manifest.h"

namespace skyhold {

// kInvalidArgument when the backup is of no Odoo.
Result<std::string> odoo_manifest(const Manifest& manifest);

}  // namespace skyhold
