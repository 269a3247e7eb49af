#include "crypto/hash.h"

#include <algorithm>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace skyhold {
namespace {

// FIPS 180-4's example messages.
TEST(Sha256, AgreesWithTheStandard) {
  EXPECT_EQ(sha256({}).hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256(as_bytes("abc")).hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256(Bytes(1'000'000, 'a')).hex(),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha1, AgreesWithTheStandard) {
  Sha1 hash;
  EXPECT_EQ(hex_encode(hash.finish()), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  hash.update(as_bytes("abc"));
  EXPECT_EQ(hex_encode(hash.finish()), "a9993e364706816aba3e25717850c26c9cd0d89d");
  hash.update(Bytes(1'000'000, 'a'));
  EXPECT_EQ(hex_encode(hash.finish()), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

TEST(Sha256, PartsAddUpAndFinishingStartsAnew) {
  Sha256 hash;
  for (int round = 0; round < 2; ++round) {
    hash.update(as_bytes("a"));
    hash.update({});
    hash.update(as_bytes("bc"));
    EXPECT_EQ(hash.finish(), sha256(as_bytes("abc")));
  }
  Sha256 moved = std::move(hash);
  EXPECT_EQ(moved.finish(), sha256({}));
}

TEST(Sha256, ThreadsDoNotDisturbEachOther) {
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      const Bytes bytes(1000 + t, static_cast<std::uint8_t>(t));
      const Id expected = sha256(bytes);
      for (int i = 0; i < 2000; ++i) ASSERT_EQ(sha256(bytes), expected);
    });
  }
}

RowDigest digest_of(const std::vector<std::string>& rows) {
  RowDigest digest;
  for (const std::string& row : rows) digest.add_row(as_bytes(row));
  return digest;
}

TEST(RowDigest, DoesNotDependOnTheOrderOfRows) {
  std::vector<std::string> rows;
  for (int i = 0; i < 1000; ++i) rows.push_back("row\t" + std::to_string(i) + "\n");
  const RowDigest expected = digest_of(rows);
  std::shuffle(rows.begin(), rows.end(), std::mt19937_64(1));
  EXPECT_EQ(digest_of(rows), expected);

  RowDigest halves = digest_of({rows.begin(), rows.begin() + 400});
  halves.add(digest_of({rows.begin() + 400, rows.end()}));
  EXPECT_EQ(halves, expected);
}

TEST(RowDigest, NoticesEveryOtherDifference) {
  const RowDigest expected = digest_of({"a\n", "b\n"});
  EXPECT_NE(digest_of({"a\n"}), expected);
  EXPECT_NE(digest_of({"a\n", "b\n", "b\n"}), expected);
  EXPECT_NE(digest_of({"a\n", "c\n"}), expected);
  EXPECT_NE(digest_of({"a\nb\n"}), expected);
  EXPECT_NE(digest_of({"a\n", "b\n", ""}), expected);
  EXPECT_NE(digest_of({"a\n", "a\n"}), RowDigest()) << "a double row must not cancel itself out";
}

// Manifests keep these digits: another library or version must give the same.
TEST(RowDigest, IsXxh3WrittenMostSignificantFirst) {
  EXPECT_EQ(RowDigest().hex(), "00000000000000000000000000000000");
  EXPECT_EQ(digest_of({""}).hex(), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(digest_of({"", ""}).hex(), "33540da6028f31b0c00386488d1a92fe");
}

}  // namespace
}  // namespace skyhold
