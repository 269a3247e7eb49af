// Whatever a subject, a name or a text holds: it makes no header, and ends no mail early.
#include <algorithm>

#include "base/assert.h"
#include "base/bytes.h"
#include "notify/destination.h"
#include "notify/mail_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace skyhold;
  const std::string text(as_text(ByteView(data, size)));
  if (check_mail_address(text)) SKYHOLD_ASSERT(text.find_first_of("\r\n <>,") == std::string::npos);
  if (check_webhook_url(text)) SKYHOLD_ASSERT(text.starts_with("http") || text.starts_with("HTTP"));
  MailMessage mail;
  mail.from = parse_mailbox(text).value_or(MailAddress{"Skyhold", "a@b"});
  mail.to = "c@d";
  mail.subject = text;
  mail.text = text;
  mail.id = "nm_1";
  mail.event = "test";
  const std::string wire = format_mail(mail);
  const std::size_t end = wire.find("\r\n\r\n");
  SKYHOLD_ASSERT(end != std::string::npos);
  int headers = 0;
  for (std::size_t at = 0; at < end; at = wire.find("\r\n", at) + 2) {
    if (wire[at] != ' ') ++headers;
  }
  SKYHOLD_ASSERT(headers == 10);
  SKYHOLD_ASSERT(wire.find("\r\n.", end) == std::string::npos);
  return 0;
}
