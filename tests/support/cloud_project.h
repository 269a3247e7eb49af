// One project that the program backs up into three clouds, and what its tests ask again and
// again: are the copies equal, does each alone give back the source.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/fingerprint.h"
#include "tests/support/program.h"
#include "tests/support/three_clouds.h"

namespace skyhold {

struct CloudReport {
  int exit_status = 0;
  nlohmann::json json;   // null when there is none
  std::string messages;  // standard error

  [[nodiscard]] std::string text() const {
    return fmt::format("exit code {}\n{}\n{}", exit_status, json.dump(1), messages);
  }
};

class CloudProject {
 public:
  CloudProject(ThreeClouds& clouds, std::string database, std::filesystem::path filestore)
      : clouds_(clouds), database_(std::move(database)), filestore_(std::move(filestore)) {
    must(program("key new " + shell_word(key_file())));
    must(program("repo init --project shop" + all() + key()));
  }
  ~CloudProject() { drop_target(); }
  CloudProject(const CloudProject&) = delete;
  CloudProject& operator=(const CloudProject&) = delete;

  [[nodiscard]] static std::string one(std::size_t copy) { return " --store " + ThreeClouds::name(copy); }
  [[nodiscard]] static std::string all() { return one(kNear1) + one(kNear2) + one(kFar); }
  [[nodiscard]] std::string key() const { return " --key-file " + shell_word(key_file()); }

  [[nodiscard]] ShellOutcome program(const std::string& arguments) const {
    return run_shell(command(arguments));
  }
  // With --json.
  [[nodiscard]] CloudReport report(const std::string& arguments) const {
    const std::string messages = (clouds_.directory() / "messages").string();
    const ShellOutcome outcome = run_shell(command(arguments + " --json") + " 2> " + shell_word(messages));
    CloudReport report{outcome.exit_status, nlohmann::json::parse(outcome.output, nullptr, false), {}};
    std::ifstream file(messages);
    report.messages.assign(std::istreambuf_iterator<char>(file), {});
    if (report.json.is_discarded()) report.json = outcome.output;
    return report;
  }

  [[nodiscard]] CloudReport backup(const std::string& more = {}) const {
    return report("repo backup --project shop --branch production --database " +
                  shell_word(ScratchPostgres::instance().url(database_)) + " --filestore " +
                  shell_word(filestore_.string()) + all() + key() + " " + more);
  }
  [[nodiscard]] CloudReport mend(const std::string& more = {}) const {
    return report("repo mend" + all() + key() + " " + more);
  }
  [[nodiscard]] CloudReport verify(const std::string& stores, const std::string& more = {}) const {
    return report("repo verify --read-data" + stores + key() + " " + more);
  }
  [[nodiscard]] ShellOutcome restic(const std::string& arguments) const {
    return run_shell(fmt::format(
        "{}RESTIC_PASSWORD_COMMAND={} restic --no-cache -r {} {}", ThreeClouds::environment(),
        shell_word("env " + command("repo password" + one(kFar) + key())), clouds_.restic_url(), arguments));
  }

  // So that the next backup has something to store.
  void change_source() {
    ++changes_;
    content_.clear();
    schema_.clear();
    run_source(
        fmt::format("CREATE TABLE IF NOT EXISTS changes (n int, t text); INSERT INTO changes SELECT {}, "
                    "md5((n * {})::text) FROM generate_series(1, 2000) n",
                    changes_, changes_));
  }

  // ---- what must hold ----

  void expect_equal_copies() const {
    const auto first = clouds_.objects(kNear1);
    EXPECT_TRUE(first.contains("config"));
    for (const std::size_t copy : {kNear2, kFar}) {
      const auto other = clouds_.objects(copy);
      EXPECT_EQ(difference(first, other), "") << ThreeClouds::name(copy) << " against near-1";
    }
  }
  // Into a database and a directory of their own, in the place of those before.
  [[nodiscard]] ShellOutcome restore(const std::string& snapshot, const std::string& more) const {
    drop_target();
    std::filesystem::remove_all(restored_files());
    return program("repo restore " + snapshot + " --database " +
                   shell_word(ScratchPostgres::instance().url(kTarget)) + " --filestore " +
                   shell_word(restored_files().string()) + more + key());
  }
  [[nodiscard]] static std::string restored_content() { return content_text(kTarget); }
  // The source as it is now; made once between two changes, for a real project takes seconds.
  [[nodiscard]] const std::string& content() const {
    if (content_.empty()) content_ = content_text(database_);
    return content_;
  }
  [[nodiscard]] const std::string& schema() const {
    if (schema_.empty()) schema_ = schema_text(database_);
    return schema_;
  }

  // The newest backup, which is the source as it is now.
  void expect_restores(const std::string& from) const {
    SCOPED_TRACE("restored with" + from);
    const ShellOutcome restored = restore("latest", from);
    ASSERT_EQ(restored.exit_status, 0) << restored.output;
    EXPECT_EQ(schema_text(kTarget), schema());
    EXPECT_EQ(restored_content(), content());
    const ShellOutcome compared = run_shell("diff -r -x checklist " + shell_word(filestore_.string()) + " " +
                                            shell_word(restored_files().string()));
    EXPECT_EQ(compared.exit_status, 0) << compared.output;
  }
  void expect_good_and_equal() const {
    expect_equal_copies();
    const CloudReport verified = verify(all());
    EXPECT_EQ(verified.exit_status, 0) << verified.text();
  }

 private:
  static constexpr const char* kTarget = "cloud_target";

  [[nodiscard]] std::filesystem::path restored_files() const { return clouds_.directory() / "restored"; }
  [[nodiscard]] std::string key_file() const { return (clouds_.directory() / "master.key").string(); }
  [[nodiscard]] std::string command(const std::string& arguments) const {
    const std::size_t group_end = arguments.find(' ');
    const bool needs_stores = arguments.substr(0, group_end) != "key";
    return ThreeClouds::environment() + SkyholdProgram::path() + " " + arguments +
           (needs_stores ? " --settings " + shell_word(clouds_.settings_file()) : "");
  }
  static void must(const ShellOutcome& outcome) {
    if (outcome.exit_status != 0) throw std::runtime_error(outcome.output);
  }
  void run_source(const std::string& sql) const { ScratchPostgres::instance().execute(database_, sql); }
  static void drop_target() { ScratchPostgres::instance().drop_database(kTarget); }
  static std::string difference(const std::map<std::string, std::string>& a,
                                const std::map<std::string, std::string>& b) {
    std::string text;
    for (const auto& [name, content] : a) {
      const auto other = b.find(name);
      if (other == b.end()) text += "lacks " + name + "\n";
      if (other != b.end() && other->second != content) text += "differs in " + name + "\n";
    }
    for (const auto& [name, content] : b) {
      if (!a.contains(name)) text += "has also " + name + "\n";
    }
    return text;
  }

  ThreeClouds& clouds_;
  const std::string database_;
  const std::filesystem::path filestore_;
  int changes_ = 0;
  mutable std::string content_;
  mutable std::string schema_;
};

// The source of the small projects, made once a process: a database and a filestore of 800 kB.
class SmallSource {
 public:
  static const SmallSource& instance() {
    static const SmallSource the_one;
    return the_one;
  }
  // A filestore of its own in that directory.
  [[nodiscard]] std::filesystem::path copy_filestore_to(const ScratchDirectory& directory) const {
    std::filesystem::copy(filestore_ / "filestore", directory / "filestore",
                          std::filesystem::copy_options::recursive);
    return directory / "filestore";
  }
  [[nodiscard]] std::string as_template() const { return "TEMPLATE " + database_.name(); }

 private:
  SmallSource()
      : database_("cloud_template",
                  "CREATE TABLE lines (id serial PRIMARY KEY, text text); INSERT INTO lines (text) SELECT "
                  "md5(n::text) || md5((n + 1)::text) FROM generate_series(1, 5000) n") {
    const ShellOutcome made = run_shell(make_filestore(filestore_ / "filestore", database_.name(), 40));
    if (made.exit_status != 0) throw std::runtime_error(made.output);
  }

  const ScratchDirectory filestore_;
  const ScratchDatabase database_;
};

// A small project in stores of its own.
class SmallCloudProject {
 public:
  explicit SmallCloudProject(const ThreeCloudsOptions& options = {})
      : clouds(options),
        source_("cloud_source", {}, SmallSource::instance().as_template()),
        project(clouds, source_.name(), SmallSource::instance().copy_filestore_to(clouds.directory())) {}

  ThreeClouds clouds;

 private:
  const ScratchDatabase source_;

 public:
  CloudProject project;

  // The backup is there, said to be on all copies but this one, and why not on this one.
  void expect_degraded(const CloudReport& backup, std::size_t copy) const {
    ASSERT_EQ(backup.exit_status, 3) << backup.text();
    EXPECT_EQ(backup.json["complete"], false) << backup.text();
    EXPECT_EQ(backup.json["complete_copies"].size(), 2U) << backup.text();
    ASSERT_EQ(backup.json["failed_copies"].size(), 1U) << backup.text();
    EXPECT_EQ(backup.json["failed_copies"][0]["location"], clouds.location(copy));
    EXPECT_NE(backup.json["failed_copies"][0]["error"]["message"], "");
  }
  void expect_complete(const CloudReport& backup) const {
    ASSERT_EQ(backup.exit_status, 0) << backup.text();
    EXPECT_EQ(backup.json["complete_copies"].size(), 3U) << backup.text();
  }
  // All faults are over: mend makes all copies equal and good; `copy` alone gives all back.
  void expect_mended(std::size_t copy, const std::string& mend_options = {}) {
    const CloudReport mended = project.mend(mend_options);
    EXPECT_EQ(mended.exit_status, 0) << mended.text();
    EXPECT_EQ(mended.json["whole"], true) << mended.text();
    project.expect_good_and_equal();
    project.expect_restores(CloudProject::one(copy));
  }
};

}  // namespace skyhold
