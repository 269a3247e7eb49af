// The service over two fakes of Google Cloud Storage and a real S3 server: a store that is down leaves a
// backup degraded and is completed by itself; with every server and both near stores gone, the far copy
// alone brings the service and a branch back.
#include <csignal>

#include <gmock/gmock.h>

#include "tests/support/fingerprint.h"
#include "tests/support/scratch_radosgw.h"
#include "tests/support/service_world.h"
#include "tests/support/three_clouds.h"

namespace skyhold {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class CloudService {
 public:
  explicit CloudService(ThreeClouds& clouds) : clouds_(clouds) {
    std::ifstream stores(clouds.settings_file());
    const std::string text{std::istreambuf_iterator<char>(stores), {}};
    std::ofstream(settings()) << fmt::format(
        "data_directory = \"{}\"\n[server]\nlisten = [\"127.0.0.1:0\"]\n{}\n[regions.europe-west1]\n"
        "stores = [\"near-1\", \"near-2\", \"far\"]\n",
        data().string(), text);
  }

  void serve() {
    process_ = std::make_unique<ServiceProcess>(
        std::vector<std::string>{SkyholdProgram::path(), "serve", "--config", settings()},
        clouds_.directory() / fmt::format("serve-{}.log", ++starts_),
        std::map<std::string, std::string>{{"FAR_ACCESS_KEY_ID", ScratchRadosgw::kAccessKeyId},
                                           {"FAR_SECRET_ACCESS_KEY", ScratchRadosgw::kSecretAccessKey}});
    process_->wait_for(" serves http");
  }
  [[nodiscard]] ApiUser user() const {
    ApiUser user(process_->url());
    const bool first = process_->log().find("with the password") != std::string::npos;
    user.sign_in("admin", first ? process_->one_time_password() : ApiUser::kPassword);
    return user;
  }
  void stop() {
    process_->send(SIGTERM);
    EXPECT_EQ(process_->wait(), 0) << process_->log();
  }
  [[nodiscard]] std::string settings() const { return (clouds_.directory() / "service.toml").string(); }
  [[nodiscard]] std::filesystem::path data() const { return clouds_.directory() / "service"; }

 private:
  ThreeClouds& clouds_;
  std::unique_ptr<ServiceProcess> process_;
  int starts_ = 0;
};

std::map<std::string, std::string> states_of(const json& backup) {
  std::map<std::string, std::string> states;
  for (const json& copy : backup["copies"]) states[copy["store"]] = copy["state"];
  return states;
}

class ServiceCloudsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = ThreeClouds::why_not()) GTEST_SKIP() << *why;
  }
  void TearDown() override { ScratchPostgres::instance().drop_database("shop-staging"); }
};

TEST_F(ServiceCloudsTest, AStoreThatIsDownLeavesADegradedBackupThatIsCompletedLater) {
  ThreeClouds clouds;
  CloudService service(clouds);
  const ScratchDatabase shop(
      "service_clouds_shop",
      "CREATE TABLE lines AS SELECT n, md5(n::text) t FROM generate_series(1, 3000) n");
  service.serve();
  ApiUser user = service.user();
  ServiceWorld::make_project(user, "shop", shop.url());
  clouds.cut_off(kNear2);
  json backup = ServiceWorld::back_up(user, "shop", "production");
  EXPECT_EQ(backup["state"], "degraded") << backup.dump(1);
  EXPECT_EQ(states_of(backup)["near-2"], "pending");
  EXPECT_EQ(states_of(backup)["far"], "stored");

  // It is tried at once, in vain: the store is still down.
  const ServiceAnswer tried = user.get("/jobs?project=shop&kind=mend");
  ASSERT_EQ(tried.json["items"].size(), 1U) << tried.text();
  EXPECT_EQ(user.wait_for_job(tried.json["items"][0]["id"])["state"], "failed");

  clouds.connect_again(kNear2);
  const ServiceAnswer mend = user.post("/projects/shop/mend");
  ASSERT_EQ(mend.status, 202) << mend.text();
  const json job = user.wait_for_job(mend.json["id"]);
  EXPECT_EQ(job["state"], "succeeded") << job.dump(1);
  backup = user.get("/projects/shop/backups/" + backup["id"].get<std::string>()).json;
  EXPECT_EQ(backup["state"], "good") << backup.dump(1);
  EXPECT_EQ(states_of(backup)["near-2"], "stored");

  const ServiceAnswer verify = user.post("/projects/shop/verify", {{"read_data", true}});
  ASSERT_EQ(verify.status, 202) << verify.text();
  EXPECT_EQ(user.wait_for_job(verify.json["id"])["state"], "succeeded");
  backup = user.get("/projects/shop/backups/" + backup["id"].get<std::string>()).json;
  for (const auto& [store, state] : states_of(backup)) EXPECT_EQ(state, "verified") << store;
  service.stop();
}

TEST_F(ServiceCloudsTest, AllServersAndBothNearStoresLost) {
  ThreeClouds clouds;
  CloudService service(clouds);
  const ScratchDatabase shop(
      "service_clouds_shop",
      "CREATE TABLE lines AS SELECT n, md5(n::text) t FROM generate_series(1, 3000) n");
  service.serve();
  std::string backup;
  {
    ApiUser user = service.user();
    ServiceWorld::make_project(user, "shop", shop.url());
    backup = ServiceWorld::back_up(user, "shop", "production")["id"];
  }
  service.stop();
  const std::string key = (clouds.directory() / "safe.key").string();
  std::filesystem::copy(service.data() / "master.key", key);
  std::filesystem::remove_all(service.data());
  for (const std::size_t near : {kNear1, kNear2}) clouds.cut_off(near);

  const ShellOutcome recovered = run_shell(fmt::format(
      "{}{} recover --store far --key-file {} --config {} --settings {}", ThreeClouds::environment(),
      SkyholdProgram::path(), key, service.settings(), service.settings()));
  ASSERT_EQ(recovered.exit_status, 0) << recovered.output;
  EXPECT_THAT(recovered.output, HasSubstr("1 projects with 1 backups"));
  service.serve();
  ApiUser user = service.user();
  const ServiceAnswer begun =
      user.post("/projects/shop/restores", {{"backup", backup},
                                            {"new_branch", {{"name", "staging"}, {"type", "staging"}}},
                                            {"mode", "exact"},
                                            {"confirm", "staging"}});
  ASSERT_EQ(begun.status, 202) << begun.text();
  const json job = user.wait_for_job(begun.json["id"]);
  EXPECT_EQ(job["state"], "succeeded") << job.dump(1);
  EXPECT_EQ(content_text("shop-staging"), content_text(shop.name()));
  service.stop();
}

}  // namespace
}  // namespace skyhold
