// What a PostgreSQL server keeps of a password: given to CREATE ROLE, it stands in no statement and
// no log of the server.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"

namespace skyhold {

// "SCRAM-SHA-256$4096:<salt>$<stored key>:<server key>" (RFC 5803), for a password of ASCII, with a
// random salt.
std::string scram_verifier(std::string_view password);
std::string scram_verifier(std::string_view password, ByteView salt);

}  // namespace skyhold
