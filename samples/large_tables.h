// The tables whose texts are too long to be made on the server: messages, views, attachments.
#pragma once

#include <cstdint>
#include <vector>

#include "connection.h"
#include "files.h"
#include "values.h"

namespace sample {

void copy_messages(Connection& connection, std::int64_t first, std::int64_t last,
                   const ValueContext& context);
void copy_views(Connection& connection, std::int64_t last, const ValueContext& context);

// The attachments that lie in the database: ids 1 … kLastingAttachments.
void copy_lasting_attachments(Connection& connection, const ValueContext& context);
// One attachment a file, some files shared by two; returns the last id.
std::int64_t copy_attachments(Connection& connection, std::int64_t first,
                              const std::vector<StoredFile>& files, const ValueContext& context);

}  // namespace sample
