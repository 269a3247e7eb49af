#include "notify/mail_message.h"

#include <algorithm>
#include <array>
#include <ctime>

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/utf8.h"
#include "notify/destination.h"
#include "notify/fit_line.h"

namespace skyhold {
namespace {

constexpr std::size_t kMostLineBytes = 76;
constexpr std::size_t kMostSubjectBytes = 400;
constexpr std::size_t kMostWordBytes = 75;  // of one encoded word, RFC 2047
constexpr std::string_view kWordBegin = "=?UTF-8?B?";
constexpr std::string_view kWordEnd = "?=";

bool is_plain(std::string_view text) {
  return text.find("=?") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; });
}

// As much of the text as fits one word, in whole characters.
std::string_view take_word(std::string_view& text, std::size_t most_bytes) {
  std::size_t bytes = 0;
  while (bytes < text.size()) {
    const std::size_t next = std::max<std::size_t>(utf8_character_bytes(text.substr(bytes)), 1);
    if (bytes > 0 && bytes + next > most_bytes) break;
    bytes += next;
  }
  const std::string_view word = text.substr(0, bytes);
  text.remove_prefix(bytes);
  return word;
}

std::string formatted(const MailAddress& mailbox, std::size_t first_line_used) {
  if (mailbox.name.empty()) return mailbox.address;
  const bool atoms = std::all_of(mailbox.name.begin(), mailbox.name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ';
  });
  if (atoms) return fmt::format("{} <{}>", mailbox.name, mailbox.address);
  // A word that stands for a name is encoded also when it is ASCII: quotes have rules of their own.
  std::string words;
  std::string_view rest = mailbox.name;
  std::size_t used = first_line_used;
  while (!rest.empty()) {
    const std::size_t room = kMostWordBytes - kWordBegin.size() - kWordEnd.size() - used;
    words += fmt::format("{}{}{}{}", words.empty() ? "" : "\r\n ", kWordBegin,
                         base64_encode(as_bytes(take_word(rest, room / 4 * 3))), kWordEnd);
    used = 1;
  }
  return fmt::format("{}\r\n <{}>", words, mailbox.address);
}

std::string domain_of(std::string_view address) {
  return std::string(address.substr(address.rfind('@') + 1));
}

}  // namespace

Result<MailAddress> parse_mailbox(std::string_view text) {
  const std::size_t open = text.rfind('<');
  if (open == std::string_view::npos) {
    TRY(check_mail_address(text));
    return MailAddress{{}, std::string(text)};
  }
  if (!text.ends_with('>')) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("\"{}\" is no mail address", fit_line(text, 100)),
                "write \"Skyhold <backups@example.com>\"");
  }
  const std::string_view address = text.substr(open + 1, text.size() - open - 2);
  TRY(check_mail_address(address));
  constexpr std::size_t kMostNameBytes = 100;
  return MailAddress{fit_line(text.substr(0, open), kMostNameBytes), std::string(address)};
}

std::string encoded_header(std::string_view text, std::size_t first_line_used) {
  if (is_plain(text) && first_line_used + text.size() <= kMostLineBytes) return std::string(text);
  std::string words;
  std::size_t used = first_line_used;
  while (!text.empty()) {
    const std::size_t room = kMostWordBytes - kWordBegin.size() - kWordEnd.size() - used;
    words += fmt::format("{}{}{}{}", words.empty() ? "" : "\r\n ", kWordBegin,
                         base64_encode(as_bytes(take_word(text, room / 4 * 3))), kWordEnd);
    used = 1;
  }
  return words;
}

std::string quoted_printable(std::string_view text) {
  constexpr std::size_t kLongestUnit = 3;  // "=E9"
  std::string out;
  std::size_t line_bytes = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (c == '\n') {
      out += "\r\n";
      line_bytes = 0;
      continue;
    }
    if (line_bytes + kLongestUnit >= kMostLineBytes) {
      out += "=\r\n";
      line_bytes = 0;
    }
    const bool ends_line = at + 1 == text.size() || text[at + 1] == '\n';
    const bool blank = c == ' ' || c == '\t';
    // A point that begins a line means something to SMTP, a blank that ends one gets lost.
    const bool plain = c == '.' ? line_bytes > 0 : blank ? !ends_line : c > ' ' && c < 0x7f && c != '=';
    const std::string unit = plain ? std::string(1, static_cast<char>(c)) : fmt::format("={:02X}", c);
    out += unit;
    line_bytes += unit.size();
  }
  return out;
}

std::string mail_date(Instant at) {
  constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} +0000",
                     kDays.at(static_cast<std::size_t>(utc.tm_wday)), utc.tm_mday,
                     kMonths.at(static_cast<std::size_t>(utc.tm_mon)), utc.tm_year + 1900, utc.tm_hour,
                     utc.tm_min, utc.tm_sec);
}

std::string format_mail(const MailMessage& message) {
  constexpr std::string_view kFrom = "From: ";
  constexpr std::string_view kSubject = "Subject: ";
  std::string mail;
  const auto add = [&mail](std::string_view name, std::string_view value) {
    mail += fmt::format("{}: {}\r\n", name, value);
  };
  add("Date", mail_date(message.at));
  add("From", formatted(message.from, kFrom.size()));
  add("To", message.to);
  add("Subject", encoded_header(fit_line(message.subject, kMostSubjectBytes), kSubject.size()));
  add("Message-ID", fmt::format("<{}@{}>", message.id, domain_of(message.from.address)));
  add("Auto-Submitted", "auto-generated");
  add("X-Skyhold-Event", message.event);
  add("MIME-Version", "1.0");
  add("Content-Type", "text/plain; charset=utf-8");
  add("Content-Transfer-Encoding", "quoted-printable");
  return mail + "\r\n" + quoted_printable(message.text) + "\r\n";
}

}  // namespace skyhold
