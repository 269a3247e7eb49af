// Several workers over one catalog in PostgreSQL: many projects due at once, workers killed at random.
//
//   SKYHOLD_TEST_PROJECTS   how many (12)
#include <csignal>
#include <ctime>
#include <optional>
#include <random>
#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>

#include "capture/pg_session.h"
#include "tests/support/seed.h"
#include "tests/support/service_world.h"

namespace skyhold {
namespace {

using nlohmann::json;

int wanted_projects() {
  return static_cast<int>(test_count("SKYHOLD_TEST_PROJECTS", 12));
}

// The next minute but one, so that every project has its schedule by then.
std::string cron_soon() {
  constexpr std::time_t kSoonSeconds = 75;
  const std::time_t then = std::time(nullptr) + kSoonSeconds;
  std::tm parts{};
  ::gmtime_r(&then, &parts);
  return fmt::format("{} {} * * *", parts.tm_min, parts.tm_hour);
}

class Cluster {
 public:
  explicit Cluster(ServiceWorld& world) : world_(world) {
    for (std::unique_ptr<ServiceProcess>& worker : workers_) worker = world_.start("worker");
  }

  void replace_one(std::mt19937_64& random) {
    std::unique_ptr<ServiceProcess>& victim = workers_[random() % workers_.size()];
    victim->kill_now();
    victim = world_.start("worker");
    ++killed_;
  }
  [[nodiscard]] int killed() const { return killed_; }

 private:
  ServiceWorld& world_;
  std::array<std::unique_ptr<ServiceProcess>, 3> workers_;
  int killed_ = 0;
};

// A table that nobody can read for as long as this lives.
class HeldTable {
 public:
  HeldTable(const std::string& database, const std::string& table)
      : session_(
            PgSession::connect(PgTarget::parse(ScratchPostgres::instance().url(database)).value()).value()) {
    const Status locked = session_.execute("BEGIN; LOCK " + table + " IN ACCESS EXCLUSIVE MODE");
    if (!locked) throw std::runtime_error(locked.error().message);
  }

 private:
  PgSession session_;
};

// What the day has brought, by project.
struct Day {
  int good = 0;
  int running = 0;
  int failed = 0;
};
Day day_of(ApiUser& user, const std::string& project) {
  Day day;
  const ServiceAnswer backups = user.get("/projects/" + project + "/backups?kind=automatic");
  for (const json& backup : backups.json["items"]) {
    if (backup["state"] == "good") ++day.good;
    if (backup["state"] == "running") ++day.running;
    if (backup["state"] == "failed") ++day.failed;
  }
  return day;
}

TEST(ServiceCluster, EveryProjectHasItsOneBackupThoughWorkersAreKilled) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE(fmt::format("SKYHOLD_TEST_SEED={}", seed));
  std::mt19937_64 random(seed);
  const ScratchDatabase catalog("cluster_catalog");
  const ScratchDatabase shop(
      "cluster_shop", "CREATE TABLE lines AS SELECT n, md5(n::text) t FROM generate_series(1, 20000) n");
  ServiceWorld world(fmt::format("catalog = \"{}\"", catalog.url()),
                     "[worker]\nslots = 2\nmost_jobs_per_database_server = 16\n");
  world.serve();
  ApiUser user = world.operator_user();
  const int count = wanted_projects();
  std::vector<std::string> names;
  for (int n = 0; n < count; ++n) {
    names.push_back(fmt::format("shop-{}", n));
    ServiceWorld::make_project(user, names.back(), shop.url());
  }
  const std::string cron = cron_soon();
  for (const std::string& name : names) {
    const ServiceAnswer schedule =
        user.post("/projects/" + name + "/schedules", {{"branch", "production"}, {"cron", cron}});
    ASSERT_EQ(schedule.status, 201) << schedule.text();
  }

  // Nobody gets past this table before some workers have died over it, however fast the machine is.
  std::optional<HeldTable> held(std::in_place, shop.name(), "public.lines");
  Cluster cluster(world);
  const int kills_while_held = 2;
  const int most_kills = 6 + count / 8;
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(4 + count / 4);
  std::size_t done = 0;
  while (done < names.size() && std::chrono::steady_clock::now() < end) {
    // A backup gives up on a table that is held for ten seconds.
    std::this_thread::sleep_for(
        std::chrono::milliseconds(held ? 200 + random() % 500 : 1000 + random() % 2000));
    const bool working = !user.get("/jobs?active=true&kind=backup").json["items"].empty();
    if (working && cluster.killed() < most_kills) cluster.replace_one(random);
    if (cluster.killed() >= kills_while_held) held.reset();
    while (done < names.size() && day_of(user, names[done]).good > 0) ++done;
  }
  EXPECT_GE(cluster.killed(), kills_while_held);
  for (const std::string& name : names) {
    const Day day = day_of(user, name);
    EXPECT_EQ(day.good, 1) << name << ": " << user.get("/projects/" + name + "/backups").text();
    EXPECT_EQ(day.running, 0) << name;
  }
  EXPECT_TRUE(user.get("/jobs?active=true&kind=backup").json["items"].empty());
}

}  // namespace
}  // namespace skyhold
