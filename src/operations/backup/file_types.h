// What kinds of files a backup holds, as its attachments say.
#pragma once

#include <vector>

#include "capture/filestore.h"
#include "capture/odoo/mimetypes.h"
#include "model/manifest.h"

namespace skyhold {

// `held` and `required` are by name. A held file that nothing requires is of unknown type. The largest
// FilestoreFacts::kMostTypes types stand for themselves, the rest is one.
std::vector<FileType> count_file_types(const std::vector<FileEntry>& held,
                                       const std::vector<RequiredFile>& required, const Mimetypes& mimetypes);

}  // namespace skyhold
