// The body of a request, out of the bytes that follow its head.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "http/server_head.h"

namespace skyhold {

// Reads a body of a known length, or a chunked one (RFC 9112, section 7.1):
//
//   4;name=value CRLF       size in hexadecimal, an extension that is ignored
//   abcd CRLF               so many bytes
//   0 CRLF                  the last chunk
//   Trailer: ignored CRLF
//   CRLF
//
// Beast reads heads for us; its chunk reader asserts that some bytes come together that a peer
// can send one by one, so this one is our own. Bounded: it holds no bytes.
class BodyDecoder {
 public:
  explicit BodyDecoder(const RequestFraming& framing);

  struct Step {
    std::size_t consumed = 0;  // 0: more bytes are needed, or it is done
    ByteView data;             // part of what was consumed
  };
  // Takes one step forward in `received`, which begins where the last step ended.
  OrRefusal<Step> next(ByteView received);
  [[nodiscard]] bool done() const { return state_ == State::kDone; }

 private:
  enum class State { kData, kDataEnd, kSize, kExtension, kTrailer, kDone };

  OrRefusal<Step> take_data(ByteView received);
  OrRefusal<Step> take_line_byte(char c);
  OrRefusal<void> take_size(char c);
  OrRefusal<void> end_line();

  bool chunked_;
  State state_;
  std::uint64_t left_ = 0;       // of the body or chunk; while it is being read: its size
  std::size_t size_digits_ = 0;  // of the size line
  std::size_t line_bytes_ = 0;   // of the line that is being read, without CR
  std::size_t spare_bytes_;      // what extensions and trailers may still take
  bool after_cr_ = false;
};

}  // namespace skyhold
