// Three equal copies in two clouds: the program against a real S3 server and two faithful
// fakes of Google Cloud Storage; each store lost, cut off and damaged in turn.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/cloud_project.h"
#include "tests/support/odd_database.h"

namespace skyhold {
namespace {

using testing::HasSubstr;
using testing::Not;

// The whole way, for any project: three copies, each by itself, one of them without Skyhold.
void expect_three_copies_that_restore(ThreeClouds& clouds, CloudProject& project) {
  const CloudReport backup = project.backup();
  ASSERT_EQ(backup.exit_status, 0) << backup.text();
  EXPECT_EQ(backup.json["complete_copies"].size(), 3U) << backup.text();
  project.expect_good_and_equal();

  const ShellOutcome checked = project.restic("check --read-data");
  EXPECT_EQ(checked.exit_status, 0) << checked.output;
  EXPECT_THAT(checked.output, HasSubstr("no errors were found"));
  EXPECT_THAT(checked.output, Not(HasSubstr("additional files")));
  EXPECT_THAT(project.restic("snapshots").output,
              HasSubstr(std::string(backup.json["snapshot"]["short_id"])));

  for (const std::size_t copy : {kNear1, kNear2}) {
    project.expect_restores(CloudProject::all() + " --from " + ThreeClouds::name(copy));
  }
  clouds.fake(kNear1).stop();
  clouds.fake(kNear2).stop();
  project.expect_restores(CloudProject::all());
  clouds.fake(kNear1).start();
  clouds.fake(kNear2).start();
}

TEST(Clouds, ARealOdooLiesInThreeStoresAndComesBackFromEach) {
  if (const auto why = ThreeClouds::why_not()) GTEST_SKIP() << *why;
  const std::string fixture = std::string(SKYHOLD_FIXTURES) + "/odoo17.zip";
  if (!std::filesystem::exists(fixture)) {
    GTEST_SKIP() << fixture << " is not here: the backup that a real Odoo 17 made is not part of the project";
  }
  ThreeClouds clouds;
  const ScratchDatabase source("cloud_source", "", "TEMPLATE template0 LC_COLLATE 'C'");
  const std::string work = (clouds.directory() / "odoo").string();
  const ShellOutcome unpacked = run_shell(
      "set -e; mkdir " + shell_word(work) + "; cd " + shell_word(work) + "; unzip -q " + shell_word(fixture) +
      "; " + shell_word(ScratchPostgres::instance().program_directory() + "/psql") +
      " -X -q -v ON_ERROR_STOP=1 -d " + shell_word(source.url()) + " -f dump.sql > /dev/null");
  ASSERT_EQ(unpacked.exit_status, 0) << unpacked.output;
  CloudProject project(clouds, source.name(), work + "/filestore");
  expect_three_copies_that_restore(clouds, project);
}

TEST(Clouds, OddObjectsLieInThreeStoresAndComeBackFromEach) {
  if (const auto why = ThreeClouds::why_not()) GTEST_SKIP() << *why;
  ThreeClouds clouds;
  const ScratchDatabase source("cloud_source", kOddDatabaseSql);
  const std::filesystem::path filestore = clouds.directory() / "filestore";
  ASSERT_EQ(run_shell(make_filestore(filestore, source.name(), 30)).exit_status, 0);
  CloudProject project(clouds, source.name(), filestore);
  expect_three_copies_that_restore(clouds, project);
}

// Each of the three stores in turn.
class EachCloud : public testing::TestWithParam<std::size_t> {
 protected:
  void SetUp() override {
    if (const auto why = ThreeClouds::why_not()) GTEST_SKIP() << *why;
    small_.emplace();
  }
  [[nodiscard]] CloudProject& project() { return small_->project; }
  [[nodiscard]] ThreeClouds& clouds() { return small_->clouds; }
  [[nodiscard]] static std::string alone() { return CloudProject::one(GetParam()); }
  void expect_found(const std::vector<std::string>& damaged) {
    const CloudReport verified = project().verify(CloudProject::all());
    EXPECT_EQ(verified.exit_status, 7) << verified.text();
    for (const std::string& object : damaged) EXPECT_THAT(verified.json.dump(), HasSubstr(object));
  }

  std::optional<SmallCloudProject> small_;
};

INSTANTIATE_TEST_SUITE_P(Stores, EachCloud, testing::Values(kNear1, kNear2, kFar), [](const auto& store) {
  return std::string(std::array{"Near1", "Near2", "Far"}.at(store.param));
});

TEST_P(EachCloud, ThatIsEmptiedIsFilledAgain) {
  small_->expect_complete(project().backup());
  clouds().erase_all(GetParam());
  project().change_source();
  small_->expect_degraded(project().backup("--no-mend"), GetParam());
  EXPECT_NE(project().verify(alone()).exit_status, 0);
  EXPECT_NE(project().restore("latest", alone()).exit_status, 0);
  EXPECT_TRUE(clouds().objects(GetParam()).empty()) << "nothing is written into what is no repository";
  small_->expect_mended(GetParam());

  clouds().erase_all(GetParam());
  const CloudReport next = project().backup();
  small_->expect_complete(next);
  EXPECT_EQ(next.json["mended_copies"], nlohmann::json::array({clouds().location(GetParam())}));
  project().expect_good_and_equal();
}

TEST_P(EachCloud, ThatIsCutOffBetweenRunsIsCompletedByTheNext) {
  small_->expect_complete(project().backup());
  clouds().cut_off(GetParam());
  project().change_source();
  small_->expect_degraded(project().backup(), GetParam());
  EXPECT_NE(project().verify(CloudProject::all()).exit_status, 0) << "a copy that nobody saw is not verified";
  EXPECT_EQ(project().mend().exit_status, 3);
  project().expect_restores(CloudProject::all());

  clouds().connect_again(GetParam());
  project().change_source();
  const CloudReport next = project().backup();
  small_->expect_complete(next);
  EXPECT_EQ(next.json["mended_copies"], nlohmann::json::array({clouds().location(GetParam())}))
      << next.text();
  project().expect_good_and_equal();
  project().expect_restores(alone());
}

TEST_P(EachCloud, ThatIsCutOffInTheMiddleOfAPackIsLeftOutAndMended) {
  clouds().network(GetParam()).refuse_after(150'000);
  small_->expect_degraded(project().backup(), GetParam());
  clouds().connect_again(GetParam());
  for (const auto& [name, content] : clouds().objects(GetParam())) {
    EXPECT_FALSE(name.starts_with("snapshots/")) << "a snapshot is seen whose data is not there";
  }
  small_->expect_mended(GetParam());
}

void flip_a_bit(Bytes& bytes) {
  bytes.at(bytes.size() / 2) ^= 4;
}
void lose_the_end(Bytes& bytes) {
  bytes.resize(bytes.size() / 2);
}

TEST_P(EachCloud, ThatIsDamagedIsMendedAndDamagesNoOther) {
  small_->expect_complete(project().backup());
  project().change_source();
  small_->expect_complete(project().backup());
  const std::size_t other = GetParam() == kFar ? kNear1 : kFar;
  const auto good = clouds().objects(other);

  const std::vector<std::string> packs = clouds().names(GetParam(), "data/");
  ASSERT_GE(packs.size(), 2U);
  const std::string index = clouds().names(GetParam(), "index/").front();
  const std::string snapshot = clouds().names(GetParam(), "snapshots/").front();
  clouds().change(GetParam(), packs.front(), flip_a_bit);
  clouds().change(GetParam(), packs.back(), lose_the_end);
  expect_found({packs.front(), packs.back()});
  clouds().change(GetParam(), index, flip_a_bit);
  clouds().change(GetParam(), snapshot, lose_the_end);
  expect_found({index, snapshot});
  project().expect_restores(CloudProject::all());  // in spite of it

  project().change_source();
  const CloudReport backup = project().backup();
  EXPECT_TRUE(backup.exit_status == 0 || backup.exit_status == 3) << backup.text();
  // No key is needed to know what is damaged.
  const CloudReport mended = project().report("repo mend --read-data" + CloudProject::all());
  EXPECT_EQ(mended.exit_status, 0) << mended.text();
  small_->expect_mended(GetParam(), "--read-data");
  const auto now = clouds().objects(other);
  for (const auto& [name, content] : good) {
    EXPECT_TRUE(now.contains(name) && now.at(name) == content) << name << " was good and is not";
  }
}

TEST(Clouds, WhatTheFarStoreLetsGoLateComesBack) {
  if (const auto why = ThreeClouds::why_not()) GTEST_SKIP() << *why;
  SmallCloudProject small({.far_settings = "removal_delay = \"7d\""});
  const CloudReport first = small.project.backup();
  small.expect_complete(first);
  const std::string forgotten = first.json["snapshot"]["id"];
  const std::string content = small.project.content();
  small.project.change_source();
  small.expect_complete(small.project.backup());
  const auto before = small.clouds.objects(kFar);

  const std::string everywhere = CloudProject::all() + small.project.key();
  for (const std::string& removal : {"forget " + forgotten, std::string("prune --grace 0s --max-unused 0"),
                                     std::string("prune --grace 0s --max-unused 0")}) {
    const CloudReport removed = small.project.report("repo " + removal + everywhere);
    ASSERT_EQ(removed.exit_status, 0) << removal << "\n" << removed.text();
  }
  EXPECT_LT(small.clouds.names(kNear1, "").size(), before.size());
  const auto after = small.clouds.objects(kFar);
  for (const auto& [name, hash] : before) {
    EXPECT_TRUE(after.contains(name)) << name << " is gone from the store that lets go late";
  }
  const ShellOutcome checked = small.project.restic("check --read-data");
  EXPECT_EQ(checked.exit_status, 0) << checked.output;
  EXPECT_THAT(small.project.restic("snapshots").output, HasSubstr(forgotten.substr(0, 8)));
  for (const std::string& stores : {CloudProject::all(), CloudProject::one(kFar)}) {
    EXPECT_THAT(small.project.program("repo list" + stores + small.project.key()).output,
                Not(HasSubstr(forgotten.substr(0, 8))));
  }
  EXPECT_EQ(small.project.mend().exit_status, 0);
  EXPECT_THAT(small.clouds.names(kNear1, "snapshots/"), Not(testing::Contains("snapshots/" + forgotten)))
      << "what was forgotten comes back by unforget alone";

  const CloudReport unforgotten = small.project.report("repo unforget --since 1h" + everywhere);
  ASSERT_EQ(unforgotten.exit_status, 0) << unforgotten.text();
  small.expect_mended(kNear1);
  for (const std::size_t copy : kAllCopies) {
    const ShellOutcome restored = small.project.restore(forgotten, CloudProject::one(copy));
    EXPECT_EQ(restored.exit_status, 0) << restored.output;
    EXPECT_EQ(CloudProject::restored_content(), content) << ThreeClouds::name(copy);
  }
}

}  // namespace
}  // namespace skyhold
