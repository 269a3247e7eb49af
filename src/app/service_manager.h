// Tells systemd (Type=notify) how the service stands; nobody, when it was not systemd that started it.
#pragma once

#include <string>
#include <string_view>

namespace skyhold {

class ServiceManager {
 public:
  ServiceManager();

  void ready(std::string_view status);
  void stopping();

 private:
  void send(const std::string& state);

  std::string socket_;  // of NOTIFY_SOCKET; empty: none
};

}  // namespace skyhold
