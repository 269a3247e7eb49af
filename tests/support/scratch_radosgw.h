// A throwaway S3 server for tests: Ceph's radosgw over one monitor and one OSD in memory,
// one a process, started when first asked for (two seconds).
//
// It listens on loopback only, over HTTP and over TLS, and is stopped and deleted when the
// process ends, however it ends. Where Ceph is not installed tests skip:
//
//   if (const auto why = ScratchRadosgw::why_not()) GTEST_SKIP() << *why;
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace skyhold {

class ScratchRadosgw {
 public:
  static constexpr const char* kAccessKeyId = "TESTKEY";
  static constexpr const char* kSecretAccessKey = "TESTSECRET";

  // What is missing here to start one; nothing when all is there.
  static std::optional<std::string> why_not();
  // Throws std::runtime_error, which GoogleTest reports as a failure, when it does not start.
  static ScratchRadosgw& instance();

  ScratchRadosgw(const ScratchRadosgw&) = delete;
  ScratchRadosgw& operator=(const ScratchRadosgw&) = delete;

  [[nodiscard]] std::string url() const;      // "http://localhost:4711"
  [[nodiscard]] std::string tls_url() const;  // "https://localhost:4712"
  // By whom tls_url() is signed.
  [[nodiscard]] const std::filesystem::path& ca_file() const { return ca_file_; }
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }

  // These throw std::runtime_error with the server's words. A bucket with `object_lock`
  // keeps versions, and objects can be locked in it.
  void make_bucket(const std::string& name, bool object_lock = false);
  // A name that no other caller in this process has, and a bucket of it.
  std::string make_bucket();
  // "quota set --uid=test …"; returns what radosgw-admin prints.
  std::string admin(const std::string& arguments);
  static constexpr const char* kUser = "test";

 private:
  ScratchRadosgw();
  ~ScratchRadosgw();
  void start();
  void stop();

  std::filesystem::path directory_;
  std::filesystem::path ca_file_;
  std::uint16_t port_ = 0;
  std::uint16_t tls_port_ = 0;
  int keeper_pid_ = -1;
  int keeper_stdin_ = -1;  // its closing, by us or by our death, ends the server
  int owner_pid_ = -1;
};

}  // namespace skyhold
