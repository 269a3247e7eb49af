#include "cli/parameters.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace skyhold {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(SnapshotText, IsLatestOrTheBeginningOfAnId) {
  EXPECT_TRUE(check_snapshot_text("latest"));
  EXPECT_TRUE(check_snapshot_text("1a2b"));
  EXPECT_TRUE(check_snapshot_text(std::string(64, 'f')));
  for (const std::string text : {"", "1a2", "newest", "1A2B", std::string(65, 'f').c_str()}) {
    EXPECT_FALSE(check_snapshot_text(text)) << text;
  }
}

class DatabaseFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "skyhold-cli-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    path_ = directory_ / "database.url";
    parameters_.database_file = path_;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  void write(const std::string& text, mode_t mode = 0600) {
    std::ofstream(path_) << text;
    ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
  }

  std::filesystem::path directory_;
  std::filesystem::path path_;
  Parameters parameters_;
};

TEST_F(DatabaseFile, GivesTheUrlWithoutItsLineEnd) {
  write("  postgresql://odoo:secret@host/acme\n");
  const auto target = database_target(parameters_);
  ASSERT_TRUE(target.has_value()) << to_string(target.error());
  EXPECT_EQ(target->database(), "acme");
  EXPECT_EQ(target->password(), "secret");
}

TEST_F(DatabaseFile, ThatEverybodyCanReadIsRefused) {
  write("postgresql://odoo:secret@host/acme\n", 0644);
  const auto target = database_target(parameters_);
  ASSERT_FALSE(target.has_value());
  EXPECT_EQ(target.error().code, ErrorCode::kPermissionDenied);
  EXPECT_THAT(target.error().hint, HasSubstr("chmod 600"));
}

TEST_F(DatabaseFile, ThatIsMissingEmptyOrLongIsAnErrorWithoutItsContent) {
  EXPECT_EQ(database_target(parameters_).error().code, ErrorCode::kNotFound);
  write(" \n");
  EXPECT_EQ(database_target(parameters_).error().code, ErrorCode::kInvalidArgument);
  write("postgresql://odoo:secret@host/a\npostgresql://odoo:secret@host/b\n");
  const Error error = database_target(parameters_).error();
  EXPECT_EQ(error.code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(to_string(error), Not(HasSubstr("secret")));
}

class Warnings final : public ProgressSink {
 public:
  void report(const Progress&) override {}
  void warn(const std::string& message) override { messages.push_back(message); }
  std::vector<std::string> messages;
};

TEST(PasswordInFlag, IsWarnedOfAndNotRepeated) {
  Parameters parameters;
  Warnings warnings;
  parameters.database_from_environment = "postgresql://odoo:secret@host/acme";
  warn_of_password_in_flag(parameters, *database_target(parameters), warnings);
  EXPECT_TRUE(warnings.messages.empty());
  parameters.database = "postgresql://odoo@host/acme";
  warn_of_password_in_flag(parameters, *database_target(parameters), warnings);
  EXPECT_TRUE(warnings.messages.empty());
  parameters.database = "postgresql://odoo:secret@host/acme";
  warn_of_password_in_flag(parameters, *database_target(parameters), warnings);
  ASSERT_EQ(warnings.messages.size(), 1U);
  EXPECT_THAT(warnings.messages[0], Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace skyhold
