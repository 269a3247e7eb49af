#include "capture/client_program.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "capture/capture_test_support.h"

namespace skyhold {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// A program that prints how it was called, in a directory of its own.
class EchoProgram {
 public:
  EchoProgram() {
    std::string pattern = std::filesystem::temp_directory_path() / "skyhold-echo-XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
    std::ofstream(path())
        << "#!/bin/sh\nprintf 'argument %s\\n' \"$@\"\nenv\n"
           "[ -z \"$PGPASSFILE\" ] || { stat -Lc 'mode %a' \"$PGPASSFILE\"; cat \"$PGPASSFILE\"; }\n";
    ::chmod(path().c_str(), 0755);
  }
  ~EchoProgram() { std::filesystem::remove_all(directory_); }
  EchoProgram(const EchoProgram&) = delete;
  EchoProgram& operator=(const EchoProgram&) = delete;

  [[nodiscard]] std::string path() const { return directory_ / "echo"; }
  [[nodiscard]] std::string run(const PgTarget* target) const {
    ClientRun client;
    client.program = {path(), 150000};
    client.arguments = {"--list"};
    client.target = target;
    client.pipe_stdout = true;
    ClientProcess process = ClientProcess::start(client).value();
    std::string output = capture_test::read_all(process.process().output());
    capture_test::must(process.process().wait());
    return output;
  }

 private:
  std::filesystem::path directory_;
};

class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

TEST(ClientProgram, ReadsVersions) {
  EXPECT_EQ(parse_client_version("pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), 150018);
  EXPECT_EQ(parse_client_version("pg_restore (PostgreSQL) 18beta1\n"), 180000);
  EXPECT_EQ(parse_client_version("pg_dump (PostgreSQL) 17devel"), 170000);
  EXPECT_EQ(parse_client_version("sh: not found"), 0);
}

TEST(ClientProgram, ChoosesTheNewestThatIsNotOlderThanTheServer) {
  const std::vector<ClientProgram> installed{{"/15", 150018}, {"/17", 170001}, {"/16", 160003}};
  EXPECT_EQ(choose_client_program("pg_dump", installed, 140000)->path, "/17");
  EXPECT_EQ(choose_client_program("pg_dump", installed, 170009)->path, "/17");
  const Error too_new = choose_client_program("pg_dump", installed, 180000).error();
  EXPECT_EQ(too_new.code, ErrorCode::kUnsupported);
  EXPECT_THAT(too_new.message, AllOf(HasSubstr("PostgreSQL 18"), HasSubstr("17.1")));
  EXPECT_THAT(too_new.hint, HasSubstr("postgresql-client-18"));
  const Error none = choose_client_program("pg_dump", {}, 150000).error();
  EXPECT_EQ(none.code, ErrorCode::kUnsupported);
  EXPECT_THAT(none.message, HasSubstr("not installed"));
}

TEST(ClientProgram, FindsWhatIsInstalled) {
  const ClientProgram found = find_client_program("pg_dump", 120000).value();
  EXPECT_GE(found.version_number, 120000);
  EXPECT_THAT(found.path, HasSubstr("/pg_dump"));
  EXPECT_EQ(find_client_program("pg_dump", 990000).error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(find_client_program("pg_no_such_program", 120000).error().code, ErrorCode::kUnsupported);
}

TEST(ClientProcess, GetsThePasswordInAPassfileOnly) {
  const EchoProgram program;
  const Variable inherited("PGPASSWORD", "from the environment");
  const PgTarget target =
      PgTarget::parse(
          "host=h user='o\\'neil' dbname='a b' passfile=/else password='se:c\\\\ret' client_encoding=LATIN1")
          .value();
  const std::string output = program.run(&target);
  EXPECT_THAT(output, HasSubstr("argument --dbname="));
  EXPECT_THAT(output, AllOf(HasSubstr("user='o\\'neil'"), HasSubstr("dbname='a b'"),
                            HasSubstr("argument --no-password")));
  EXPECT_THAT(output, AllOf(HasSubstr("mode 600\n"), HasSubstr("\n*:*:*:*:se\\:c\\\\ret\n")));
  EXPECT_THAT(output, Not(HasSubstr("from the environment")));
  EXPECT_THAT(output, Not(HasSubstr("password='")));
  EXPECT_THAT(output, Not(HasSubstr("passfile=")));
  EXPECT_THAT(output, Not(HasSubstr("LATIN1")));
}

TEST(ClientProcess, TakesAPasswordFromTheEnvironmentAsLibpqWould) {
  const EchoProgram program;
  const Variable inherited("PGPASSWORD", "inherited");
  const PgTarget target = PgTarget::parse("host=h dbname=d").value();
  EXPECT_THAT(program.run(&target), AllOf(HasSubstr("*:*:*:*:inherited\n"), Not(HasSubstr("PGPASSWORD"))));
}

TEST(ClientProcess, SeesNothingOfOurEnvironmentButWhatItNeeds) {
  const EchoProgram program;
  const Variable cloud("AWS_SECRET_ACCESS_KEY", "cloud");
  const Variable encoding("PGCLIENTENCODING", "LATIN1");
  const Variable certificate("PGSSLROOTCERT", "/ca.pem");
  EXPECT_THAT(program.run(nullptr),
              AllOf(HasSubstr("LC_ALL=C\n"), HasSubstr("PGSSLROOTCERT=/ca.pem\n"), HasSubstr("PATH="),
                    Not(HasSubstr("AWS_")), Not(HasSubstr("PGCLIENTENCODING")), Not(HasSubstr("--dbname"))));
}

TEST(ClientProcess, RefusesSecretsThatWouldShow) {
  const EchoProgram program;
  for (const auto* text : {"dbname=d sslpassword=hidden", "dbname=d password='two\nlines'"}) {
    const PgTarget target = PgTarget::parse(text).value();
    ClientRun run;
    run.program = {program.path(), 150000};
    run.target = &target;
    const auto refused = ClientProcess::start(run);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kUnsupported);
    EXPECT_THAT(to_string(refused.error()), AllOf(Not(HasSubstr("hidden")), Not(HasSubstr("lines\'"))));
  }
}

}  // namespace
}  // namespace skyhold
