#include "cli/run.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
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
    // No settings of this machine's own.
    const auto variables = [](const std::string& name) {
      return name == "SKYHOLD_SETTINGS" ? std::optional<std::string>("") : std::nullopt;
    };
    return run_command_line(arguments, {out_, err_, false, [] { return 80; }, variables, clock_, cancel_});
  }

  // Settings with two stores in directories that are there, and what reads them.
  std::vector<std::string> settings() {
    const auto file = directory_ / "skyhold.toml";
    std::ofstream stream(file);
    for (const std::string name : {"near", "far"}) {
      std::filesystem::create_directory(directory_ / name);
      stream << "[stores." << name << "]\nurl = \"file://" << (directory_ / name).string() << "\"\n";
    }
    return {"--settings", file.string()};
  }
  int run_with_settings(std::vector<std::string> arguments) {
    const std::vector<std::string> flags = settings();
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    return run(arguments);
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

TEST_F(RunTest, StoresAreCheckedByTheirNamesInTheSettings) {
  EXPECT_EQ(run_with_settings({"stores", "check", "--json"}), 0) << err_.str();
  const json report = json::parse(out_.str());
  EXPECT_TRUE(report["good"]);
  ASSERT_EQ(report["stores"].size(), 2U);
  EXPECT_EQ(report["stores"][0]["name"], "far");
  EXPECT_EQ(report["stores"][0]["steps"].size(), 8U);
  EXPECT_EQ(run_with_settings({"stores", "check", "--store", "near"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("near: file://"));
  EXPECT_THAT(out_.str(), testing::Not(HasSubstr("far")));
  EXPECT_FALSE(std::filesystem::exists(directory_ / "near" / "skyhold-check"));
}

TEST_F(RunTest, AStoreThatCannotBeUsedGivesTheExitCodeAndTheReport) {
  const std::vector<std::string> flags = settings();
  std::filesystem::remove(directory_ / "far");
  EXPECT_EQ(run({"stores", "check", flags[0], flags[1]}), 4);
  EXPECT_THAT(out_.str(), HasSubstr("FAILED"));
  EXPECT_THAT(err_.str(), HasSubstr("1 of 2 stores"));
  EXPECT_FALSE(std::filesystem::exists(directory_ / "far"));
}

TEST_F(RunTest, AMissingOrMistypedStoreIsToldWhichThereAre) {
  EXPECT_EQ(run_with_settings({"repo", "verify"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("--store"));
  EXPECT_THAT(err_.str(), HasSubstr("far, near"));
  EXPECT_EQ(run_with_settings({"repo", "verify", "--store", "naer"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("did you mean near?"));
  EXPECT_EQ(run({"repo", "verify", "--store", "near"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("there is no store named \"near\""));
  EXPECT_EQ(run({"repo", "verify"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("SKYHOLD_STORES"));
  EXPECT_EQ(run({"repo", "verify", "--store", "near", "--settings", (directory_ / "none.toml").string()}), 4);
}

TEST_F(RunTest, OnePlaceUnderTwoNamesIsOneCopy) {
  EXPECT_EQ(run_with_settings({"repo", "verify", "--store", "near", "--store",
                               "file://" + (directory_ / "near").string() + "/"}),
            2);
  EXPECT_THAT(err_.str(), HasSubstr("named twice"));
}

}  // namespace
}  // namespace skyhold
