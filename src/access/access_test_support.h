// A platform with its people over each kind of database, and a clock that stands still.
#pragma once

#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "access/access.h"
#include "access/totp_code.h"
#include "tests/support/sql_place.h"

namespace skyhold {

inline constexpr std::string_view kAlicesPassword = "a quiet harbour at noon";
inline constexpr std::string_view kHere = "203.0.113.9";
inline constexpr std::string_view kElsewhere = "198.51.100.7";

template <typename T>
ErrorCode code_of(const Result<T>& result) {
  EXPECT_FALSE(result.has_value());
  return result ? ErrorCode::kInternal : result.error().code;
}

// The bytes of RFC 4648's base 32, as an app reads a secret.
inline std::string base32_decode(std::string_view text) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string bytes;
  unsigned bits = 0;
  int bit_count = 0;
  for (const char character : text) {
    bits = bits << 5 | static_cast<unsigned>(kAlphabet.find(character));
    bit_count += 5;
    if (bit_count >= 8) bytes.push_back(static_cast<char>(bits >> (bit_count -= 8) & 0xff));
  }
  return bytes;
}

class AccessTest : public testing::TestWithParam<SqlDialect> {
 protected:
  void SetUp() override {
    place_ = make_sql_place(GetParam());
    database_ = place_->open();
    options_.password_cost = {.operations = 1, .memory_bytes = 8192};
    access_ = open();
    alice_ = must(access_->create_account({.name = "alice@example.com",
                                           .display_name = "Alice",
                                           .is_operator = true,
                                           .password = std::string(kAlicesPassword)}))
                 .account;
  }

  std::unique_ptr<Access> open() { return must(Access::open(*database_, master_key_, clock_, options_)); }

  template <typename T>
  static T must(Result<T> result) {
    if (!result) throw std::runtime_error(to_string(result.error()));
    if constexpr (!std::is_void_v<T>) return std::move(*result);
  }

  Result<NewSession> try_sign_in(std::string_view name, std::string_view password,
                                 std::string_view address = kHere) {
    return access_->sign_in(name, password, address, "a browser");
  }
  NewSession sign_in(std::string_view name = "alice@example.com",
                     std::string_view password = kAlicesPassword) {
    return must(try_sign_in(name, password));
  }
  // Somebody who is no operator, with the password that all such have here.
  Account make_person(const std::string& name) {
    return must(access_->create_account({.name = name, .display_name = name, .password = kPersonsPassword}))
        .account;
  }
  NewSession sign_in_person(std::string_view name) { return sign_in(name, kPersonsPassword); }
  [[nodiscard]] bool is_nobody(std::string_view cookie) {
    return !must(access_->by_cookie(cookie)).signed_in;
  }

  // The app's secret of an account that has a second factor from now on.
  std::string give_totp(const Principal& who, std::vector<std::string>* recovery_codes = nullptr) {
    const std::string secret = base32_decode(must(access_->begin_totp(who)).secret_base32);
    auto codes = must(access_->enable_totp(who, code_now(secret)));
    if (recovery_codes != nullptr) *recovery_codes = codes;
    clock_.advance(std::chrono::seconds(90));
    return secret;
  }
  [[nodiscard]] std::string code_now(std::string_view secret, int steps_later = 0) const {
    return totp_code(as_bytes(secret), totp_step(clock_.now()) + steps_later);
  }
  // All texts of a table, to look for what must not be there.
  std::string everything_in(std::string_view table, std::string_view columns) {
    std::string all;
    const SqlRows rows = must(database_->read([&](SqlSession& session) {
      return session.query(fmt::format("SELECT {} FROM {}", columns, table));
    }));
    for (const SqlRow& row : rows) {
      for (std::size_t i = 0; i < row.size(); ++i) all += row.text(i) + "\n";
    }
    return all;
  }
  std::int64_t count_of(std::string_view table) {
    return must(database_->read([&](SqlSession& session) {
             return session.query(fmt::format("SELECT COUNT(*) FROM {}", table));
           }))
        .front()
        .integer(0);
  }

  static constexpr const char* kPersonsPassword = "seven green umbrellas";

  std::unique_ptr<SqlPlace> place_;
  std::unique_ptr<SqlDatabase> database_;
  MasterKey master_key_ = MasterKey::random();
  ManualClock clock_{parse_rfc3339("2026-11-23T08:00:00Z").value()};
  AccessOptions options_;
  std::unique_ptr<Access> access_;
  Account alice_;
};

}  // namespace skyhold
