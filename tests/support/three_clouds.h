// Three stores in two clouds: two fakes of Google Cloud Storage, one bucket of a real
// radosgw, and the settings file that names them near-1, near-2 and far. Each is reached
// through a proxy, so that its network can be cut, slow or busy.
//
// What lies in them is read and damaged behind Skyhold's back: in the fakes' own memory, and
// with rclone. Where radosgw or rclone is not installed tests skip:
//
//   if (const auto why = ThreeClouds::why_not()) GTEST_SKIP() << *why;
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "tests/support/fault_proxy.h"
#include "tests/support/gcs_fake.h"
#include "tests/support/scratch_directory.h"

namespace skyhold {

inline constexpr std::size_t kNear1 = 0;
inline constexpr std::size_t kNear2 = 1;
inline constexpr std::size_t kFar = 2;
inline constexpr std::array<std::size_t, 3> kAllCopies{kNear1, kNear2, kFar};

struct ThreeCloudsOptions {
  // For how long a call is tried again. Short, so that a dead store costs a test little.
  std::string retry_for = "1s";
  std::string far_settings{};  // more lines of the far store: "removal_delay = \"7d\""
  std::uint64_t seed = 1;      // of what the networks do by chance
  bool near_buckets_share_a_name = false;
};

class ThreeClouds {
 public:
  static std::optional<std::string> why_not();
  explicit ThreeClouds(const ThreeCloudsOptions& options = {});

  [[nodiscard]] static std::string name(std::size_t copy);     // "near-1", "near-2", "far"
  [[nodiscard]] std::string location(std::size_t copy) const;  // as Skyhold's reports name it
  [[nodiscard]] std::string settings_file() const { return (directory_ / "skyhold.toml").string(); }
  [[nodiscard]] const ScratchDirectory& directory() const { return directory_; }
  // Assignments before a command: the far store's keys, for Skyhold and for restic.
  [[nodiscard]] static std::string environment();
  // "s3:http://localhost:4711/bucket/prefix": the far store as restic names it, without proxy.
  [[nodiscard]] std::string restic_url() const;
  // The same for rclone, as a word of the shell.
  [[nodiscard]] std::string rclone_url(const std::string& object = {}) const;

  FaultProxy& network(std::size_t copy) { return *proxies_[copy]; }
  GcsFake& fake(std::size_t copy) { return *fakes_[copy]; }  // of a near one
  void cut_off(std::size_t copy);
  void connect_again(std::size_t copy) { network(copy).set_mode({}); }

  // The names of all objects and their content's SHA-256, but for locks.
  [[nodiscard]] std::map<std::string, std::string> objects(std::size_t copy);
  [[nodiscard]] std::vector<std::string> names(std::size_t copy, const std::string& prefix);
  void change(std::size_t copy, const std::string& object, const std::function<void(Bytes&)>& how);
  void erase_all(std::size_t copy);  // the bucket stays

 private:
  [[nodiscard]] std::string settings_text(const ThreeCloudsOptions& options) const;
  [[nodiscard]] std::string download_far();

  ScratchDirectory directory_;
  std::array<std::string, 3> buckets_;
  std::array<std::unique_ptr<GcsFake>, 2> fakes_;
  std::array<std::unique_ptr<FaultProxy>, 3> proxies_;
};

}  // namespace skyhold
