// Keys that sign requests, and where they come from.
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "base/clock.h"
#include "base/result.h"
#include "stores/s3/sigv4.h"

namespace skyhold {

struct Credentials {
  AwsKeys keys;
  std::optional<Instant> expires_at;  // of temporary ones
};

// A place that credentials are asked of: a file, a token endpoint.
class CredentialsSource {
 public:
  virtual ~CredentialsSource() = default;
  virtual Result<Credentials> fetch() = 0;
};

// Keeps what a source gave, and asks it again some minutes before that expires. While the
// source cannot answer, what is still valid serves on. Thread-safe.
class CredentialsProvider {
 public:
  CredentialsProvider(std::unique_ptr<CredentialsSource> source, std::shared_ptr<const Clock> clock);

  Result<AwsKeys> keys();
  // The server refused these keys as expired: the next keys() asks the source again, unless
  // another thread has done so already.
  void refuse(const AwsKeys& keys);

 private:
  [[nodiscard]] bool is_valid_for(std::chrono::minutes time) const;

  const std::unique_ptr<CredentialsSource> source_;
  const std::shared_ptr<const Clock> clock_;
  std::mutex mutex_;
  std::optional<Credentials> current_;
  std::optional<Instant> last_failure_;
};

}  // namespace skyhold
