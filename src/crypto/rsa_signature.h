// RS256: RSASSA-PKCS1-v1_5 over SHA-256 (RFC 7518), the signature of the tokens by which a
// service account shows who it is.
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace skyhold {

// `private_key_pem` is PKCS#8 or PKCS#1, without a password. kInvalidArgument when it is no
// RSA key of at least 2048 bits; the message never repeats any of it.
Result<Bytes> sign_rs256(std::string_view private_key_pem, ByteView message);

// kCorrupt when the signature is not that key's over this message.
Status verify_rs256(std::string_view public_key_pem, ByteView message, ByteView signature);

}  // namespace skyhold
