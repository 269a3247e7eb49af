#include "notify/courier.h"

#include <fmt/format.h>

#include "notify/fit_line.h"
#include "notify/mail_message.h"
#include "notify/smtp_client.h"
#include "notify/webhook.h"

namespace skyhold {
namespace {

constexpr std::chrono::milliseconds kConnectTimeout{5'000};
constexpr std::chrono::milliseconds kWebhookTimeout{15'000};
constexpr std::size_t kMostAnswerBytes = 500;
constexpr double kLongestTestSeconds = 15;

HttpClientOptions client_options(const CourierOptions& options) {
  HttpClientOptions client;
  client.ca_file = options.ca_file;
  client.connect_timeout = kConnectTimeout;
  client.request_timeout = kWebhookTimeout;
  client.refuse_private_addresses = !options.allow_private_addresses;
  return client;
}

Result<SmtpMail> mail_of(const Outgoing& outgoing, const CourierOptions& options, Instant now) {
  if (!options.mail.configured()) {
    return fail(ErrorCode::kUnsupported, "this platform has no mail server set up",
                "an operator sets it up: [mail] in the settings file");
  }
  const Notice& notice = outgoing.delivery.notice;
  MailMessage message;
  message.from = TRY(parse_mailbox(options.mail.from));
  message.to = outgoing.delivery.receiver;
  message.subject = notice.subject;
  message.text = notice.text;
  if (!options.public_url.empty()) message.text += fmt::format("\n\n{}{}", options.public_url, notice.page);
  message.text += fmt::format(
      "\n\n-- \nSkyhold sends this because {} is a destination of the project {}. Its admins change that on "
      "its page \"Notifications\".\n",
      message.to, notice.project);
  message.id = outgoing.delivery.id;
  message.event = to_string(notice.kind);
  message.at = now;
  return SmtpMail{message.from.address, message.to, format_mail(message)};
}

// "message; hint"
std::string words_of(const Error& error) {
  return fit_line(error.hint.empty() ? error.message : fmt::format("{}; {}", error.message, error.hint),
                  kMostAnswerBytes);
}

}  // namespace

Courier::Courier(Notifications& notifications, CourierOptions options, const Clock& clock)
    : notifications_(notifications),
      options_(std::move(options)),
      clock_(clock),
      client_(client_options(options_)) {}

Result<std::string> Courier::send(const Outgoing& outgoing, const CancelToken& cancel) {
  if (outgoing.destination.kind == DestinationKind::kWebhook) {
    return post_webhook(client_, outgoing, options_.public_url, clock_.now(), cancel);
  }
  const SmtpMail mail = TRY(mail_of(outgoing, options_, clock_.now()));
  return send_mail(options_.mail, mail, cancel);
}

Status Courier::deliver(const CancelToken& cancel) {
  while (!cancel.cancelled()) {
    const std::optional<Outgoing> outgoing = TRY(notifications_.take());
    if (!outgoing) return {};
    const Result<std::string> answer = send(*outgoing, cancel);
    if (answer) {
      TRY(notifications_.sent(*outgoing));
    } else {
      TRY(notifications_.not_sent(*outgoing, words_of(answer.error())));
    }
  }
  return {};
}

Result<std::vector<Courier::Tried>> Courier::test(std::string_view project, std::string_view destination) {
  Outgoing outgoing = TRY(notifications_.test_of(project, destination));
  Notice& notice = outgoing.delivery.notice;
  notice.kind = NoticeKind::kTest;
  notice.subject = fmt::format("{}: a test of notifications", project);
  notice.text = fmt::format(
      "This is a test. Notifications of the project {} reach this destination; nothing has happened and "
      "there is "
      "nothing to do.",
      project);
  notice.page = fmt::format("/projects/{}/notifications", project);
  std::vector<std::string> receivers = outgoing.destination.addresses;
  if (outgoing.destination.kind == DestinationKind::kWebhook) receivers = {""};
  std::vector<Tried> all;
  const double begin = monotonic_seconds();
  for (const std::string& receiver : receivers) {
    // Somebody waits for the answer.
    if (monotonic_seconds() - begin > kLongestTestSeconds) {
      all.push_back({receiver, false, "not tried: the server took too long with the others"});
      continue;
    }
    outgoing.delivery.receiver = receiver;
    const Result<std::string> answer = send(outgoing, CancelToken());
    all.push_back({receiver, answer.has_value(), answer ? *answer : words_of(answer.error())});
  }
  return all;
}

}  // namespace skyhold
