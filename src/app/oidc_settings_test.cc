#include "app/oidc_settings.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/scratch_directory.h"

namespace skyhold {
namespace {

using std::filesystem::perms;

class OidcSecretTest : public testing::Test {
 protected:
  Result<OidcOptions> load(const std::string& content, perms mode = perms::owner_read) {
    const std::filesystem::path file = directory_ / "secret";
    std::filesystem::remove(file);
    std::ofstream(file) << content;
    std::filesystem::permissions(file, mode);
    return load_oidc_options({.options = {}, .client_secret_file = file});
  }

  ScratchDirectory directory_;
};

TEST_F(OidcSecretTest, IsTheOneLineOfItsFile) {
  EXPECT_EQ(load("a secret\n")->client_secret, "a secret");
  EXPECT_EQ(load("a secret")->client_secret, "a secret");
  EXPECT_EQ(load("a secret", perms::owner_read | perms::group_read)->client_secret, "a secret");
  EXPECT_EQ(load_oidc_options({})->client_secret, "") << "a public client";
}

TEST_F(OidcSecretTest, IsRefusedWhenItIsNone) {
  EXPECT_EQ(load("\n").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(load("two\nlines\n").error().code, ErrorCode::kInvalidArgument);
  const auto open = load("a secret", perms::owner_read | perms::others_read);
  ASSERT_FALSE(open);
  EXPECT_EQ(open.error().code, ErrorCode::kPermissionDenied);
  EXPECT_THAT(open.error().hint, testing::HasSubstr("chmod"));
  const auto missing = load_oidc_options({.options = {}, .client_secret_file = "/nowhere/secret"});
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, testing::HasSubstr("oidc.client_secret_file"));
}

}  // namespace
}  // namespace skyhold
