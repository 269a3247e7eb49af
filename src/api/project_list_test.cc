// The fleet in every order, filtered and page by page.
#include <algorithm>
#include <iostream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/api_test_support.h"
#include "base/clock.h"
#include "catalog/catalog_contents.h"

namespace skyhold {
namespace {

using std::chrono::hours;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> names_in(const Answer& answer) {
  std::vector<std::string> names;
  for (const JsonValue& project : answer.at("items").items()) names.push_back(project.text("name"));
  return names;
}

// "acme" and "globex" wait for their first backup.
class ProjectListTest : public testing::Test {
 protected:
  void add_project(const std::string& name) {
    Project project;
    project.name = name;
    project.title = "The " + name;
    project.region = "west";
    ASSERT_TRUE(house_.catalog->create_project(project));
    Branch branch;
    branch.project = name;
    branch.name = "main";
    branch.type = BranchType::kProduction;
    branch.wrapped_database_url = house_.master_key.wrap("postgresql://db1/x", name);
    branch.database_label = "x on db1";
    branch.database_server = "db1:5432";
    ASSERT_TRUE(house_.catalog->create_branch(branch));
  }
  BackupRecord backup_of(const std::string& project, hours age, std::int64_t added_bytes) {
    BackupRecord record;
    record.started_at = house_.clock.now() - age;
    record.point_in_time = record.started_at;
    record.finished_at = record.started_at;
    record.id = fmt::format("bk_{}_{}", project, age.count());
    record.project = project;
    record.branch = "main";
    record.kind = BackupKind::kAutomatic;
    record.state = BackupState::kGood;
    record.snapshot_id = std::string(64, 'a');
    record.created_by = "schedule";
    record.added_bytes = added_bytes;
    for (const char* store : {"gold", "silver", "bronze"}) {
      record.copies.push_back({store, CopyState::kStored, {}, {}});
    }
    return record;
  }
  void add_project_with_backup(const std::string& name, hours age, std::int64_t added_bytes) {
    add_project(name);
    ASSERT_TRUE(house_.catalog->create_backup(backup_of(name, age, added_bytes)));
  }
  void add_fleet() {
    add_project_with_backup("bravo", hours(5), 700);
    add_project_with_backup("delta", hours(100), 100);
    add_project_with_backup("echo", hours(30), 900);
    add_project_with_backup("hotel", hours(3), 300);
    add_project_with_backup("india", hours(40), 700);
    Project hotel = house_.catalog->project("hotel").value();
    hotel.paused = true;
    ASSERT_TRUE(house_.catalog->update_project(hotel));
  }

  std::vector<std::string> whole_list(const std::string& query) {
    return names_in(olga_.get("/projects?limit=500" + query));
  }
  // What pages of `limit` show, one after the other.
  std::vector<std::string> paged(const std::string& query, int limit) {
    std::vector<std::string> seen;
    std::string next;
    do {
      const Answer page = olga_.get(
          fmt::format("/projects?limit={}{}{}", limit, query, next.empty() ? "" : "&after=" + next));
      EXPECT_EQ(page.status, 200) << page.text;
      const std::vector<std::string> names = names_in(page);
      EXPECT_LE(names.size(), static_cast<std::size_t>(limit));
      seen.insert(seen.end(), names.begin(), names.end());
      next = page.text_at("next");
      EXPECT_TRUE(next.empty() || !names.empty()) << "a page of nothing";
    } while (!next.empty());
    return seen;
  }

  ApiHouse house_;
  Caller olga_ = house_.as("olga");
};

TEST_F(ProjectListTest, EachOrderIsWhatItSays) {
  add_fleet();
  EXPECT_THAT(whole_list(""), ElementsAre("acme", "bravo", "delta", "echo", "globex", "hotel", "india"));
  EXPECT_EQ(whole_list("&sort=name"), whole_list(""));
  EXPECT_THAT(whole_list("&sort=health"),
              ElementsAre("delta", "echo", "india", "acme", "globex", "hotel", "bravo"));
  EXPECT_THAT(whole_list("&sort=last_good"),
              ElementsAre("acme", "globex", "delta", "india", "echo", "bravo", "hotel"));
  EXPECT_THAT(whole_list("&sort=stored_bytes"),
              ElementsAre("echo", "bravo", "india", "hotel", "delta", "acme", "globex"));
  EXPECT_EQ(olga_.get("/projects?sort=size").field(), "sort");
}

TEST_F(ProjectListTest, PagesJoinToTheWholeListInEachOrder) {
  add_fleet();
  for (const char* query : {"", "&sort=name", "&sort=health", "&sort=last_good", "&sort=stored_bytes",
                            "&health=at_risk", "&health=new&sort=stored_bytes", "&search=o&sort=health"}) {
    const std::vector<std::string> all = whole_list(query);
    for (const int limit : {1, 2, 3, 6, 7, 8})
      EXPECT_EQ(paged(query, limit), all) << query << " by " << limit;
  }
}

TEST_F(ProjectListTest, TheFilterLetsOneStateThrough) {
  add_fleet();
  EXPECT_THAT(whole_list("&health=unprotected"), ElementsAre("delta"));
  EXPECT_THAT(whole_list("&health=at_risk"), ElementsAre("echo", "india"));
  EXPECT_THAT(whole_list("&health=new"), ElementsAre("acme", "globex"));
  EXPECT_THAT(whole_list("&health=paused"), ElementsAre("hotel"));
  EXPECT_THAT(whole_list("&health=safe"), ElementsAre("bravo"));
  EXPECT_THAT(whole_list("&health=at_risk&sort=last_good"), ElementsAre("india", "echo"));
  EXPECT_THAT(whole_list("&health=at_risk&search=IND"), ElementsAre("india"));
  EXPECT_THAT(whole_list("&health=safe&search=acme"), IsEmpty());
  EXPECT_EQ(olga_.get("/projects?health=fine").field(), "health");
  const Answer risky = olga_.get("/projects?health=at_risk");
  EXPECT_EQ(risky.at("items").items().at(0).find("health")->text("state"), "at_risk");
}

// A project that goes, or comes, before where the next page begins moves nobody else.
TEST_F(ProjectListTest, ACursorSurvivesTheEndOfItsProject) {
  add_fleet();
  const Answer first = olga_.get("/projects?sort=stored_bytes&limit=2");
  ASSERT_THAT(names_in(first), ElementsAre("echo", "bravo"));
  ASSERT_TRUE(house_.catalog->delete_project("bravo", true));
  add_project_with_backup("zulu", hours(1), 5000);
  EXPECT_THAT(names_in(olga_.get("/projects?sort=stored_bytes&limit=2&after=" + first.text_at("next"))),
              ElementsAre("india", "hotel"));
}

TEST_F(ProjectListTest, ACursorServesItsOwnOrderOnly) {
  add_fleet();
  const std::string by_health = olga_.get("/projects?sort=health&limit=2").text_at("next");
  const std::string by_name = olga_.get("/projects?limit=2").text_at("next");
  for (const std::string& query : {"sort=last_good&after=" + by_health, "sort=health&after=" + by_name,
                                   "after=" + by_health, std::string("sort=health&after=nonsense")}) {
    EXPECT_EQ(olga_.get("/projects?" + query).code(), "invalid_argument") << query;
  }
}

TEST_F(ProjectListTest, MembersSeeTheirOwnInEachOrder) {
  add_fleet();
  ASSERT_TRUE(house_.access->put_member("delta", "uma", Role::kUser));
  Caller uma = house_.as("uma");
  EXPECT_THAT(names_in(uma.get("/projects?sort=health")), ElementsAre("delta", "acme"));
  EXPECT_THAT(names_in(uma.get("/projects?sort=stored_bytes&limit=1")), ElementsAre("delta"));
  EXPECT_THAT(names_in(uma.get("/projects?health=at_risk")), IsEmpty());
}

// An imported backup is not how the branch is now.
TEST_F(ProjectListTest, WhatWasImportedMakesNothingSafe) {
  add_project("kilo");
  BackupRecord imported = backup_of("kilo", hours(1), 50);
  imported.kind = BackupKind::kImported;
  ASSERT_TRUE(house_.catalog->create_backup(imported));
  const Answer kilo = olga_.get("/projects/kilo");
  EXPECT_EQ(kilo.text_at("health.state"), "new");
  EXPECT_EQ(kilo.text_at("health.last_good_at"), "null");
  EXPECT_EQ(kilo.text_at("health.last_good_backup"), "");
  house_.clock.advance(hours(48));
  olga_ = house_.as("olga");
  EXPECT_EQ(olga_.get("/projects/kilo").text_at("health.state"), "unprotected");
  EXPECT_THAT(whole_list("&sort=last_good"), ElementsAre("acme", "globex", "kilo"));
}

TEST_F(ProjectListTest, AnOldProjectsNewProductionBranchHasItsTimeToo) {
  Project project;
  project.name = "lima";
  project.region = "west";
  ASSERT_TRUE(house_.catalog->create_project(project));
  house_.clock.advance(hours(24 * 30));
  olga_ = house_.as("olga");
  const auto state = [&] { return olga_.get("/projects/lima").text_at("health.state"); };
  EXPECT_EQ(state(), "new");
  ASSERT_EQ(olga_
                .post("/projects/lima/branches",
                      R"({"name":"main","type":"production","database_url":"postgresql://db1/lima"})")
                .status,
            201);
  EXPECT_EQ(state(), "new") << "its first backup is not late yet";
  house_.clock.advance(hours(27));
  olga_ = house_.as("olga");
  EXPECT_EQ(state(), "unprotected");
}

TEST_F(ProjectListTest, AFleetOfAThousandTakesAFewStatements) {
  constexpr int kProjects = 1000;
  constexpr int kBackupsOfEach = 60;
  CatalogContents fleet;
  fleet.written_at = house_.clock.now();
  for (int i = 0; i < kProjects; ++i) {
    Project project;
    project.name = fmt::format("fleet-{:04}", i);
    project.region = "west";
    project.created_at = house_.clock.now() - hours(24 * 100);
    fleet.projects.push_back(project);
    Branch branch;
    branch.project = project.name;
    branch.name = "main";
    branch.type = BranchType::kProduction;
    fleet.branches.push_back(branch);
    for (int day = 0; day < kBackupsOfEach; ++day) {
      fleet.backups.push_back(backup_of(project.name, hours(24 * day + i % 90), 100 + i % 7));
    }
  }
  for (const char* name : {"acme", "globex"}) ASSERT_TRUE(house_.catalog->delete_project(name, true));
  ASSERT_TRUE(house_.catalog->load(as_text(encode_contents(fleet))));
  for (const std::string& query : {std::string("?"), std::string("?sort=health"),
                                   std::string("?sort=last_good"), std::string("?health=at_risk")}) {
    const int before = house_.statements;
    const Answer page = olga_.get("/projects" + query + "&limit=50");
    EXPECT_LE(house_.statements - before, 25) << query;
    const double started = monotonic_seconds();
    olga_.raw(HttpMethod::kGet, "/api/v1/projects" + query + "&limit=50", "", {{"Cookie", olga_.cookie}});
    std::cout << fmt::format("  GET /projects{:<20} {:8.1f} ms\n", query,
                             (monotonic_seconds() - started) * 1000);
    EXPECT_EQ(page.at("items").items().size(), 50U) << page.text;
  }
  EXPECT_EQ(paged("&sort=health", 300).size(), static_cast<std::size_t>(kProjects));
}

}  // namespace
}  // namespace skyhold
