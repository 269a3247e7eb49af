// An OpenID Connect provider on loopback: it checks what providers check (client, PKCE, redirect URI, each
// code once), and lies in its ID tokens as it is told.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace skyhold {

class OidcFake {
 public:
  static constexpr std::string_view kClientId = "skyhold";
  static constexpr std::string_view kClientSecret = "what the client knows: 100% & more";

  struct Person {
    std::string subject = "person-1";
    std::string email = "alice@example.com";
    bool email_verified = true;
    std::string name = "Alice at the provider";
    std::vector<std::string> groups{};
  };

  // How the ID tokens are that it gives out from now on.
  struct Manner {
    std::string algorithm = "RS256";  // also ES256, HS256 (with the public key as secret) and none
    std::string key_id{};             // another than the key has
    std::map<std::string, std::string> claims{};  // JSON in the place of what is true; "": left out
    bool email_in_userinfo = false;               // and not in the ID token
    bool break_signature = false;
  };

  // `clock` must outlive it.
  explicit OidcFake(const Clock& clock);
  ~OidcFake();
  OidcFake(const OidcFake&) = delete;
  OidcFake& operator=(const OidcFake&) = delete;

  [[nodiscard]] std::string issuer() const;
  void set_manner(Manner manner);
  // From now on other keys; the old ones are no longer named.
  void change_keys();
  void stop();
  void start();
  [[nodiscard]] int times_asked(std::string_view path) const;

  // What somebody does whose browser was sent to `authorization_url`: gives the address to which it is
  // sent back. Throws when the provider would show an error instead.
  std::string sign_in(const std::string& authorization_url, const Person& person);

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

// A parameter of an address, decoded; empty when it is not there.
std::string parameter_of(const std::string& url, std::string_view name);

}  // namespace skyhold
