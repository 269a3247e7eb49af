// What the parts of one backup share while they run side by side.
#pragma once

#include <atomic>
#include <string>

#include "base/cancel.h"
#include "io/byte_stream.h"
#include "io/task_group.h"
#include "model/progress.h"
#include "repository/blob_writer.h"

namespace skyhold {

// Thread-safe counters behind the progress that people see.
class CaptureProgress {
 public:
  explicit CaptureProgress(ProgressSink& sink) : sink_(sink) {}
  void set_phase(std::string phase) { phase_ = std::move(phase); }  // before the threads start
  void expect(std::uint64_t bytes) { total_bytes_ += bytes; }
  void add(std::uint64_t bytes) {
    done_bytes_ += bytes;
    sink_.report({phase_, done_bytes_, std::max(total_bytes_.load(), done_bytes_.load()), 0, 0});
  }
  void warn(const std::string& message) { sink_.warn(message); }

 private:
  ProgressSink& sink_;
  std::string phase_;
  std::atomic<std::uint64_t> done_bytes_{0};
  std::atomic<std::uint64_t> total_bytes_{0};
};

struct CaptureContext {
  Repository& repository;
  BlobWriter& writer;
  CaptureProgress& progress;
  const CancelToken& cancel;    // of the operator
  const CancelToken& stopping;  // another part has failed
};

// Passes bytes on, counts them and ends the stream when the work is called off.
class CheckedSink final : public ByteSink {
 public:
  CheckedSink(const CaptureContext& context, ByteSink& next) : context_(context), next_(next) {}
  ~CheckedSink() override { flush_progress(); }
  CheckedSink(const CheckedSink&) = delete;
  CheckedSink& operator=(const CheckedSink&) = delete;

  Status write(ByteView bytes) override {
    pending_bytes_ += bytes.size();
    // Rows are small; looking at flags and reporting for each would cost more than it tells.
    constexpr std::uint64_t kReportBytes = 1U << 20;
    if (pending_bytes_ >= kReportBytes) {
      TRY(context_.cancel.check());
      TRY(context_.stopping.check());
      flush_progress();
    }
    return next_.write(bytes);
  }

 private:
  void flush_progress() {
    if (pending_bytes_ > 0) context_.progress.add(pending_bytes_);
    pending_bytes_ = 0;
  }

  const CaptureContext& context_;
  ByteSink& next_;
  std::uint64_t pending_bytes_ = 0;
};

}  // namespace skyhold
