// [mail] and [notify] of the settings file.
#pragma once

#include <string>

#include "base/result.h"
#include "notify/mail_settings.h"

namespace skyhold::settings {
struct Value;
}

namespace skyhold {

struct NotifySettings {
  bool allow_private_addresses = false;  // webhooks to this machine and its network
  std::string ca_file;                   // whom webhooks trust; empty: the system's authorities
};

Status read_mail_settings(const settings::Value& value, MailSettings& mail);
Status read_notify_settings(const settings::Value& value, NotifySettings& notify);

}  // namespace skyhold
