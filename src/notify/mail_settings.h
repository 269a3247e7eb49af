// How mail leaves: [mail] of the settings file.
#pragma once

#include <string>

namespace skyhold {

struct MailSettings {
  std::string server{};  // "smtp://mail.example.com:587" or "smtps://…"; empty: no mail is sent
  bool starttls_required = true;
  std::string user{};  // empty: without signing in
  std::string password_file{};
  std::string from{};     // "backups@example.com" or "Skyhold <backups@example.com>"
  std::string ca_file{};  // empty: the system's authorities

  [[nodiscard]] bool configured() const { return !server.empty(); }
};

}  // namespace skyhold
