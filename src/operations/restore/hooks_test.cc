#include "operations/restore/hooks.h"

#include <cstdlib>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace skyhold {
namespace {

using testing::HasSubstr;
using testing::Not;

class Hooks : public testing::Test {
 protected:
  HookOutcome run(const Hook& hook) const {
    return run_hook("before_swap", hook, hooks_, "acme_db", cancel_);
  }

  RestoreHooks hooks_{{}, {}, "acme", "staging", "restore"};
  CancelToken cancel_;
};

TEST_F(Hooks, AreToldWhatHappensAndNoSecrets) {
  ::setenv("SKYHOLD_KEY_FILE", "/etc/skyhold/master.key", 1);
  ::setenv("AWS_SECRET_ACCESS_KEY", "hunter2", 1);
  const HookOutcome outcome = run(shell_hook("env | sort; echo complaint >&2"));
  ::unsetenv("SKYHOLD_KEY_FILE");
  ::unsetenv("AWS_SECRET_ACCESS_KEY");
  ASSERT_FALSE(outcome.error) << to_string(*outcome.error);
  EXPECT_THAT(outcome.output, HasSubstr("SKYHOLD_BRANCH=staging\nSKYHOLD_DATABASE=acme_db\n"
                                        "SKYHOLD_OPERATION=restore\nSKYHOLD_PROJECT=acme\n"));
  EXPECT_THAT(outcome.output, HasSubstr("complaint\n"));
  EXPECT_THAT(outcome.output, Not(HasSubstr("hunter2")));
  EXPECT_THAT(outcome.output, Not(HasSubstr("SKYHOLD_KEY_FILE")));
}

TEST_F(Hooks, ArgumentsArePassedAsTheyAre) {
  EXPECT_EQ(run(Hook{{"printf", "%s,", "a b", "$HOME", "'"}}).output, "a b,$HOME,',");
}

TEST_F(Hooks, AFailureSaysHow) {
  const HookOutcome outcome = run(shell_hook("echo no such unit >&2; exit 3"));
  ASSERT_TRUE(outcome.error);
  EXPECT_THAT(outcome.error->message, HasSubstr("before_swap"));
  EXPECT_THAT(outcome.error->message, HasSubstr("exit status 3"));
  EXPECT_THAT(outcome.error->message, HasSubstr("no such unit"));
  EXPECT_TRUE(run(Hook{{"/no/such/program"}}).error);
}

TEST_F(Hooks, OutputIsBounded) {
  const HookOutcome outcome = run(shell_hook("yes line | head -n 100000; echo the end"));
  EXPECT_FALSE(outcome.error);
  EXPECT_LE(outcome.output.size(), HookOutcome::kMostOutputBytes);
  EXPECT_THAT(outcome.output, testing::EndsWith("the end\n"));
}

TEST_F(Hooks, OneThatLastsIsKilled) {
  Hook hook = shell_hook("echo begun; sleep 60; echo never");
  hook.timeout = std::chrono::seconds(1);
  const HookOutcome outcome = run(hook);
  ASSERT_TRUE(outcome.error);
  EXPECT_THAT(outcome.error->message, HasSubstr("did not end within 1 s"));
  EXPECT_EQ(outcome.output, "begun\n");
}

TEST_F(Hooks, ACancellationEndsIt) {
  cancel_.cancel();
  const HookOutcome outcome = run(shell_hook("sleep 60"));
  ASSERT_TRUE(outcome.error);
  EXPECT_EQ(outcome.error->code, ErrorCode::kCancelled);
}

TEST_F(Hooks, AServerThatItLeavesRunningHoldsNobodyUp) {
  const HookOutcome outcome = run(shell_hook("sleep 60 & echo $!"));
  ASSERT_FALSE(outcome.error);
  EXPECT_EQ(std::system(("kill " + outcome.output).c_str()), 0) << "it still runs";
}

}  // namespace
}  // namespace skyhold
