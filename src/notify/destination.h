// Where notices of a project go.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "notify/notice.h"

namespace skyhold {

enum class DestinationKind { kEmail, kWebhook };
std::string_view to_string(DestinationKind kind);  // "email", "webhook"
Result<DestinationKind> parse_destination_kind(std::string_view text);

struct Destination {
  std::string id;  // "nd_…"
  std::string project;
  DestinationKind kind = DestinationKind::kEmail;
  std::string name;                    // for people; may be empty
  std::vector<std::string> addresses;  // of email
  std::string url;                     // of a webhook
  std::vector<NoticeKind> events;      // of notice_choices()
  bool enabled = true;
  Instant created_at{};
  std::string created_by;

  [[nodiscard]] bool wants(NoticeKind event) const;
};

inline constexpr std::size_t kMostAddresses = 20;
inline constexpr std::size_t kMostDestinations = 20;  // of one project
inline constexpr std::size_t kMostDestinationNameBytes = 100;

// kInvalidArgument, in words that name what is wrong.
Status check_destination(const Destination& destination);
// "ada@example.com": letters, digits and the usual signs; nothing that could end a line or a command.
Status check_mail_address(std::string_view address);
// http:// or https:// with a host, and no user or password.
Status check_webhook_url(std::string_view url);

}  // namespace skyhold
