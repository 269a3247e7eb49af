// One mail over SMTP, by libcurl.
#pragma once

#include <string>

#include "base/cancel.h"
#include "base/result.h"
#include "notify/mail_settings.h"

namespace skyhold {

struct SmtpMail {
  std::string from;  // addresses alone
  std::string to;
  std::string content;  // of format_mail()
};

// What the server said when it took it: "250 2.0.0 Ok: queued as 4F2". Errors say which server refused what
// in which words. Takes at most half a minute.
Result<std::string> send_mail(const MailSettings& settings, const SmtpMail& mail, const CancelToken& cancel);

}  // namespace skyhold
