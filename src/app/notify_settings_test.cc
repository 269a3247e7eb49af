// [mail] and [notify]: what they mean, and which mistakes are named.
#include <gmock/gmock.h>

#include "app/service_settings.h"

namespace skyhold {
namespace {

using testing::HasSubstr;

Result<ServiceSettings> parse(const std::string& text) {
  return parse_service_settings(text, "skyhold.toml");
}

TEST(NotifySettings, WithoutThemNoMailIsSentAndNoPrivateAddressReached) {
  const auto settings = parse("");
  ASSERT_TRUE(settings);
  EXPECT_FALSE(settings->mail.configured());
  EXPECT_FALSE(settings->notify.allow_private_addresses);
}

TEST(NotifySettings, AMailServerIsNamedWithItsPasswordInAFile) {
  const auto settings = parse(R"(
[mail]
server = "smtp://mail.example.com:587"
user = "skyhold@example.com"
password_file = "/etc/skyhold/mail-password"
from = "Skyhold <backups@example.com>"
ca_file = "/etc/skyhold/ca.pem"
[notify]
allow_private_addresses = true
)");
  ASSERT_TRUE(settings) << to_string(settings.error());
  EXPECT_TRUE(settings->mail.configured());
  EXPECT_TRUE(settings->mail.starttls_required);
  EXPECT_EQ(settings->mail.user, "skyhold@example.com");
  EXPECT_EQ(settings->mail.password_file, "/etc/skyhold/mail-password");
  EXPECT_EQ(settings->mail.from, "Skyhold <backups@example.com>");
  EXPECT_TRUE(settings->notify.allow_private_addresses);
}

TEST(NotifySettings, AMistakeIsNamedWithItsKey) {
  const std::string from = "from = \"backups@example.com\"\n";
  const std::string server = "server = \"smtp://mail.example.com\"\n";
  const auto message = [](const std::string& mail) {
    const auto settings = parse("[mail]\n" + mail);
    return settings ? std::string() : settings.error().message;
  };
  EXPECT_EQ(message(server + from), "");
  EXPECT_THAT(message(server), HasSubstr("mail needs a server and a sender"));
  EXPECT_THAT(message("server = \"mail.example.com\"\n" + from), HasSubstr("mail.server"));
  EXPECT_THAT(message("server = \"http://mail.example.com\"\n" + from), HasSubstr("mail.server"));
  EXPECT_THAT(message("server = \"smtp://u:p@mail.example.com\"\n" + from), HasSubstr("secret"));
  EXPECT_THAT(message(server + "from = \"Skyhold\"\n"), HasSubstr("mail.from"));
  EXPECT_THAT(message(server + from + "user = \"skyhold\"\n"), HasSubstr("without a password"));
  EXPECT_THAT(message(server + from + "password = \"x\"\n"), HasSubstr("may not hold secrets"));
  EXPECT_THAT(message(server + from + "starttls = \"never\"\n"), HasSubstr("mail.starttls"));
  EXPECT_THAT(message(server + from + "starttls = \"optional\"\nuser = \"s\"\npassword_file = \"/p\"\n"),
              HasSubstr("in the clear"));
}

}  // namespace
}  // namespace skyhold
