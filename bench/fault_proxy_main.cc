// skyhold_fault_proxy --listen PORT --to HOST:PORT [--delay-ms N] [--bytes-per-second N]
//
// A proxy before a server of the bench that makes it as far away as a cloud: each request
// comes N milliseconds later. Listens on 127.0.0.1, prints the port, and ends with SIGTERM or
// SIGINT.
#include <charconv>
#include <csignal>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/fault_proxy.h"

namespace {

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

struct Arguments {
  skyhold::FaultProxyOptions options;
  skyhold::ProxyMode mode;
};

bool set_target(std::string_view value, skyhold::FaultProxyOptions& options) {
  const std::size_t colon = value.rfind(':');
  if (colon == std::string_view::npos) return false;
  const auto port = parse_number<std::uint16_t>(value.substr(colon + 1));
  options.host = value.substr(0, colon);
  options.port = port.value_or(0);
  return port.has_value();
}

bool set(std::string_view flag, std::string_view value, Arguments& arguments) {
  if (flag == "--to") return set_target(value, arguments.options);
  if (flag == "--listen") {
    const auto port = parse_number<std::uint16_t>(value);
    arguments.options.listen_port = port.value_or(0);
    return port.has_value();
  }
  const auto number = parse_number<std::uint32_t>(value);
  if (!number) return false;
  if (flag == "--delay-ms") {
    arguments.mode.delay_per_request = std::chrono::milliseconds(*number);
    return true;
  }
  if (flag == "--bytes-per-second") {
    arguments.mode.bytes_per_second = *number;
    return true;
  }
  return false;
}

std::optional<Arguments> parse(const std::vector<std::string_view>& words) {
  if (words.size() % 2 != 0) return std::nullopt;
  Arguments arguments;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    if (!set(words[i], words[i + 1], arguments)) return std::nullopt;
  }
  if (arguments.options.port == 0) return std::nullopt;
  return arguments;
}

}  // namespace

int main(int argc, char** argv) {
  const auto arguments = parse({argv + 1, argv + argc});
  if (!arguments) {
    std::cerr
        << "usage: skyhold_fault_proxy --listen PORT --to HOST:PORT [--delay-ms N] [--bytes-per-second N]\n";
    return 2;
  }
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGINT);
  ::sigaddset(&signals, SIGTERM);
  // Before there are threads, so that none of them takes the signal.
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  try {
    skyhold::FaultProxy proxy(arguments->options);
    proxy.set_mode(arguments->mode);
    std::cout << proxy.port() << std::endl;
    int signal_number = 0;
    ::sigwait(&signals, &signal_number);
  } catch (const std::exception& exception) {
    std::cerr << exception.what() << "\n";
    return 1;
  }
  return 0;
}
