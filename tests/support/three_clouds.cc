#include "tests/support/three_clouds.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fmt/format.h>

#include "crypto/hash.h"
#include "tests/support/scratch_radosgw.h"
#include "tests/support/shell.h"

namespace skyhold {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPrefix = "acme/shop";

std::uint16_t port_of(const std::string& url) {
  return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

// With the keys of its URL, and nothing of this machine's.
void run_rclone(const std::string& arguments) {
  const std::string command =
      "unset AWS_CA_BUNDLE AWS_PROFILE\nAWS_CONFIG_FILE=/dev/null rclone --config /dev/null " + arguments;
  const ShellOutcome outcome = run_shell(command);
  if (outcome.exit_status != 0) throw std::runtime_error(command + "\n" + outcome.output);
}

Bytes content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return to_bytes(std::string(std::istreambuf_iterator<char>(file), {}));
}

bool counts(const std::string& name) {
  return !name.starts_with("locks/");
}

}  // namespace

std::optional<std::string> ThreeClouds::why_not() {
  if (auto why = ScratchRadosgw::why_not()) return why;
  if (run_shell("command -v rclone").exit_status != 0)
    return "there is no program rclone: apt-get install rclone";
  return std::nullopt;
}

ThreeClouds::ThreeClouds(const ThreeCloudsOptions& options)
    : buckets_{"near-1", options.near_buckets_share_a_name ? "near-1" : "near-2",
               ScratchRadosgw::instance().make_bucket()} {
  for (const std::size_t copy : {kNear1, kNear2}) {
    GcsFakeOptions fake;
    fake.buckets = {buckets_.at(copy)};
    fakes_.at(copy) = std::make_unique<GcsFake>(fake);
  }
  for (const std::size_t copy : kAllCopies) {
    FaultProxyOptions proxy;
    proxy.seed = options.seed + copy;
    proxy.port = copy == kFar ? port_of(ScratchRadosgw::instance().url()) : fakes_.at(copy)->port();
    proxies_.at(copy) = std::make_unique<FaultProxy>(proxy);
  }
  std::ofstream(settings_file()) << settings_text(options);
}

std::string ThreeClouds::settings_text(const ThreeCloudsOptions& options) const {
  std::string text;
  for (const std::size_t copy : {kNear1, kNear2}) {
    text += fmt::format(
        "[stores.{}]\nurl = \"{}\"\nlocation = \"europe-west1\"\n"
        "endpoint = \"http://127.0.0.1:{}\"\ncredentials = {{ file = \"{}\" }}\nretry_for = \"{}\"\n\n",
        name(copy), location(copy), proxies_.at(copy)->port(),
        fakes_.at(copy)->service_account_file().string(), options.retry_for);
  }
  return text + fmt::format(
                    "[stores.far]\nurl = \"{}\"\nlocation = \"eu-central-1\"\n"
                    "endpoint = \"http://127.0.0.1:{}\"\ncredentials = {{ environment = \"FAR\" }}\n"
                    "retry_for = \"{}\"\n{}\n",
                    location(kFar), proxies_[kFar]->port(), options.retry_for, options.far_settings);
}

std::string ThreeClouds::name(std::size_t copy) {
  return copy == kFar ? "far" : fmt::format("near-{}", copy + 1);
}

std::string ThreeClouds::location(std::size_t copy) const {
  return fmt::format("{}://{}/{}", copy == kFar ? "s3" : "gs", buckets_.at(copy), kPrefix);
}

std::string ThreeClouds::environment() {
  std::string assignments;
  for (const char* owner : {"FAR", "AWS"}) {
    assignments += fmt::format("{}_ACCESS_KEY_ID={} {}_SECRET_ACCESS_KEY={} ", owner,
                               ScratchRadosgw::kAccessKeyId, owner, ScratchRadosgw::kSecretAccessKey);
  }
  return assignments;
}

std::string ThreeClouds::restic_url() const {
  return fmt::format("s3:{}/{}/{}", ScratchRadosgw::instance().url(), buckets_[kFar], kPrefix);
}

std::string ThreeClouds::rclone_url(const std::string& object) const {
  return shell_word(fmt::format(
      ":s3,provider=Ceph,access_key_id={},secret_access_key={},endpoint=\"{}\":{}/{}{}{}",
      ScratchRadosgw::kAccessKeyId, ScratchRadosgw::kSecretAccessKey, ScratchRadosgw::instance().url(),
      buckets_[kFar], kPrefix, object.empty() ? "" : "/", object));
}

void ThreeClouds::cut_off(std::size_t copy) {
  network(copy).set_mode({.fault = ProxyFault::kRefuse});
  network(copy).hang_up();
}

std::map<std::string, std::string> ThreeClouds::objects(std::size_t copy) {
  std::map<std::string, std::string> found;
  if (copy == kFar) {
    const fs::path root = download_far();
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      if (!entry.is_regular_file()) continue;
      const std::string name = fs::relative(entry.path(), root).string();
      if (counts(name)) found.emplace(name, sha256(content_of(entry.path())).hex());
    }
    return found;
  }
  GcsFakeBucket& bucket = fake(copy).bucket();
  const std::size_t prefix = std::string(kPrefix).size() + 1;
  for (const std::string& full_name : bucket.names()) {
    const std::string name = full_name.substr(prefix);
    if (counts(name)) found.emplace(name, sha256(*bucket.look_at(full_name)->bytes).hex());
  }
  return found;
}

std::string ThreeClouds::download_far() {
  const std::string root = (directory_ / "far").string();
  fs::create_directories(root);
  // --checksum, because what was changed may have kept its size and second.
  run_rclone("sync --checksum --transfers 8 " + rclone_url() + " " + shell_word(root));
  return root;
}

std::vector<std::string> ThreeClouds::names(std::size_t copy, const std::string& prefix) {
  std::vector<std::string> found;
  for (const auto& [name, content] : objects(copy)) {
    if (name.starts_with(prefix)) found.push_back(name);
  }
  return found;
}

void ThreeClouds::change(std::size_t copy, const std::string& object,
                         const std::function<void(Bytes&)>& how) {
  if (copy != kFar) {
    const std::string full_name = fmt::format("{}/{}", kPrefix, object);
    Bytes bytes = fake(copy).content(full_name).value();
    how(bytes);
    fake(copy).bucket().damage(full_name, bytes);
    return;
  }
  const fs::path file = directory_ / "changed";
  run_rclone("copyto " + rclone_url(object) + " " + shell_word(file.string()));
  Bytes bytes = content_of(file);
  how(bytes);
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  run_rclone("copyto --ignore-times " + shell_word(file.string()) + " " + rclone_url(object));
}

void ThreeClouds::erase_all(std::size_t copy) {
  if (copy == kFar) {
    run_rclone("delete " + rclone_url());
  } else {
    fake(copy).bucket().erase_all();
  }
}

}  // namespace skyhold
