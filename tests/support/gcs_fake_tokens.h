// The token endpoints of the fake Google Cloud: what a service account's signed JWT, a
// user's refresh token and a machine's metadata server turn into access tokens.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "tests/support/http_server.h"
#include "tests/support/test_certificates.h"

namespace skyhold {

inline constexpr const char* kFakeServiceAccount = "backup@skyhold-test.iam.gserviceaccount.com";

// Thread-safe.
class GcsFakeTokens {
 public:
  explicit GcsFakeTokens(std::shared_ptr<const Clock> clock);

  // A credentials file as Google hands it out; `token_uri` is where the fake listens.
  void write_service_account(const std::filesystem::path& file, const std::string& token_uri) const;
  void write_authorized_user(const std::filesystem::path& file, const std::string& token_uri) const;

  TestResponse answer_token_request(const TestRequest& request, const std::string& token_uri);
  TestResponse answer_metadata_request(const TestRequest& request);

  enum class Verdict { kGood, kUnknown, kReadOnly };
  Verdict judge(std::string_view authorization_header, bool is_write) const;

  void set_lifetime(std::chrono::seconds lifetime);
  void expire_all();
  void revoke_account();  // from now on no credentials are taken
  // The next tokens cannot be used, though they look like any other.
  void hand_out_bad_tokens(bool bad);
  [[nodiscard]] std::uint64_t issued() const;

 private:
  struct Token {
    Instant expires_at;
    bool may_write = true;
  };
  std::string refusal_of_assertion(const std::string& assertion, const std::string& token_uri,
                                   bool& may_write) const;
  TestResponse issue(bool may_write);

  const std::shared_ptr<const Clock> clock_;
  const TestRsaKey& key_;
  mutable std::mutex mutex_;
  std::map<std::string, Token, std::less<>> tokens_;
  std::chrono::seconds lifetime_{3599};
  bool is_revoked_ = false;
  bool hands_out_bad_ = false;
  std::uint64_t issued_ = 0;
};

}  // namespace skyhold
