// What the API needs to give backups away as files and to take files in. A port: the process that serves
// implements it (app/). Thread-safe. All calls touch a network.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "http/byte_range.h"
#include "io/byte_stream.h"
#include "model/backup_record.h"
#include "model/project.h"
#include "operations/export/attachment_search.h"
#include "operations/export/export.h"
#include "operations/import/uploads.h"

namespace skyhold {

class Interchange {
 public:
  virtual ~Interchange() = default;

  // Nothing is read of the backup before the source is. kUnavailable when as many downloads run here
  // as may.
  virtual Result<std::unique_ptr<ByteSource>> open_download(const BackupRecord& backup,
                                                            const ExportOptions& options,
                                                            const ByteRange& range) = 0;
  // kNotFound when the backup is of no Odoo, kUnavailable when as many searches run here as may.
  virtual Result<FoundAttachments> find_attachments(const BackupRecord& backup, const Manifest& manifest,
                                                    const AttachmentQuery& query) = 0;
  // Of the project's region; valid as long as this.
  virtual Result<std::shared_ptr<Uploads>> uploads(const Project& project) = 0;
};

}  // namespace skyhold
