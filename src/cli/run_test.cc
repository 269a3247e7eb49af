#include "cli/run.h"

#include <sys/stat.h>

#include <filesystem>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace skyhold {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class RunTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "skyhold-cli-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  int run(const std::vector<std::string>& arguments) {
    out_.str("");
    err_.str("");
    const auto no_variables = [](const std::string&) { return std::optional<std::string>(); };
    return run_command_line(arguments, {out_, err_, false, [] { return 80; }, no_variables, clock_, cancel_});
  }

  std::filesystem::path directory_;
  std::ostringstream out_;
  std::ostringstream err_;
  SystemClock clock_;
  CancelToken cancel_;
};

TEST_F(RunTest, TextGoesToStandardOutputAndMistakesToStandardError) {
  EXPECT_EQ(run({}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("repo backup"));
  EXPECT_EQ(err_.str(), "");
  EXPECT_EQ(run({"repo", "lst"}), 2);
  EXPECT_EQ(out_.str(), "");
  EXPECT_THAT(err_.str(), HasSubstr("hint: did you mean `skyhold repo list`"));
}

TEST_F(RunTest, WithJsonAnErrorIsAnObjectOnStandardOutputToo) {
  EXPECT_EQ(run({"repo", "lst", "--json"}), 2);
  EXPECT_EQ(json::parse(out_.str())["error"]["code"], "invalid_argument");
  EXPECT_THAT(err_.str(), HasSubstr("skyhold: "));
}

TEST_F(RunTest, AKeyIsMadeOnceAndForItsOwnerAlone) {
  const std::string file = directory_ / "master.key";
  EXPECT_EQ(run({"key", "new", file, "--json"}), 0) << err_.str();
  EXPECT_EQ(json::parse(out_.str())["key_file"], file);
  struct stat facts {};
  ASSERT_EQ(::stat(file.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600U);
  EXPECT_EQ(run({"key", "new", file}), 5);
}

TEST_F(RunTest, AReportThatNobodyReceivedIsAFailure) {
  out_.setstate(std::ios::badbit);
  EXPECT_EQ(run({"--version"}), 9);
  EXPECT_THAT(err_.str(), HasSubstr("cannot write to standard output"));
}

TEST_F(RunTest, ARecoveryKitNeverOverwritesAndItsPlaceIsCheckedFirst) {
  const std::string key = directory_ / "master.key";
  const std::string store = directory_ / "store";
  ASSERT_EQ(run({"key", "new", key}), 0) << err_.str();
  const std::vector<std::string> init{"repo", "init",      "--store", "file://" + store, "--key-file",
                                      key,    "--project", "acme",    "--recovery-kit"};
  auto with_kit = [&](const std::string& kit) {
    std::vector<std::string> arguments = init;
    arguments.push_back(kit);
    return run(arguments);
  };
  EXPECT_EQ(with_kit(key), 5);
  EXPECT_EQ(with_kit(directory_ / "nowhere" / "kit"), 4);
  EXPECT_FALSE(std::filesystem::exists(std::filesystem::path(store) / "config")) << "nothing was made";
  const std::string kit = directory_ / "kit";
  EXPECT_EQ(with_kit(kit), 0) << err_.str();
  struct stat facts {};
  ASSERT_EQ(::stat(kit.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600U);
  EXPECT_EQ(run({"repo", "password", "--store", "file://" + store, "--key-file", key}), 0) << err_.str();
  EXPECT_EQ(out_.str().find('\n'), out_.str().size() - 1) << "one line and nothing else";
}

}  // namespace
}  // namespace skyhold
