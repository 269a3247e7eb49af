// Answers as bytes: heads, the answers that the engine gives itself, events.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "http/server.h"
#include "http/server_head.h"

namespace skyhold {

// How the end of an answer is known.
struct AnswerFraming {
  std::optional<std::uint64_t> content_length;
  bool chunked = false;  // neither: the connection ends it
  bool keep_alive = true;
};

// Whether an answer of that status has a body at all.
bool has_body(int status);
// Whether the head can be sent: a status of three digits, headers that stay on their lines and
// are not the engine's own.
bool is_sendable(const ServerResponse& response);
std::string format_head(const ServerResponse& response, const AnswerFraming& framing, Instant now);
// "Mon, 23 Nov 2026 01:00:00 GMT".
std::string format_http_date(Instant instant);

// Minimal problem+json (RFC 9457).
ServerResponse to_response(const ServerRefusal& refusal);

// "1f\r\n…\r\n", and what ends a body.
std::string chunk_head(std::size_t bytes);
inline constexpr std::string_view kChunkEnd = "\r\n";
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace skyhold
