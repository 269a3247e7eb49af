// The end of a zip archive against the entries that were read before it.
#pragma once

#include "archive/keyed_hash_set.h"
#include "archive/stream_buffer.h"
#include "archive/zip_format.h"
#include "io/byte_stream.h"

namespace skyhold::zip {

class DirectoryCheck {
 public:
  // An entry as it was found, sizes and checksum included.
  void add(const Entry& entry);
  // Reads the central directory, which begins here, and the end records, up to the stream's end. kCorrupt
  // for any difference; the message names the entry.
  Status finish(StreamBuffer& input);

 private:
  Status check_entry(const Entry& entry);
  Status read_entries(StreamBuffer& input);
  Result<End> read_end(StreamBuffer& input);

  KeyedHashSet found_;
  std::uint64_t found_sum_ = 0;
  std::uint64_t listed_ = 0;
  std::uint64_t listed_sum_ = 0;
};

tl::unexpected<Error> cut_off(std::string_view where);

}  // namespace skyhold::zip
