// A store in Google Cloud Storage: gs://bucket/prefix, over the JSON API.
//
// One request a call, and no retries: a decorator tries again. What the service states of
// an object (its size and CRC-32C) is checked after each put() and each whole get().
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "http/client.h"
#include "stores/gcs/gcs_errors.h"
#include "stores/gcs/gcs_url.h"
#include "stores/gcs/oauth.h"
#include "stores/object_store.h"
#include "stores/store_settings.h"

namespace skyhold {

struct GcsStoreOptions {
  GcsLocation location;
  std::string endpoint{kGcsEndpoint};  // without '/' at its end
  std::string storage_class;           // empty: the bucket's
  std::string kms_key;                 // a resource name; empty: the bucket's, or Google's own
  int retention_days = 0;              // 0: none
};

class GcsStore final : public ObjectStore {
 public:
  GcsStore(GcsStoreOptions options, std::shared_ptr<HttpClient> http, std::shared_ptr<TokenCache> tokens,
           std::shared_ptr<const Clock> clock);

  Status put(std::string_view name, ByteView bytes) override;
  Result<Bytes> get(std::string_view name) override;
  Result<Bytes> get_range(std::string_view name, std::uint64_t offset, std::uint64_t length) override;
  Result<ObjectInfo> stat(std::string_view name) override;
  Status list(std::string_view prefix, const std::function<Status(const ObjectInfo&)>& visit) override;
  Status remove(std::string_view name) override;
  [[nodiscard]] bool protects() const override { return options_.retention_days > 0; }
  Status protect(std::string_view name) override;
  void interrupt() override { http_->interrupt(); }
  [[nodiscard]] std::string location() const override { return options_.location.url(); }

 private:
  Result<HttpResponse> send(HttpRequest request, const GcsCall& call);
  [[nodiscard]] GcsCall call(std::string action, std::string_view permission, bool writes = false) const;
  [[nodiscard]] std::string object_url(std::string_view name) const;
  [[nodiscard]] std::string upload_url() const;
  [[nodiscard]] std::string list_url(std::string_view full_prefix, const std::string& page_token) const;
  [[nodiscard]] std::string upload_metadata(std::string_view name, std::uint32_t checksum) const;
  Result<GcsObject> look_at(std::string_view name, std::string_view fields);
  Result<bool> is_retained_enough(std::string_view name);
  Status extend_retention(std::string_view name);
  Status check_stored(std::string_view name, const HttpResponse& answer, std::uint64_t size_bytes,
                      std::uint32_t checksum);
  Status remove_generation(std::string_view name, std::uint64_t generation);
  Status check_end(std::string_view name, std::uint64_t offset, std::uint64_t length);
  Status visit_page(const GcsPage& page, std::string_view full_prefix,
                    const std::function<Status(const ObjectInfo&)>& visit) const;

  const GcsStoreOptions options_;
  const std::shared_ptr<HttpClient> http_;
  const std::shared_ptr<TokenCache> tokens_;
  const std::shared_ptr<const Clock> clock_;
};

// The store of `settings.url`; credentials are found as oauth.h says. Reads files, but does
// not go to the network. The CA of the settings is that of the token endpoint as well.
Result<ObjectStorePtr> open_gcs_store(const StoreSettings& settings, std::shared_ptr<const Clock> clock);

}  // namespace skyhold
