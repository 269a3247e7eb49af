#include "cli/progress.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/human.h"
#include "cli/format.h"
#include "cli/json_reports.h"

namespace skyhold {
namespace {

constexpr double kSecondsBetweenDraws = 0.1;
constexpr std::size_t kWidestBar = 30;
constexpr std::size_t kNarrowestBar = 8;
constexpr std::string_view kEraseLine = "\r\x1b[K";

// The part that is done, from 0 to 1; -1 when the whole is not known. Bytes speak first.
double share_done(const Progress& progress) {
  const bool bytes = progress.total_bytes > 0;
  const auto total = static_cast<double>(bytes ? progress.total_bytes : progress.total_items);
  const auto done = static_cast<double>(bytes ? progress.done_bytes : progress.done_items);
  return total > 0 ? std::clamp(done / total, 0.0, 1.0) : -1;
}

std::string bar_of(double share, std::size_t width) {
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(width));
  return fmt::format("[{}{}]", std::string(filled, '#'), std::string(width - filled, '-'));
}

std::string amounts_of(const Progress& progress) {
  if (progress.total_bytes > 0) {
    return fmt::format("{} of {}", human_bytes(progress.done_bytes), human_bytes(progress.total_bytes));
  }
  if (progress.total_items > 0) {
    return fmt::format("{} of {}", human_count(progress.done_items), human_count(progress.total_items));
  }
  if (progress.done_bytes > 0) return human_bytes(progress.done_bytes);
  return progress.done_items > 0 ? human_count(progress.done_items) : "";
}

std::string time_left_of(const ProgressView& view) {
  if (view.seconds_left < 0) return {};
  if (view.seconds_left < 59) return fmt::format("{:.0f} s left", std::ceil(view.seconds_left));
  return fmt::format("{} left", human_seconds(std::max(view.seconds_left, 60.0)));
}

}  // namespace

std::string bar_line(const ProgressView& view, int columns) {
  const std::size_t room = columns > 1 ? static_cast<std::size_t>(columns - 1) : 0;
  const double share = share_done(view.progress);
  const std::string phase = printable(view.progress.phase);
  const std::string amounts = amounts_of(view.progress);
  const std::string rate =
      view.bytes_per_second >= 1 ? human_rate(static_cast<std::uint64_t>(view.bytes_per_second), 1) : "";
  // From the one that can be missed least to the one that can be missed most.
  std::string line = phase;
  const auto add = [&](const std::string& part) {
    if (!part.empty() && display_width(line) + 2 + display_width(part) <= room) line += "  " + part;
  };
  if (share >= 0) add(fmt::format("{:3} %", static_cast<int>(share * 100)));
  const std::size_t before_bar = line.size();
  add(time_left_of(view));
  add(amounts);
  add(rate);
  const std::size_t used = display_width(line) + 4;  // two blanks and the brackets
  if (share >= 0 && used + kNarrowestBar <= room) {
    line.insert(before_bar, "  " + bar_of(share, std::min(kWidestBar, room - used)));
  }
  return truncated(line, room);
}

ConsoleProgress::ConsoleProgress(ProgressStyle style, ProgressOutput output)
    : style_(style), output_(std::move(output)), started_(output_.seconds()) {}

ConsoleProgress::~ConsoleProgress() {
  finish();
}

ProgressView ConsoleProgress::view(const Progress& progress, double now) {
  ProgressView result{progress, now - started_, rate_.update(progress.done_bytes, now), -1};
  const bool counts_bytes = progress.total_bytes > progress.done_bytes;
  if (counts_bytes && result.bytes_per_second >= 1) {
    result.seconds_left =
        static_cast<double>(progress.total_bytes - progress.done_bytes) / result.bytes_per_second;
  }
  return result;
}

void ConsoleProgress::report(const Progress& progress) {
  if (style_ == ProgressStyle::kNone) return;
  const std::scoped_lock lock(mutex_);
  if (finished_) return;
  const double now = output_.seconds();
  const bool new_phase = drawn_at_ < 0 || progress.phase != last_.phase;
  if (!new_phase && now - drawn_at_ < kSecondsBetweenDraws) return;
  drawn_at_ = now;
  last_ = progress;
  draw(view(progress, now));
}

void ConsoleProgress::draw(const ProgressView& view) {
  if (style_ == ProgressStyle::kJson) {
    output_.out << progress_json(view) + "\n" << std::flush;
    return;
  }
  output_.out << std::string(kEraseLine) + bar_line(view, output_.columns()) << std::flush;
  bar_is_visible_ = true;
}

void ConsoleProgress::warn(const std::string& message) {
  const std::scoped_lock lock(mutex_);
  if (style_ == ProgressStyle::kJson) {
    output_.out << warning_json(message) + "\n" << std::flush;
    return;
  }
  const bool redraw = bar_is_visible_;
  erase();
  output_.out << fmt::format("warning: {}\n", printable(message)) << std::flush;
  if (redraw) draw(view(last_, output_.seconds()));
}

void ConsoleProgress::erase() {
  if (!bar_is_visible_) return;
  output_.out << kEraseLine << std::flush;
  bar_is_visible_ = false;
}

void ConsoleProgress::finish() {
  const std::scoped_lock lock(mutex_);
  finished_ = true;
  erase();
}

}  // namespace skyhold
