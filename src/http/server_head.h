// What is refused of a request's head before anybody interprets it. Two readers of one byte
// stream that disagree about where a request ends can be played against each other, so all
// that is odd about the framing is refused here, whatever a lenient parser would make of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "http/client.h"

namespace skyhold {

// An answer to a request that is not handed to anybody. `code` is stable.
struct ServerRefusal {
  int status = 400;
  std::string_view code = "malformed_request";
  std::string detail;
};
template <typename T>
using OrRefusal = tl::expected<T, ServerRefusal>;

// Finds the end of a head in bytes that come piece by piece, and stops at the first that has no
// place in one: a bare CR or LF, a control character, a folded line.
class HeadScanner {
 public:
  explicit HeadScanner(std::size_t max_bytes) : max_bytes_(max_bytes) {}
  // `received` begins with all that earlier calls saw. The size of the head, with its empty line;
  // nothing when more is needed.
  OrRefusal<std::optional<std::size_t>> scan(std::string_view received);

 private:
  [[nodiscard]] OrRefusal<void> check(std::string_view received, std::size_t position) const;

  std::size_t max_bytes_;
  std::size_t scanned_ = 0;
};

struct RequestFraming {
  bool chunked = false;
  std::optional<std::uint64_t> content_length;
  bool keep_alive = true;
  bool expects_continue = false;
};

// From the headers of a request of HTTP/1.1 or 1.0; names in lower case.
OrRefusal<RequestFraming> check_framing(const std::vector<HttpHeader>& headers, bool http_1_1);

}  // namespace skyhold
