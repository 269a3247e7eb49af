// Creations that are sent again.
#include "api/idempotency.h"

#include <gtest/gtest.h>

#include "api/api_test_support.h"

namespace skyhold {
namespace {

class IdempotencyTest : public testing::Test {
 protected:
  static Answer create(Caller& caller, const std::string& path, const std::string& body,
                       const std::string& key) {
    return caller.send(HttpMethod::kPost, path, body, {{"Idempotency-Key", key}});
  }
  ApiHouse house_;
};

TEST_F(IdempotencyTest, TheSameRequestIsDoneOnceAndAnsweredTwice) {
  Caller ada = house_.as("ada");
  const Answer first = create(ada, "/projects/acme/backups", R"({"branch":"main"})", "k1");
  const Answer again = create(ada, "/projects/acme/backups", R"({ "branch" : "main" })", "k1");
  ASSERT_EQ(first.status, 202) << first.text;
  EXPECT_EQ(again.status, 202);
  EXPECT_EQ(again.text, first.text);
  EXPECT_EQ(again.header("idempotency-replayed"), "true");
  EXPECT_EQ(house_.jobs->jobs({}, 10)->items.size(), 1U);
}

TEST_F(IdempotencyTest, AnotherRequestUnderTheSameKeyIsRefused) {
  Caller ada = house_.as("ada");
  ASSERT_EQ(create(ada, "/projects/acme/backups", R"({"branch":"main"})", "k1").status, 202);
  const Answer other = create(ada, "/projects/acme/backups", R"({"branch":"stage"})", "k1");
  EXPECT_EQ(other.status, 422);
  EXPECT_EQ(other.code(), "idempotency_conflict");
  EXPECT_EQ(house_.jobs->jobs({}, 10)->items.size(), 1U);
}

TEST_F(IdempotencyTest, WhatFailedMayBeTriedAgainUnderItsKey) {
  Caller ada = house_.as("ada");
  ASSERT_EQ(ada.post("/projects/acme/backups", R"({"branch":"main"})").status, 202);
  EXPECT_EQ(create(ada, "/projects/acme/backups", R"({"branch":"main"})", "k2").status, 409);
  house_.finish_next_job();
  EXPECT_EQ(create(ada, "/projects/acme/backups", R"({"branch":"main"})", "k2").status, 202);
}

TEST_F(IdempotencyTest, KeysAreOnesOwnAndLastADay) {
  Caller ada = house_.as("ada");
  Caller olga = house_.as("olga");
  const std::string body = R"({"name":"backups","role":"user"})";
  const Answer first = create(ada, "/me/tokens", body, "same");
  const Answer others = create(olga, "/me/tokens", body, "same");
  ASSERT_EQ(first.status, 201) << first.text;
  EXPECT_NE(first.text_at("secret"), others.text_at("secret"));
  EXPECT_EQ(create(ada, "/me/tokens", body, "same").text_at("secret"), first.text_at("secret"));
  house_.clock.advance(std::chrono::hours{25});
  Caller tomorrow = house_.as("ada");
  EXPECT_NE(create(tomorrow, "/me/tokens", body, "same").text_at("secret"), first.text_at("secret"));
}

// What is shown once lies in the database only as the master key wrapped it.
TEST_F(IdempotencyTest, KeptAnswersAreWrapped) {
  Caller ada = house_.as("ada");
  const Answer made = create(ada, "/me/tokens", R"({"name":"x","role":"user"})", "k3");
  const auto rows = house_.database->read(
      [](SqlSession& session) { return session.query("SELECT wrapped_answer FROM api_idempotency_keys"); });
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_EQ(rows->front().text(0).find(made.text_at("secret")), std::string::npos);
  EXPECT_FALSE(rows->front().text(0).empty());
}

TEST_F(IdempotencyTest, WhileTheFirstIsAtWorkTheSecondWaitsOutside) {
  const auto keys = IdempotencyKeys::open(*house_.database, house_.master_key, house_.clock).value();
  const IdempotencyKeys::Request request{.account = "ac_1", .key = "k", .digest = "d"};
  EXPECT_FALSE(keys->begin(request).value());
  EXPECT_EQ(keys->begin(request).error().status, 409);
  ASSERT_TRUE(keys->keep(request, {201, "answer"}));
  EXPECT_EQ(keys->begin(request).value()->body, "answer");
  // A process that died with the key in its hand does not hold it for ever.
  const IdempotencyKeys::Request other{.account = "ac_1", .key = "k2", .digest = "d"};
  EXPECT_FALSE(keys->begin(other).value());
  house_.clock.advance(std::chrono::hours{1});
  EXPECT_FALSE(keys->begin(other).value());
}

TEST_F(IdempotencyTest, AKeyIsShortAndPrintable) {
  Caller ada = house_.as("ada");
  for (const std::string& key : {std::string(101, 'k'), std::string("a b"), std::string("a\"b")}) {
    EXPECT_EQ(create(ada, "/projects/acme/backups", R"({"branch":"main"})", key).field(), "Idempotency-Key")
        << key;
  }
}

}  // namespace
}  // namespace skyhold
