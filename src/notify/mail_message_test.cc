// What a mail looks like on the wire, and what nobody can make of it.
#include "notify/mail_message.h"

#include <random>

#include <gmock/gmock.h>

#include "base/encoding.h"
#include "base/utf8.h"
#include "notify/destination.h"
#include "tests/support/seed.h"

namespace skyhold {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

MailMessage a_mail() {
  return {.from = {"Skyhold", "backups@example.com"},
          .to = "ada@example.com",
          .subject = "acme: the backup of main failed",
          .text = "The backup failed.\n\nNothing is lost.",
          .id = "nm_1",
          .event = "backup_failed",
          .at = parse_rfc3339("2026-11-23T01:02:03Z").value()};
}

// What a receiver reads.
std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at, 3) == "=\r\n") {
      at += 2;
    } else if (text[at] == '=') {
      out += as_text(hex_decode(text.substr(at + 1, 2)).value());
      at += 2;
    } else if (text[at] != '\r') {
      out += text[at];
    }
  }
  return out;
}
std::string decoded_header(std::string_view header) {
  std::string out;
  while (!header.empty()) {
    if (header.starts_with("=?UTF-8?B?")) {
      const std::size_t end = header.find("?=");
      out += as_text(base64_decode(header.substr(10, end - 10)).value());
      header.remove_prefix(end + 2);
      if (header.starts_with("\r\n =?")) header.remove_prefix(3);
    } else {
      out += header.front();
      header.remove_prefix(1);
    }
  }
  return out;
}

TEST(MailMessage, IsPlainTextThatSaysWhatItIs) {
  EXPECT_EQ(format_mail(a_mail()),
            "Date: Mon, 23 Nov 2026 01:02:03 +0000\r\n"
            "From: Skyhold <backups@example.com>\r\n"
            "To: ada@example.com\r\n"
            "Subject: acme: the backup of main failed\r\n"
            "Message-ID: <nm_1@example.com>\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "X-Skyhold-Event: backup_failed\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n"
            "\r\n"
            "The backup failed.\r\n\r\nNothing is lost.\r\n");
}

TEST(MailMessage, WhatIsNotAsciiIsEncodedAndComesOutAsItWas) {
  const std::string subject =
      "société: la sauvegarde de « production » a échoué, et cela dure depuis longtemps déjà";
  const std::string header = encoded_header(subject, 9);
  EXPECT_EQ(decoded_header(header), subject);
  for (std::size_t at = 0; at < header.size();) {
    const std::size_t end = std::min(header.find("\r\n", at), header.size());
    EXPECT_LE(end - at + (at == 0 ? 9 : 0), 76U) << header;
    at = end + 2;
  }
  MailMessage mail = a_mail();
  mail.text = "Été = été\n.a line that begins with a point\nends with a blank \n" + std::string(300, 'x');
  const std::string whole = format_mail(mail);
  const std::string body = whole.substr(whole.find("\r\n\r\n") + 4);
  EXPECT_EQ(decoded(body), mail.text + "\n");
  EXPECT_THAT(body, AllOf(Not(HasSubstr("\r\n.")), Not(HasSubstr(" \r\n"))));
  mail.from.name = "Sauvegardes \"été\"";
  EXPECT_THAT(format_mail(mail), HasSubstr("\r\nFrom: =?UTF-8?B?"));
}

TEST(MailMessage, NobodyMakesAHeaderOfTheirOwn) {
  MailMessage mail = a_mail();
  mail.subject = "acme\r\nBcc: everybody@example.com\r\n\r\nbuy this";
  EXPECT_THAT(format_mail(mail), AllOf(Not(HasSubstr("\r\nBcc")), Not(HasSubstr("\n\r\nbuy"))));
  mail.subject = "=?UTF-8?B?aGk=?=";  // is shown as it is written
  EXPECT_THAT(format_mail(mail), HasSubstr("Subject: =?UTF-8?B?PT9VVEYtOD9CP2FHaz0/PQ==?="));
  for (const char* address : {"a@b\r\nRCPT TO:<c@d>", "a@b>", "<a@b", "a b@c", "a@b,c@d", "a@", "@b", "a", "",
                              "é@b.fr", "a@-b", "a@b..c", ".a@b"}) {
    EXPECT_FALSE(check_mail_address(address)) << address;
  }
  for (const char* address : {"ada@example.com", "a.b+c@mail.example.co.uk", "root@localhost"}) {
    EXPECT_TRUE(check_mail_address(address)) << address;
  }
}

TEST(MailMessage, ASenderMayHaveAName) {
  EXPECT_EQ(parse_mailbox("Backups of Acme <backups@example.com>")->name, "Backups of Acme");
  EXPECT_EQ(parse_mailbox("backups@example.com")->address, "backups@example.com");
  for (const char* wrong : {"Backups <>", "Backups <a@b> c", "Backups", "Backups <a@b\r\n>"}) {
    EXPECT_FALSE(parse_mailbox(wrong)) << wrong;
  }
}

TEST(MailMessage, AnyTextComesOutAsItWas) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(testing::Message() << "SKYHOLD_TEST_SEED=" << seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 200; ++round) {
    std::string text;
    for (auto length = random() % 300; length > 0; --length) {
      const char* pieces[] = {"a", " ", "\n", "=", ".", "é", "☃", "𝄞", "\t", "word "};
      text += pieces[random() % 10];
    }
    const std::string wire = quoted_printable(text);
    ASSERT_EQ(decoded(wire), text);
    for (std::size_t at = 0; at < wire.size();) {
      const std::size_t end = std::min(wire.find("\r\n", at), wire.size());
      ASSERT_LE(end - at, 76U);
      ASSERT_NE(wire[at], '.');
      at = end + 2;
    }
  }
}

}  // namespace
}  // namespace skyhold
