// Every route, asked by every kind of caller: what openapi.yaml says in x-role is what happens.
//
// Each request has a parameter that no route knows. Input is read after authorization, so whoever
// may pass is told of the parameter, and nothing is ever done.
#include <gtest/gtest.h>

#include "api/api_test_support.h"
#include "api/routes.h"
#include "model/ids.h"

namespace skyhold {
namespace {

struct Walker {
  std::string name;
  Caller caller;
  bool signed_in = false;
  Role in_acme = Role::kNone;
  Role of_platform = Role::kNone;
  bool must_change_password = false;
};

class RoleWalkTest : public testing::Test {
 protected:
  RoleWalkTest() {
    Job job;
    job.kind = JobKind::kVerify;
    job.project = "acme";
    job.region = "west";
    job.parameters = "{}";
    job_ = house_.jobs->enqueue(job).value();
  }

  Walker person(std::string_view name, Role in_acme, Role of_platform = Role::kNone) {
    return {std::string(name), house_.as(name), true, in_acme, of_platform};
  }

  Walker token(std::string_view owner, Role most, const std::string& project, Role in_acme,
               Role of_platform) {
    Caller person = house_.as(owner);
    JsonValue body = JsonValue::object();
    body.set("name", "walk").set("role", to_string(most)).set("project", project);
    const Answer made = person.post("/me/tokens", to_text(body));
    EXPECT_EQ(made.status, 201) << made.text;
    Walker walker{std::string(owner) + "'s token", house_.caller(), true, in_acme, of_platform};
    walker.caller.token = made.text_at("secret");
    walker.name += " as " + std::string(to_string(most)) + " in " + (project.empty() ? "all" : project);
    return walker;
  }

  Walker newcomer() {
    const auto made = house_.access->create_account({.name = "nina"}).value();
    EXPECT_TRUE(house_.access->put_member("acme", "nina", Role::kAdmin));
    Walker walker{"nina", house_.caller(), true, Role::kAdmin};
    EXPECT_EQ(walker.caller.sign_in("nina", made.one_time_password).status, 200);
    walker.must_change_password = true;
    return walker;
  }

  [[nodiscard]] std::string path_of(const Route& route) const {
    std::string path(route.path);
    const auto replace = [&](const std::string& name, const std::string& value) {
      const std::size_t at = path.find(name);
      if (at != std::string::npos) path.replace(at, name.size(), value);
    };
    replace("{project}", "acme");
    replace("{branch}", "main");
    replace("{store}", "gold");
    replace("{id}", job_);
    return path + "?walk=1";
  }

  // "" for whoever may pass, else the code of the refusal.
  static std::string expected(const Route& route, const Walker& walker) {
    const NeededRole needed = route.role;
    if (needed == NeededRole::kPublic) return "";
    if (!walker.signed_in) return "signed_out";
    if (walker.must_change_password) {
      const bool open = route.path == "/me" || route.path == "/me/password";
      return open ? "" : "password_change_required";
    }
    if (needed == NeededRole::kSignedIn) return "";
    const bool of_project = route.path.starts_with("/projects/{project}") || route.path.starts_with("/jobs/");
    const Role role = of_project ? walker.in_acme : walker.of_platform;
    if (of_project && role == Role::kNone) return "not_found";
    if (needed == NeededRole::kUser) return role >= Role::kUser ? "" : "forbidden";
    if (needed == NeededRole::kAdmin) return role >= Role::kAdmin ? "" : "forbidden";
    return role == Role::kOperator ? "" : "forbidden";
  }

  void walk(Walker walker) {
    for (const Route& route : api_routes()) {
      SCOPED_TRACE(walker.name + ": " + std::string(route.operation));
      const Answer answer = walker.caller.send(route.method, path_of(route));
      const std::string refusal = expected(route, walker);
      if (route.in_browser) {
        EXPECT_EQ(answer.header("location"), "/sign-in?problem=oidc_not_configured");
        continue;
      }
      if (refusal.empty()) {
        EXPECT_EQ(answer.status, 400) << answer.text;
        EXPECT_EQ(answer.field(), "walk") << answer.text;
      } else {
        EXPECT_EQ(answer.code(), refusal) << answer.text;
      }
    }
  }

  ApiHouse house_;
  std::string job_;
};

TEST_F(RoleWalkTest, NobodyPassesOnlyWhereAnybodyMay) {
  walk({"nobody", house_.caller()});
  Walker forger{"a token that was made up", house_.caller()};
  forger.caller.token = "skh_" + std::string(43, 'x');
  walk(forger);
}

TEST_F(RoleWalkTest, MembersPassByTheirRoleAndStrangersSeeNothing) {
  walk(person("sam", Role::kNone));
  walk(person("uma", Role::kUser));
  walk(person("ada", Role::kAdmin));
  walk(person("olga", Role::kOperator, Role::kOperator));
}

TEST_F(RoleWalkTest, TokensAreNeverMoreThanTheyWereMadeFor) {
  walk(token("ada", Role::kUser, "", Role::kUser, Role::kNone));
  walk(token("ada", Role::kAdmin, "acme", Role::kAdmin, Role::kNone));
  walk(token("olga", Role::kUser, "", Role::kUser, Role::kNone));
  walk(token("olga", Role::kAdmin, "globex", Role::kNone, Role::kNone));
  walk(token("olga", Role::kOperator, "", Role::kOperator, Role::kOperator));
}

TEST_F(RoleWalkTest, AOneTimePasswordIsGoodForChangingItOnly) {
  walk(newcomer());
}

TEST_F(RoleWalkTest, AMemberWhoWasRemovedIsAStrangerAtOnce) {
  Walker uma = person("uma", Role::kUser);
  EXPECT_EQ(uma.caller.get("/projects/acme").status, 200);
  ASSERT_TRUE(house_.access->remove_member("acme", house_.access->account_by_name("uma")->id));
  uma.in_acme = Role::kNone;
  walk(uma);
}

// By nothing in the answer: a name that is taken cannot be told from one that is free.
TEST_F(RoleWalkTest, AProjectThatOneMayNotSeeLooksAsIfItWereNotThere) {
  Caller sam = house_.as("sam");
  const Answer hidden = sam.get("/projects/acme");
  const Answer missing = sam.get("/projects/emca");
  EXPECT_EQ(hidden.status, 404);
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(hidden.text_at("title"), "there is no project \"acme\"");
  EXPECT_EQ(missing.text_at("title"), "there is no project \"emca\"");
  EXPECT_EQ(sam.get("/jobs/" + job_).status, 404);
  EXPECT_EQ(sam.get("/jobs?project=acme").status, 404);
}

}  // namespace
}  // namespace skyhold
