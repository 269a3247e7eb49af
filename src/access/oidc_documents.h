// What a provider answers, as JSON: its own description, its keys, tokens, and what it says of a person.
// All of it is from outside.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace skyhold {

inline constexpr std::size_t kMostOidcBytes = std::size_t{512} << 10;

struct OidcMetadata {
  std::string authorization_endpoint;
  std::string token_endpoint;
  std::string jwks_uri;
  std::string userinfo_endpoint;  // empty: it has none
  bool secret_in_body = false;    // client_secret_post, because it knows no client_secret_basic
  bool names_itself = false;      // in the address that a browser comes back with (RFC 9207)
};

// A public key as the provider gave it.
struct OidcKey {
  std::string id;         // empty: it has none
  std::string type;       // "RSA", "EC"
  std::string curve;      // of EC: "P-256"
  std::string algorithm;  // the only one that it is for; empty: any that fits
  std::string json;
};
using OidcKeys = std::vector<OidcKey>;

struct OidcTokens {
  std::string id_token;
  std::string access_token;  // empty: none
};

// Of an ID token, or of the userinfo endpoint. What is not there is empty.
struct OidcClaims {
  std::string issuer;
  std::string subject;
  std::vector<std::string> audiences;
  std::string authorized_party;
  std::optional<Instant> expires_at;
  std::optional<Instant> issued_at;
  std::optional<Instant> not_before;
  std::string nonce;
  std::string email;
  bool email_verified = false;
  std::string name;
  // Of the claim that was asked for, whether it is one text or a list.
  std::optional<std::vector<std::string>> values;
};

// kCorrupt for what is none. Endpoints are https, or of this machine when the issuer is.
Result<OidcMetadata> parse_oidc_metadata(std::string_view json, std::string_view issuer);
// Keys that are no signature keys of a kind that we know are left out.
Result<OidcKeys> parse_oidc_keys(std::string_view json);
Result<OidcTokens> parse_oidc_tokens(std::string_view json);
// `claim`: whose values are wanted beside; empty: none.
Result<OidcClaims> parse_oidc_claims(std::string_view json, std::string_view claim);
// The error of a token endpoint, "invalid_grant"; empty when there is none, or none of the form that
// RFC 6749 gives it.
std::string oidc_error_code(std::string_view json);

// https://…, or http:// to this machine: tests and trials.
bool is_oidc_url(std::string_view url);
bool is_local_http(std::string_view url);

}  // namespace skyhold
