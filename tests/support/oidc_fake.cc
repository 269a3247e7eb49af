#include "tests/support/oidc_fake.h"

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <mutex>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "crypto/hmac.h"
#include "tests/support/http_server.h"

namespace skyhold {
namespace {

using Json = nlohmann::json;

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;

// Made once for all providers of a program: each takes a good part of a second.
Key rsa_key(int generation) {
  static std::mutex mutex;
  static std::map<int, Key> made;
  const std::lock_guard lock(mutex);
  Key& key = made[generation];
  if (!key) key.reset(EVP_RSA_gen(2048U));
  EVP_PKEY_up_ref(key.get());
  return Key(key.get());
}

std::string number_of(const EVP_PKEY* key, const char* name, int bytes = 0) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1) throw std::runtime_error("a key lacks a number");
  const std::unique_ptr<BIGNUM, Freed<BN_free>> held(number);
  Bytes out(static_cast<std::size_t>(bytes == 0 ? BN_num_bytes(number) : bytes));
  BN_bn2binpad(number, out.data(), static_cast<int>(out.size()));
  return base64url_encode(out);
}

Bytes public_der(const EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  Bytes bytes(der, der + size);
  OPENSSL_free(der);
  return bytes;
}

Bytes sign_sha256(EVP_PKEY* key, std::string_view text) {
  const std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  std::size_t size = 0;
  const auto* bytes = as_bytes(text).data();
  EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key);
  EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size());
  Bytes signature(size);
  if (EVP_DigestSign(context.get(), signature.data(), &size, bytes, text.size()) != 1) {
    throw std::runtime_error("a key signs nothing");
  }
  signature.resize(size);
  return signature;
}

// r and s, one after the other, in the place of DER.
Bytes raw_signature(const Bytes& der) {
  constexpr int kNumberBytes = 32;
  const unsigned char* at = der.data();
  const std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>> signature(
      d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  Bytes raw(std::size_t{2} * kNumberBytes);
  BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), raw.data(), kNumberBytes);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), raw.data() + kNumberBytes, kNumberBytes);
  return raw;
}

TestResponse answer(const Json& json, int status = 200) {
  TestResponse response;
  response.status = status;
  response.headers = {{"Content-Type", "application/json"}};
  const std::string text = json.dump();
  response.body.assign(text.begin(), text.end());
  return response;
}

std::int64_t seconds_of(Instant instant) {
  return std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count();
}

// A form's body is read as a query.
std::string field(const TestRequest& request, std::string_view name) {
  TestRequest form;
  form.target = "/?" + std::string(as_text(request.body));
  return form.query(name);
}

}  // namespace

class OidcFake::Engine {
 public:
  explicit Engine(const Clock& clock)
      : clock_(clock), server_([this](const TestRequest& request) { return handle(request); }) {
    change_keys();
  }

  TestHttpServer& server() { return server_; }

  void set_manner(Manner manner) {
    const std::lock_guard lock(mutex_);
    manner_ = std::move(manner);
  }

  void change_keys() {
    const std::lock_guard lock(mutex_);
    rsa_ = rsa_key(++generation_);
    ec_.reset(EVP_EC_gen("P-256"));
  }

  int times_asked(const std::string& path) {
    const std::lock_guard lock(mutex_);
    return asked_[path];
  }

  std::string sign_in(const std::string& url, const Person& person) {
    const auto expect = [&](std::string_view name, std::string_view value) {
      if (parameter_of(url, name) == value) return;
      throw std::runtime_error(fmt::format("the provider does not take {} in {}", name, url));
    };
    expect("response_type", "code");
    expect("client_id", kClientId);
    expect("code_challenge_method", "S256");
    const std::lock_guard lock(mutex_);
    const std::string code = fmt::format("code-{}", ++last_code_);
    const std::string redirect = parameter_of(url, "redirect_uri");
    codes_[code] = {person, parameter_of(url, "nonce"), parameter_of(url, "code_challenge"), redirect};
    return fmt::format("{}?code={}&state={}&iss={}&session_state=left-alone", redirect, code,
                       parameter_of(url, "state"), server_.url());
  }

 private:
  struct Grant {
    Person person;
    std::string nonce;
    std::string challenge;
    std::string redirect_uri;
  };

  TestResponse handle(const TestRequest& request) {
    const std::lock_guard lock(mutex_);
    ++asked_[std::string(request.path())];
    if (request.path() == "/.well-known/openid-configuration") return answer(description());
    if (request.path() == "/keys") return answer(keys());
    if (request.path() == "/token") return token(request);
    if (request.path() == "/userinfo") return userinfo(request);
    return answer({{"error", "not_found"}}, 404);
  }

  Json description() {
    const std::string site = server_.url();
    return {{"issuer", site},
            {"authorization_endpoint", site + "/authorize"},
            {"token_endpoint", site + "/token"},
            {"jwks_uri", site + "/keys"},
            {"userinfo_endpoint", site + "/userinfo"},
            {"authorization_response_iss_parameter_supported", true}};
  }

  std::string key_id(std::string_view kind) { return fmt::format("{}-{}", kind, generation_); }

  Json keys() {
    return {{"keys",
             {{{"kty", "oct"}, {"kid", "a secret that is none"}, {"k", "AAAA"}},
              {{"kty", "RSA"},
               {"kid", key_id("rsa")},
               {"use", "sig"},
               {"n", number_of(rsa_.get(), "n")},
               {"e", number_of(rsa_.get(), "e")}},
              {{"kty", "EC"},
               {"kid", key_id("ec")},
               {"crv", "P-256"},
               {"x", number_of(ec_.get(), "qx", 32)},
               {"y", number_of(ec_.get(), "qy", 32)}}}}};
  }

  TestResponse token(const TestRequest& request) {
    // RFC 6749: both are encoded as in a form before they are joined.
    const std::string encoded = "what%20the%20client%20knows%3A%20100%25%20%26%20more";
    const std::string basic = fmt::format("{}:{}", kClientId, encoded);
    if (request.header("authorization") != "Basic " + base64_encode(as_bytes(basic))) {
      return answer({{"error", "invalid_client"}}, 401);
    }
    const auto found = codes_.find(field(request, "code"));
    if (found == codes_.end()) return answer({{"error", "invalid_grant"}}, 400);
    const Grant grant = found->second;
    codes_.erase(found);
    const std::string verifier = field(request, "code_verifier");
    const bool proven = base64url_encode(sha256(as_bytes(verifier)).view()) == grant.challenge;
    if (!proven || field(request, "redirect_uri") != grant.redirect_uri) {
      return answer({{"error", "invalid_grant"}}, 400);
    }
    last_person_ = grant.person;
    return answer({{"token_type", "Bearer"}, {"access_token", "opaque"}, {"id_token", id_token(grant)}});
  }

  TestResponse userinfo(const TestRequest& request) {
    if (request.header("authorization") != "Bearer opaque") return answer({{"error", "invalid_token"}}, 401);
    Json claims = {{"sub", last_person_.subject}};
    add_person(claims, last_person_);
    return answer(claims);
  }

  static void add_person(Json& claims, const Person& person) {
    claims["email"] = person.email;
    claims["email_verified"] = person.email_verified;
    claims["name"] = person.name;
    if (!person.groups.empty()) claims["groups"] = person.groups;
  }

  std::string id_token(const Grant& grant) {
    const std::int64_t now = seconds_of(clock_.now());
    Json claims = {{"iss", server_.url()}, {"sub", grant.person.subject},
                   {"aud", kClientId},     {"exp", now + 300},
                   {"iat", now},           {"nonce", grant.nonce}};
    if (!manner_.email_in_userinfo) add_person(claims, grant.person);
    for (const auto& [name, json] : manner_.claims) {
      if (json.empty()) {
        claims.erase(name);
      } else {
        claims[name] = Json::parse(json);
      }
    }
    const std::string id = key_id(manner_.algorithm == "ES256" ? "ec" : "rsa");
    const Json header = {{"alg", manner_.algorithm}, {"kid", manner_.key_id.empty() ? id : manner_.key_id}};
    const std::string text =
        base64url_encode(as_bytes(header.dump())) + "." + base64url_encode(as_bytes(claims.dump()));
    Bytes signature = sign(text);
    if (manner_.break_signature) signature.at(signature.size() / 2) ^= 1U;
    return text + "." + base64url_encode(signature);
  }

  Bytes sign(const std::string& text) {
    if (manner_.algorithm == "RS256") return sign_sha256(rsa_.get(), text);
    if (manner_.algorithm == "ES256") return raw_signature(sign_sha256(ec_.get(), text));
    if (manner_.algorithm == "none") return {};
    const auto digest = hmac_sha256(public_der(rsa_.get()), as_bytes(text));
    return {digest.begin(), digest.end()};
  }

  const Clock& clock_;
  std::mutex mutex_;  // of what follows
  Manner manner_;
  Key rsa_;
  Key ec_;
  int generation_ = 0;
  int last_code_ = 0;
  Person last_person_;
  std::map<std::string, Grant> codes_;
  std::map<std::string, int> asked_;
  TestHttpServer server_;
};

OidcFake::OidcFake(const Clock& clock) : engine_(std::make_unique<Engine>(clock)) {}
OidcFake::~OidcFake() = default;

std::string OidcFake::issuer() const {
  return engine_->server().url();
}

void OidcFake::set_manner(Manner manner) {
  engine_->set_manner(std::move(manner));
}

void OidcFake::change_keys() {
  engine_->change_keys();
}

void OidcFake::stop() {
  engine_->server().stop();
}

void OidcFake::start() {
  engine_->server().start();
}

int OidcFake::times_asked(std::string_view path) const {
  return engine_->times_asked(std::string(path));
}

std::string OidcFake::sign_in(const std::string& authorization_url, const Person& person) {
  return engine_->sign_in(authorization_url, person);
}

std::string parameter_of(const std::string& url, std::string_view name) {
  TestRequest request;
  request.target = url;
  return request.query(name);
}

}  // namespace skyhold
