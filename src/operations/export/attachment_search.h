// Attachments of a backup by their names: which file of its filestore is the one that somebody misses.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "model/manifest.h"
#include "repository/repository.h"

namespace skyhold {

struct AttachmentQuery {
  // Words that the name has, all of them, in capitals or not; or the record that it belongs to:
  // "account.move,42".
  std::string text;
  std::size_t most = 100;
  std::chrono::seconds longest{45};
};

struct FoundAttachment {
  std::int64_t id = 0;
  std::string name;
  std::string res_model;    // "account.move"; empty: of no record
  std::int64_t res_id = 0;  // 0: of none
  std::string mimetype;
  std::uint64_t size_bytes = 0;  // of the file that is held; else as the attachment says
  std::string file;              // "ab/abcdef…"; empty: it lies in the database, or is a link
  bool held = false;             // the backup has the file
  std::optional<Instant> created_at;
};

struct FoundAttachments {
  std::vector<FoundAttachment> items;  // as the table has them: the oldest first, mostly
  bool more = false;                   // there may be others: `most` or `longest` was reached
};

// Reads ir_attachment as the backup has it. The repository's index is loaded. kNotFound: the backup has no
// such table. Memory: a few MiB, beside the manifest; the matches.
Result<FoundAttachments> find_attachments(Repository& repository, const Snapshot& snapshot,
                                          const Manifest& manifest, const AttachmentQuery& query,
                                          const CancelToken& cancel);

}  // namespace skyhold
