// One pg_dump file, by itself or inside of an archive: plain SQL or custom format.
#pragma once

#include "archive/detect.h"
#include "capture/client_program.h"
#include "operations/import/load_context.h"

namespace skyhold {

// `stream` is read to its end. kCorrupt when the dump is cut off.
Status load_single_dump(const LoadContext& context, ContentKind kind, PeekedSource& stream);

// A pg_restore that reads dumps of that pg_dump's version ("16.4").
Result<ClientProgram> pg_restore_for(std::string_view dump_version);

}  // namespace skyhold
