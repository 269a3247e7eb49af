// Access tokens of Google Cloud: where they come from, and how they are kept.
//
//   service account's key:  signed JWT ──► token_uri ──► token
//   gcloud's user:          refresh token ──► token_uri ──► token
//   a machine of Google's:  metadata server ──► token
//
// Tokens live for an hour. TokenCache takes a new one a few minutes before, one at a time.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "http/client.h"
#include "stores/gcs/gcs_json.h"

namespace skyhold {

// Objects are read and written, nothing else: not buckets, not who may do what.
inline constexpr std::string_view kStorageScope = "https://www.googleapis.com/auth/devstorage.read_write";

// Asks for one new token. Errors: kUnavailable (trying again may help), kPermissionDenied
// (these credentials are refused), kInvalidArgument, kCorrupt.
class TokenSource {
 public:
  virtual ~TokenSource() = default;
  virtual Result<AccessTokenAnswer> fetch() = 0;
  // For people: "service account backup@project.iam.gserviceaccount.com".
  [[nodiscard]] virtual std::string description() const = 0;
};
using TokenSourcePtr = std::unique_ptr<TokenSource>;

TokenSourcePtr credentials_token_source(GoogleCredentials credentials, std::shared_ptr<HttpClient> http,
                                        std::shared_ptr<const Clock> clock);
// `host` is "metadata.google.internal" or what GCE_METADATA_HOST says, with or without a port.
TokenSourcePtr metadata_token_source(std::string host);

// As Google's own clients look for credentials: `file` if it is given, the file that
// GOOGLE_APPLICATION_CREDENTIALS names, gcloud's application_default_credentials.json, the
// metadata server. Does not go to the network.
Result<TokenSourcePtr> find_token_source(const std::string& file, std::shared_ptr<HttpClient> http,
                                         std::shared_ptr<const Clock> clock);

// Thread-safe. While one thread fetches a token, the others use the old one for as long as
// it holds, or wait for the new one and share what came of it.
class TokenCache {
 public:
  TokenCache(TokenSourcePtr source, std::shared_ptr<const Clock> clock);

  Result<std::string> token();
  // The server refused this token: the next token() is another one.
  void drop(std::string_view refused);
  [[nodiscard]] std::string description() const { return source_->description(); }

 private:
  [[nodiscard]] bool holds() const;
  void keep(Result<AccessTokenAnswer> fetched);

  const TokenSourcePtr source_;
  const std::shared_ptr<const Clock> clock_;
  std::mutex mutex_;
  std::condition_variable fetched_;
  bool fetching_ = false;
  std::uint64_t fetches_ = 0;
  std::string token_;  // empty: none
  Instant renew_at_;
  Instant expires_at_;
  Error failure_;  // of the last fetch, if it failed
  bool has_failed_ = false;
};

}  // namespace skyhold
