// What a long operation tells about itself while it runs.
#pragma once

#include <cstdint>
#include <string>

namespace skyhold {

struct Progress {
  std::string phase;              // "Reading tables"
  std::uint64_t done_bytes = 0;   // of the whole operation
  std::uint64_t total_bytes = 0;  // 0: not known
  std::uint64_t done_items = 0;
  std::uint64_t total_items = 0;
};

// Where progress goes. Thread-safe; called often, so implementations drop most of it.
class ProgressSink {
 public:
  virtual ~ProgressSink() = default;
  virtual void report(const Progress& progress) = 0;
  // Something that a person should know now, though the work goes on.
  virtual void warn(const std::string& message) = 0;
};

}  // namespace skyhold
