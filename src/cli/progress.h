// Progress on standard error: a bar for people, JSON lines for programs, or only warnings.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <ostream>
#include <string>

#include "base/rate_meter.h"
#include "model/progress.h"

namespace skyhold {

enum class ProgressStyle { kNone, kBar, kJson };

struct ProgressOutput {
  std::ostream& out;
  std::function<int()> columns;     // of the terminal, asked each time: windows change their size
  std::function<double()> seconds;  // a monotonic clock
};

// What a bar shows, worked out. Pure, so that it can be tested.
struct ProgressView {
  Progress progress;
  double elapsed_seconds = 0;
  double bytes_per_second = 0;  // of late; 0: not known yet
  double seconds_left = -1;     // -1: not known
};

// One line, at most `columns` - 1 characters: a full line would make some terminals wrap.
// Gives up the bar, then the rate, then the amounts, as room gets short.
std::string bar_line(const ProgressView& view, int columns);

// Draws at most ten times a second, and at each new phase. Thread-safe.
class ConsoleProgress final : public ProgressSink {
 public:
  ConsoleProgress(ProgressStyle style, ProgressOutput output);
  ~ConsoleProgress() override;
  ConsoleProgress(const ConsoleProgress&) = delete;
  ConsoleProgress& operator=(const ConsoleProgress&) = delete;

  void report(const Progress& progress) override;
  void warn(const std::string& message) override;
  // Wipes the bar away; reports that come later are dropped, warnings are not.
  void finish();

 private:
  [[nodiscard]] ProgressView view(const Progress& progress, double now);
  void draw(const ProgressView& view);
  void erase();

  const ProgressStyle style_;
  ProgressOutput output_;
  const double started_;
  std::mutex mutex_;
  RateMeter rate_;
  Progress last_;
  double drawn_at_ = -1;
  bool bar_is_visible_ = false;
  bool finished_ = false;
};

}  // namespace skyhold
