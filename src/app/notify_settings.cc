#include "app/notify_settings.h"

#include "notify/mail_message.h"
#include "stores/settings_value.h"

namespace skyhold {
namespace {

using namespace settings;  // NOLINT(google-build-using-namespace)

Status read_server(const Value& value, MailSettings& mail) {
  mail.server = TRY(value.text());
  const std::string_view server = mail.server;
  const std::size_t host = server.starts_with("smtp://") ? 7 : server.starts_with("smtps://") ? 8 : 0;
  if (host > 0 && server.size() > host && server.find_first_of("/?#\\ \"<>", host) == std::string_view::npos)
    return {};
  return value.refuse("is not the address of a mail server",
                      "write \"smtp://mail.example.com:587\" or \"smtps://mail.example.com\"");
}

Status read_starttls(const Value& value, MailSettings& mail) {
  mail.starttls_required = TRY(value.one_of({"required", "optional"})) == "required";
  return {};
}

Status read_from(const Value& value, MailSettings& mail) {
  mail.from = TRY(value.text());
  TRY(value.at_this_place(parse_mailbox(mail.from)));
  return {};
}

constexpr std::array<Field<MailSettings>, 6> kMailFields{{
    {"server", "", read_server},
    {"starttls", "", read_starttls},
    {"user", "", read_text<&MailSettings::user>},
    {"password_file", "", read_path<&MailSettings::password_file>},
    {"from", "", read_from},
    {"ca_file", "", read_path<&MailSettings::ca_file>},
}};

constexpr std::array<Field<NotifySettings>, 2> kNotifyFields{{
    {"allow_private_addresses", "", read_boolean<&NotifySettings::allow_private_addresses>},
    {"ca_file", "", read_path<&NotifySettings::ca_file>},
}};

}  // namespace

Status read_mail_settings(const Value& value, MailSettings& mail) {
  TRY(read_fields<MailSettings>(value, kMailFields, "", mail));
  if (mail.server.empty() || mail.from.empty()) {
    return value.refuse("needs a server and a sender", "give both server and from");
  }
  if (mail.user.empty() != mail.password_file.empty()) {
    return value.refuse("has a user without a password, or a password without a user",
                        "give both user and password_file");
  }
  if (mail.user.empty() || mail.starttls_required || mail.server.starts_with("smtps:")) return {};
  return value.refuse("could send its password in the clear",
                      "leave starttls \"required\", or use smtps://, when there is a user");
}

Status read_notify_settings(const Value& value, NotifySettings& notify) {
  return read_fields<NotifySettings>(value, kNotifyFields, "", notify);
}

}  // namespace skyhold
