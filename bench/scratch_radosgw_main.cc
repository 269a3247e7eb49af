// skyhold_scratch_radosgw BUCKET…
//
// A throwaway S3 server for the bench, with these buckets: prints "HOST:PORT KEY SECRET" on a
// line once it answers, and ends, with all that it holds, with SIGTERM or SIGINT.
#include <csignal>
#include <iostream>
#include <string_view>

#include "tests/support/scratch_radosgw.h"

int main(int argc, char** argv) {
  using skyhold::ScratchRadosgw;
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGINT);
  ::sigaddset(&signals, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  try {
    if (const auto missing = ScratchRadosgw::why_not()) throw std::runtime_error(*missing);
    ScratchRadosgw& server = ScratchRadosgw::instance();
    for (int i = 1; i < argc; ++i) server.make_bucket(argv[i]);
    constexpr std::string_view kScheme = "http://";
    std::cout << server.url().substr(kScheme.size()) << " " << ScratchRadosgw::kAccessKeyId << " "
              << ScratchRadosgw::kSecretAccessKey << std::endl;
    int signal_number = 0;
    ::sigwait(&signals, &signal_number);
  } catch (const std::exception& exception) {
    std::cerr << exception.what() << "\n";
    return 1;
  }
  return 0;
}
