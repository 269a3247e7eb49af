// A platform for one test: `skyhold serve` over a scratch PostgreSQL server, with three directories as the
// stores of its one region, and an operator who is signed in.
#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/program.h"
#include "tests/support/scratch_postgres.h"
#include "tests/support/service_process.h"

namespace skyhold {

class ServiceWorld {
 public:
  // `more`: of the settings file, before its first table.
  explicit ServiceWorld(const std::string& more = {}, const std::string& tables = {}) {
    std::string settings = fmt::format("data_directory = \"{}\"\n{}\n", data_directory().string(), more);
    settings += "[server]\nlisten = [\"127.0.0.1:0\"]\n" + tables;
    std::string names;
    for (int copy = 1; copy <= 3; ++copy) {
      const auto store = directory_ / fmt::format("store-{}", copy);
      std::filesystem::create_directory(store);
      settings += fmt::format("[stores.copy-{}]\nurl = \"file://{}\"\n", copy, store.string());
      names += fmt::format("{}\"copy-{}\"", names.empty() ? "" : ", ", copy);
    }
    settings += fmt::format("[regions.here]\nstores = [{}]\n", names);
    std::ofstream(settings_file()) << settings;
  }

  [[nodiscard]] const ScratchDirectory& directory() const { return directory_; }
  [[nodiscard]] std::filesystem::path data_directory() const { return directory_ / "data"; }
  [[nodiscard]] std::string settings_file() const { return (directory_ / "skyhold.toml").string(); }
  [[nodiscard]] std::filesystem::path store(int copy) const {
    return directory_ / fmt::format("store-{}", copy);
  }

  // Starts `serve` and waits until it listens.
  ServiceProcess& serve() {
    service_ = start("serve");
    service_->wait_for(" serves http");
    return *service_;
  }
  // `role`: "serve" or "worker".
  [[nodiscard]] std::unique_ptr<ServiceProcess> start(const std::string& role) {
    const std::string log = fmt::format("{}-{}.log", role, ++started_);
    return std::make_unique<ServiceProcess>(
        std::vector<std::string>{SkyholdProgram::path(), role, "--config", settings_file()},
        directory_ / log);
  }
  [[nodiscard]] ServiceProcess& service() { return *service_; }

  // The operator, with the password of the first start or the one chosen then.
  [[nodiscard]] ApiUser operator_user() {
    ApiUser user(service_->url());
    const bool first = service_->log().find("with the password") != std::string::npos;
    user.sign_in("admin", first && !signed_in_ ? service_->one_time_password() : ApiUser::kPassword);
    signed_in_ = true;
    return user;
  }

  // A project with a production branch of that database.
  static void make_project(ApiUser& user, const std::string& name, const std::string& database_url,
                           const std::string& filestore = {}) {
    const ServiceAnswer project = user.post("/projects", {{"name", name}, {"title", "Project " + name}});
    ASSERT_EQ(project.status, 201) << project.text();
    nlohmann::json branch{{"name", "production"}, {"type", "production"}, {"database_url", database_url}};
    if (!filestore.empty()) branch["filestore"] = filestore;
    const ServiceAnswer made = user.post("/projects/" + name + "/branches", branch);
    ASSERT_EQ(made.status, 201) << made.text();
  }
  // Backs a branch up and gives the backup as it is then.
  static nlohmann::json back_up(ApiUser& user, const std::string& project, const std::string& branch,
                                const std::string& note = {}) {
    const ServiceAnswer begun =
        user.post("/projects/" + project + "/backups", {{"branch", branch}, {"note", note}});
    EXPECT_EQ(begun.status, 202) << begun.text();
    const nlohmann::json job = user.wait_for_job(begun.json["job"]["id"]);
    EXPECT_EQ(job["state"], "succeeded") << job.dump(1);
    return user.get("/projects/" + project + "/backups/" + begun.json["backup"]["id"].get<std::string>())
        .json;
  }

 private:
  ScratchDirectory directory_;
  std::unique_ptr<ServiceProcess> service_;
  int started_ = 0;
  bool signed_in_ = false;
};

}  // namespace skyhold
