// The provider of sign-ins, asked over HTTPS. What it says of itself is asked for when it is first needed and
// kept for an hour, so that Skyhold starts without it. Thread-safe.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <semaphore>
#include <string>

#include "access/oidc.h"
#include "access/oidc_documents.h"
#include "access/oidc_flow.h"
#include "base/clock.h"
#include "http/client.h"

namespace skyhold {

// Requests at once; others wait a little and then hear that it is not there.
inline constexpr int kConcurrentOidcRequests = 8;

class OidcProvider {
 public:
  // `clock` must outlive it.
  OidcProvider(OidcOptions options, const Clock& clock);

  [[nodiscard]] const OidcOptions& options() const { return options_; }

  // Where the browser is sent to.
  OidcOutcome<std::string> authorization_url(const OidcFlow& flow);
  // What came back: `issuer` may be empty.
  struct Answer {
    std::string code;
    std::string issuer;
  };
  OidcOutcome<OidcIdentity> redeem(const OidcFlow& flow, const Answer& answer);

 private:
  template <typename T>
  struct Kept {
    std::shared_ptr<const T> value;
    Instant read_at;
  };

  OidcOutcome<std::shared_ptr<const OidcMetadata>> metadata();
  OidcOutcome<std::shared_ptr<const OidcKeys>> keys(const OidcMetadata& metadata, bool again);
  OidcOutcome<OidcTokens> exchange(const OidcMetadata& metadata, const OidcFlow& flow,
                                   const std::string& code);
  OidcOutcome<OidcClaims> verified(const OidcMetadata& metadata, const OidcFlow& flow,
                                   const std::string& id_token);
  OidcOutcome<OidcClaims> userinfo(const OidcMetadata& metadata, const std::string& access_token);
  OidcOutcome<HttpResponse> send(const HttpRequest& request, std::string_view what);

  const OidcOptions options_;
  const Clock& clock_;
  HttpClient client_;
  std::counting_semaphore<kConcurrentOidcRequests> turns_{kConcurrentOidcRequests};
  std::mutex mutex_;  // of what follows
  Kept<OidcMetadata> metadata_;
  Kept<OidcKeys> keys_;
};

}  // namespace skyhold
