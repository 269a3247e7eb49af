// The receiving end of server-sent events: pieces of bytes in, whole events out. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace skyhold {

struct ServerEvent {
  std::string name;  // "message" when the server gave none
  std::string data;  // its lines, joined by line breaks
  std::string id;    // the last that was named, with this event or before it: for Last-Event-ID
};

class ServerEventParser {
 public:
  // An event that is longer than this is kCorrupt: it would never end.
  static constexpr std::size_t kMostEventBytes = std::size_t{4} << 20;

  // The events that became whole with this piece, which may begin and end anywhere.
  Result<std::vector<ServerEvent>> feed(std::string_view piece);

 private:
  void take_line(std::string_view line, std::vector<ServerEvent>& events);

  std::string line_;  // that is not yet at its end
  bool after_carriage_return_ = false;
  std::string name_;
  std::string data_;
  bool has_data_ = false;
  std::string id_;
};

}  // namespace skyhold
