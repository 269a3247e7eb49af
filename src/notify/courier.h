// Delivers what the outbox holds.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "http/client.h"
#include "notify/mail_settings.h"
#include "notify/notifications.h"

namespace skyhold {

struct CourierOptions {
  MailSettings mail{};
  std::string public_url{};              // of the dashboard, without a slash at its end; may be empty
  bool allow_private_addresses = false;  // webhooks to this machine and its network
  std::string ca_file{};                 // that webhooks trust beside nobody; empty: the system's
};

// Thread-safe: any number of threads and processes may deliver.
class Courier {
 public:
  // Both must outlive it.
  Courier(Notifications& notifications, CourierOptions options, const Clock& clock);

  // Sends all that is due now. What could not be sent is written down, and no error.
  Status deliver(const CancelToken& cancel);
  // Sends a message at once, to each receiver, whatever the outbox holds.
  struct Tried {
    std::string receiver;
    bool sent = false;
    std::string answer;  // of the server, or why it was not reached
  };
  Result<std::vector<Tried>> test(std::string_view project, std::string_view destination);

  [[nodiscard]] bool can_mail() const { return options_.mail.configured(); }
  [[nodiscard]] bool may_reach_private_addresses() const { return options_.allow_private_addresses; }

 private:
  Result<std::string> send(const Outgoing& outgoing, const CancelToken& cancel);

  Notifications& notifications_;
  const CourierOptions options_;
  const Clock& clock_;
  HttpClient client_;
};

}  // namespace skyhold
