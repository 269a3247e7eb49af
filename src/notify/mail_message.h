// A mail as it goes over the wire (RFC 5322, 2045, 2047): plain text in UTF-8.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace skyhold {

struct MailAddress {
  std::string name;  // may be empty
  std::string address;
};
// "a@b" or "Name <a@b>". kInvalidArgument.
Result<MailAddress> parse_mailbox(std::string_view text);

struct MailMessage {
  MailAddress from;
  std::string to;
  std::string subject;
  std::string text;
  std::string id;     // before the @ of the Message-ID: the same when it is sent again
  std::string event;  // "backup_failed"
  Instant at{};
};

// Lines end in CR LF, none is longer than 78 bytes but for one with an address or id. Whatever stands in a
// subject, it makes no header of its own.
std::string format_mail(const MailMessage& message);

// Of parts of it.
std::string encoded_header(std::string_view text, std::size_t first_line_used);
std::string quoted_printable(std::string_view text);
std::string mail_date(Instant at);  // "Mon, 23 Nov 2026 01:00:00 +0000"

}  // namespace skyhold
