#include "app/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "base/log.h"
#include "io/file_descriptor.h"

namespace skyhold {

ServiceManager::ServiceManager() {
  const char* name = std::getenv("NOTIFY_SOCKET");
  if (name != nullptr && (name[0] == '/' || name[0] == '@')) socket_ = name;
  // Not for the programs that we start.
  ::unsetenv("NOTIFY_SOCKET");
}

void ServiceManager::ready(std::string_view status) {
  send(fmt::format("READY=1\nSTATUS={}\n", status));
}

void ServiceManager::stopping() {
  send("STOPPING=1\nSTATUS=waiting for what runs\n");
}

// One datagram, as sd_notify(3) describes it. A manager that does not listen is not our failure.
void ServiceManager::send(const std::string& state) {
  if (socket_.empty()) return;
  struct sockaddr_un address {};
  address.sun_family = AF_UNIX;
  if (socket_.size() >= sizeof(address.sun_path)) return;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // of the abstract kind
  const FileDescriptor descriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const auto length = static_cast<socklen_t>(offsetof(struct sockaddr_un, sun_path) + socket_.size());
  const ssize_t sent = ::sendto(descriptor.get(), state.data(), state.size(), MSG_NOSIGNAL,
                                reinterpret_cast<const struct sockaddr*>(&address), length);
  if (sent < 0) log::warning("systemd was not told: {}", std::strerror(errno));
}

}  // namespace skyhold
