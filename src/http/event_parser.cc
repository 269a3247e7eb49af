#include "http/event_parser.h"

#include <utility>

namespace skyhold {

Result<std::vector<ServerEvent>> ServerEventParser::feed(std::string_view piece) {
  std::vector<ServerEvent> events;
  for (const char c : piece) {
    // A line ends with CR, LF or both.
    const bool second_of_two = c == '\n' && after_carriage_return_;
    after_carriage_return_ = c == '\r';
    if (second_of_two) continue;
    if (c == '\r' || c == '\n') {
      take_line(std::exchange(line_, {}), events);
    } else {
      line_ += c;
    }
    if (line_.size() + data_.size() > kMostEventBytes) {
      return fail(ErrorCode::kCorrupt, "an event of the server is longer than any should be");
    }
  }
  return events;
}

void ServerEventParser::take_line(std::string_view line, std::vector<ServerEvent>& events) {
  if (line.empty()) {
    if (has_data_) events.push_back({name_.empty() ? "message" : name_, data_, id_});
    name_.clear();
    data_.clear();
    has_data_ = false;
    return;
  }
  const std::size_t colon = std::min(line.find(':'), line.size());
  const std::string_view field = line.substr(0, colon);
  std::string_view value = line.substr(std::min(colon + 1, line.size()));
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "event") name_ = value;
  if (field == "id" && value.find('\0') == std::string_view::npos) id_ = value;
  if (field == "data") {
    if (has_data_) data_ += '\n';
    data_ += value;
    has_data_ = true;
  }
}

}  // namespace skyhold
