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
    project.expect_restores(CloudProject::all(), "--from " + ThreeClouds::name(copy));
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

}  // namespace
}  // namespace skyhold
