// A store in a bucket of S3, or of a server that speaks S3; with HMAC keys also one of
// Google Cloud Storage over its XML API.
//
// Every request is signed for its own time and content and sent once: trying again is
// for a decorator (retry_store.h). Only keys that expired are renewed here, once a call.
// The server checks what it receives against the SHA-256 that each request carries; where
// an object is named by its SHA-256, that is the name, so a damaged object is refused.
#pragma once

#include <memory>

#include "base/clock.h"
#include "base/id.h"
#include "http/client.h"
#include "stores/object_store.h"
#include "stores/s3/credentials.h"
#include "stores/s3/s3_errors.h"
#include "stores/s3/s3_location.h"
#include "stores/store_settings.h"

namespace skyhold {

struct S3Parts {
  S3Location location;
  std::string storage_class;
  std::string encryption;  // "", "AES256", "aws:kms"
  std::string kms_key;
  int object_lock_days = 0;  // 0: objects may be deleted at any time
  int most_keys_per_page = 1000;
  std::shared_ptr<HttpClient> http;
  std::shared_ptr<CredentialsProvider> credentials;
  std::shared_ptr<const Clock> clock;
};

class S3Store final : public ObjectStore {
 public:
  explicit S3Store(S3Parts parts) : parts_(std::move(parts)) {}

  Status put(std::string_view name, ByteView bytes) override;
  Result<Bytes> get(std::string_view name) override;
  Result<Bytes> get_range(std::string_view name, std::uint64_t offset, std::uint64_t length) override;
  Result<ObjectInfo> stat(std::string_view name) override;
  Status list(std::string_view prefix, const std::function<Status(const ObjectInfo&)>& visit) override;
  // S3 removes without a word what is not there, so it is looked for first. Of two that
  // remove an object at the same moment, both may succeed.
  Status remove(std::string_view name) override;
  [[nodiscard]] bool protects() const override { return parts_.object_lock_days > 0; }
  Status protect(std::string_view name) override;
  void interrupt() override { parts_.http->interrupt(); }
  [[nodiscard]] std::string location() const override { return parts_.location.url; }

 private:
  struct Call;
  struct Answer {
    HttpResponse response;
    Instant signed_at;
  };
  Result<Answer> send(const Call& call);
  Result<Answer> send_with(const Call& call, const AwsKeys& keys);
  [[nodiscard]] std::vector<HttpHeader> put_headers(std::string_view name, ByteView bytes,
                                                    const Id& id) const;
  Result<bool> is_locked_long_enough(std::string_view name);
  Status extend_lock(std::string_view name);
  [[nodiscard]] tl::unexpected<Error> failure(const Call& call, const Answer& answer) const;
  [[nodiscard]] std::string header_name(std::string_view rest) const;

  const S3Parts parts_;
};

// What a settings' store needs to be an S3Store: keys by reference or from where AWS's own
// tools look. Does not look whether the bucket is there. kInvalidArgument for settings that
// cannot be, kPermissionDenied when there are no credentials.
Result<ObjectStorePtr> open_s3_store(const StoreSettings& settings,
                                     std::shared_ptr<const Clock> clock = std::make_shared<SystemClock>());

}  // namespace skyhold
