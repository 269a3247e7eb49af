// What the tests of this folder share.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "stores/s3/s3_store.h"
#include "tests/support/scratch_radosgw.h"

namespace skyhold {

// Gives one after the other of what it was given, and the last for ever.
class ScriptedKeys final : public CredentialsSource {
 public:
  explicit ScriptedKeys(std::vector<Result<Credentials>> answers) : answers_(std::move(answers)) {}
  Result<Credentials> fetch() override {
    const std::size_t turn = fetches_++;
    return answers_[std::min(turn, answers_.size() - 1)];
  }
  [[nodiscard]] std::size_t fetches() const { return fetches_; }

 private:
  const std::vector<Result<Credentials>> answers_;
  std::size_t fetches_ = 0;
};

inline std::shared_ptr<CredentialsProvider> provider_of(std::vector<Result<Credentials>> answers,
                                                        std::shared_ptr<const Clock> clock) {
  return std::make_shared<CredentialsProvider>(std::make_unique<ScriptedKeys>(std::move(answers)),
                                               std::move(clock));
}

inline AwsKeys radosgw_keys() {
  return {ScratchRadosgw::kAccessKeyId, ScratchRadosgw::kSecretAccessKey, ""};
}

// The parts of a store, with keys that never expire.
inline S3Parts parts_of(const StoreSettings& settings, AwsKeys keys = radosgw_keys(),
                        std::shared_ptr<const Clock> clock = std::make_shared<SystemClock>()) {
  S3Parts parts;
  parts.location = locate_s3(settings).value();
  HttpClientOptions http;
  http.ca_file = settings.ca_file;
  parts.http = std::make_shared<HttpClient>(http);
  parts.credentials = provider_of({Credentials{std::move(keys), std::nullopt}}, clock);
  parts.clock = std::move(clock);
  return parts;
}

}  // namespace skyhold
