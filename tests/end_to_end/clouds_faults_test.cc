// Faults of three stores while the program works: nothing is lost, nothing is said to be
// better than it is, and once they are over a run and a mend make three equal copies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/cloud_project.h"
#include "tests/support/seed.h"

namespace skyhold {
namespace {

// Long enough for a store that fails at times, not for ever.
constexpr const char* kPatience = "60s";

class CloudFaults : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = ThreeClouds::why_not()) GTEST_SKIP() << *why;
  }
  void make(const ThreeCloudsOptions& options = {}) { small_.emplace(options); }
  [[nodiscard]] CloudProject& project() { return small_->project; }
  [[nodiscard]] ThreeClouds& clouds() { return small_->clouds; }
  GcsFake& near2() { return clouds().fake(kNear2); }

  // All faults are over: the next backup completes what is behind, or had nothing to complete.
  void expect_next_run_is_whole(std::size_t faulty) {
    project().change_source();
    small_->expect_complete(project().backup());
    small_->expect_mended(faulty);
  }
  static std::string problem(const CloudReport& backup) {
    return backup.json["failed_copies"].at(0)["error"]["code"];
  }

  std::optional<SmallCloudProject> small_;
};

TEST_F(CloudFaults, AStormOf503IsWeatheredByAll) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(testing::Message() << "SKYHOLD_TEST_SEED=" << seed);
  make({.retry_for = kPatience, .seed = seed});
  for (const std::size_t copy : kAllCopies) {
    clouds().network(copy).set_chances(
        {{0.2, ProxyChance::Draw::kEachRequest, ProxyMode{.fault = ProxyFault::kBusy}}});
  }
  small_->expect_complete(project().backup());
  project().expect_restores(CloudProject::all());
  for (const std::size_t copy : kAllCopies) {
    EXPECT_GT(clouds().network(copy).faults(), 0U) << ThreeClouds::name(copy);
    clouds().network(copy).set_chances({});
  }
  project().expect_good_and_equal();
}

TEST_F(CloudFaults, DroppedConnectionsAreMadeAgain) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(testing::Message() << "SKYHOLD_TEST_SEED=" << seed);
  make({.retry_for = kPatience, .seed = seed});
  for (const std::size_t copy : kAllCopies) {
    // In the middle of what is asked; and of the answer, when all is done.
    constexpr auto kEach = ProxyChance::Draw::kEachRequest;
    clouds().network(copy).set_chances({{0.1, kEach, ProxyMode{.cut_after_bytes_to_server = 100}},
                                        {0.1, kEach, ProxyMode{.cut_after_bytes_to_client = 100}}});
  }
  small_->expect_complete(project().backup());
  project().expect_restores(CloudProject::all());
  std::uint64_t faults = 0;
  for (const std::size_t copy : kAllCopies) {
    faults += clouds().network(copy).faults();
    clouds().network(copy).set_chances({});
  }
  EXPECT_GT(faults, 0U);
  project().expect_good_and_equal();
}

TEST_F(CloudFaults, ASlowStoreIsLeftBehindAndCompletedLater) {
  make();
  clouds().network(kFar).set_mode({.bytes_per_second = 50'000});  // twenty seconds for the one pack
  small_->expect_degraded(project().backup("--no-mend"), kFar);
  clouds().connect_again(kFar);
  EXPECT_THAT(clouds().names(kFar, "snapshots/"), testing::IsEmpty());
  expect_next_run_is_whole(kFar);
}

TEST_F(CloudFaults, AStoreThatMayNotBeWrittenIsNamed) {
  make();
  small_->expect_complete(project().backup());
  GcsFaults faults;
  faults.refuse_writes = true;
  near2().set_faults(faults);
  project().change_source();
  const CloudReport backup = project().backup();
  small_->expect_degraded(backup, kNear2);
  EXPECT_EQ(problem(backup), "permission_denied");
  EXPECT_EQ(project().mend().exit_status, 3);
  project().expect_restores(CloudProject::all());
  near2().set_faults({});
  expect_next_run_is_whole(kNear2);
}

TEST_F(CloudFaults, AFullStoreIsNamed) {
  make();
  GcsFaults faults;
  faults.quota_bytes = 300'000;  // too little for the first pack
  near2().set_faults(faults);
  const CloudReport backup = project().backup();
  small_->expect_degraded(backup, kNear2);
  EXPECT_EQ(problem(backup), "no_space");
  EXPECT_EQ(project().mend().exit_status, 3);
  near2().set_faults({});
  expect_next_run_is_whole(kNear2);
}

TEST_F(CloudFaults, BucketsOfOneNameAtTwoServersAreTwoCopies) {
  make({.near_buckets_share_a_name = true});
  clouds().cut_off(kNear2);
  small_->expect_degraded(project().backup(), kNear2);
  clouds().connect_again(kNear2);
  expect_next_run_is_whole(kNear2);
}

TEST_F(CloudFaults, TokensThatExpireInTheMiddleAreRenewed) {
  make();
  const std::uint64_t issued = near2().tokens().issued();
  near2().before_request(12, [&] { near2().tokens().expire_all(); });
  small_->expect_complete(project().backup());
  EXPECT_GE(near2().tokens().issued(), issued + 2);
  small_->expect_mended(kNear2);
}

TEST_F(CloudFaults, CredentialsThatAreNoLongerTakenAreNamed) {
  make();
  near2().before_request(12, [&] {
    near2().tokens().hand_out_bad_tokens(true);
    near2().tokens().expire_all();
  });
  const CloudReport backup = project().backup();
  small_->expect_degraded(backup, kNear2);
  EXPECT_EQ(problem(backup), "permission_denied");
  near2().tokens().hand_out_bad_tokens(false);
  expect_next_run_is_whole(kNear2);
}

TEST_F(CloudFaults, AStoreThatLiesWhenItIsReadDeceivesNobody) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(testing::Message() << "SKYHOLD_TEST_SEED=" << seed);
  make();
  small_->expect_complete(project().backup());
  GcsFaults lies;
  lies.seed = seed;
  lies.cut_answer_share = 0.3;
  lies.flipped_bit_share = 0.3;
  near2().set_faults(lies);
  project().expect_restores(CloudProject::all());
  const ShellOutcome from_the_liar = project().restore("latest", CloudProject::one(kNear2));
  EXPECT_TRUE(from_the_liar.exit_status != 0 || CloudProject::restored_content() == project().content());
  EXPECT_NE(project().verify(CloudProject::one(kNear2)).exit_status, 0);
  project().change_source();
  const CloudReport backup = project().backup();
  EXPECT_TRUE(backup.exit_status == 0 || backup.exit_status == 3) << backup.text();
  // It may take good objects for damaged ones, and writes the same bytes again.
  const CloudReport mended = project().mend("--read-data");
  EXPECT_TRUE(mended.exit_status == 0 || mended.exit_status == 3) << mended.text();
  near2().set_faults({});
  expect_next_run_is_whole(kNear2);
}

TEST_F(CloudFaults, AStoreThatKeepsOtherBytesThanWereSentIsNotCountedAsACopy) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(testing::Message() << "SKYHOLD_TEST_SEED=" << seed);
  make();
  GcsFaults lies;
  lies.seed = seed;
  lies.damaged_upload_share = 0.5;
  near2().set_faults(lies);
  const CloudReport backup = project().backup();
  ASSERT_TRUE(backup.exit_status == 0 || backup.exit_status == 3) << backup.text();
  near2().set_faults({});
  if (backup.exit_status == 0) {
    project().expect_good_and_equal();
  } else {
    small_->expect_degraded(backup, kNear2);
  }
  small_->expect_mended(kNear2, "--read-data");
}

TEST_F(CloudFaults, AStoreThatListsLateIsCompletedOverAndOver) {
  make();
  GcsFaults late;
  late.listed_late = 20;
  near2().set_faults(late);
  for (int run = 0; run < 3; ++run) {
    const CloudReport backup = project().backup();
    EXPECT_TRUE(backup.exit_status == 0 || backup.exit_status == 3) << backup.text();
    project().change_source();
  }
  near2().set_faults({});
  expect_next_run_is_whole(kNear2);
}

}  // namespace
}  // namespace skyhold
