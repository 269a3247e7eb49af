#include "stores/s3/credentials.h"

#include "base/log.h"

namespace skyhold {
namespace {

using std::chrono::minutes;

// Earlier than the clouds' own libraries let them expire, later than new ones are there.
constexpr minutes kRefreshAhead{5};
// A source that is down is not asked by each request while the old keys serve.
constexpr std::chrono::seconds kPauseAfterFailure{30};

}  // namespace

CredentialsProvider::CredentialsProvider(std::unique_ptr<CredentialsSource> source,
                                         std::shared_ptr<const Clock> clock)
    : source_(std::move(source)), clock_(std::move(clock)) {}

bool CredentialsProvider::is_valid_for(minutes time) const {
  return current_ && (!current_->expires_at || clock_->now() + time < *current_->expires_at);
}

Result<AwsKeys> CredentialsProvider::keys() {
  const std::scoped_lock lock(mutex_);  // others wait for the one that asks
  if (is_valid_for(kRefreshAhead)) return current_->keys;
  const bool serves_on = is_valid_for(minutes{0});
  if (serves_on && last_failure_ && clock_->now() < *last_failure_ + kPauseAfterFailure)
    return current_->keys;

  Result<Credentials> fetched = source_->fetch();
  if (fetched) {
    current_ = std::move(*fetched);
    last_failure_.reset();
    return current_->keys;
  }
  last_failure_ = clock_->now();
  if (!serves_on) return fail(std::move(fetched).error());
  log::warning("cannot renew the credentials yet, the old ones serve on: {}", fetched.error().message);
  return current_->keys;
}

void CredentialsProvider::refuse(const AwsKeys& keys) {
  const std::scoped_lock lock(mutex_);
  if (!current_ || current_->keys.access_key_id != keys.access_key_id ||
      current_->keys.session_token != keys.session_token) {
    return;
  }
  current_.reset();
}

}  // namespace skyhold
