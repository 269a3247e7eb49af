// What the storage pages tell is what lies in the stores: after a first backup, after the next, after a
// copy that was left out has been completed.
#include <fmt/format.h>

#include "tests/support/odoo_database.h"
#include "tests/support/service_world.h"

namespace skyhold {
namespace {

using nlohmann::json;

class ServiceStorageTest : public testing::Test {
 protected:
  struct Taken {
    std::int64_t objects = 0;
    std::int64_t bytes = 0;
  };
  // What is there, but for locks.
  [[nodiscard]] Taken in_store(int copy) const {
    Taken taken;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(world_.store(copy) / "shop")) {
      if (!entry.is_regular_file() || entry.path().parent_path().filename() == "locks") continue;
      ++taken.objects;
      taken.bytes += static_cast<std::int64_t>(entry.file_size());
    }
    return taken;
  }
  static json store_of(const json& storage, int copy) {
    for (const json& store : storage["stores"]) {
      if (store["store"] == fmt::format("copy-{}", copy)) return store;
    }
    return {{"objects", 0}, {"bytes", 0}};
  }
  // Sizes are by what a backup wrote, so that its snapshot's few bytes are not in them.
  void expect_true_of(const json& storage, int copy) const {
    const json told = store_of(storage, copy);
    const Taken taken = in_store(copy);
    EXPECT_GT(taken.objects, 0);
    EXPECT_EQ(told["objects"], taken.objects) << storage.dump(1);
    EXPECT_NEAR(told["bytes"].get<double>(), static_cast<double>(taken.bytes), 4096) << storage.dump(1);
  }

  ServiceWorld world_;
  const ScratchDatabase database_{"storage_shop", kOdooDatabaseSql};
};

TEST_F(ServiceStorageTest, ObjectsAreCountedAfterEachBackupAndEachMend) {
  world_.serve();
  ApiUser user = world_.operator_user();
  ASSERT_NO_FATAL_FAILURE(ServiceWorld::make_project(user, "shop", database_.url()));
  for (int night = 0; night < 2; ++night) {
    SCOPED_TRACE(night);
    EXPECT_EQ(ServiceWorld::back_up(user, "shop", "production")["state"], "good");
    const json storage = user.get("/projects/shop/storage").json;
    for (const int copy : {1, 2, 3}) expect_true_of(storage, copy);
    for (const int copy : {1, 2, 3}) expect_true_of(user.get("/storage").json, copy);
  }
  const json history = user.get("/projects/shop/storage").json["history"];
  const json backups = user.get("/projects/shop/backups").json["items"];
  std::int64_t sources = 0;
  for (const json& backup : backups) {
    sources += backup["source_bytes"].get<std::int64_t>();
  }
  EXPECT_EQ(history.back()["source_bytes"], sources) << "what both would take without deduplication";

  // One store loses all that it had; the mend brings it back, and it is measured again.
  for (const auto& entry : std::filesystem::directory_iterator(world_.store(3) / "shop")) {
    std::filesystem::remove_all(entry.path());
  }
  const json mend = user.wait_for_job(user.post("/projects/shop/mend").json["id"].get<std::string>());
  EXPECT_EQ(mend["state"], "succeeded") << mend.dump(1);
  expect_true_of(user.get("/projects/shop/storage").json, 3);
}

}  // namespace
}  // namespace skyhold
