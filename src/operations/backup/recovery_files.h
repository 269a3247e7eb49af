// README and restore.sh: how to recover a snapshot with restic, pg_restore and psql alone.
// They lie in every snapshot, so that the data outlives Skyhold.
#pragma once

#include <string>

#include "model/manifest.h"

namespace skyhold {

std::string recovery_readme(const Manifest& manifest);
// A POSIX shell script; it names every table's COPY statement and files.
std::string recovery_script(const Manifest& manifest);

}  // namespace skyhold
