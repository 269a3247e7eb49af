#include "stores/store_probe.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stores/fault_store.h"
#include "stores/memory_store.h"

namespace skyhold {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class StoreProbeTest : public testing::Test {
 protected:
  std::vector<std::string> steps() {
    std::vector<std::string> names;
    for (const ProbeStep& step : probe_store(*faults_)) names.push_back((step.error ? "!" : "") + step.name);
    return names;
  }
  std::vector<std::string> left_behind() {
    std::vector<std::string> names;
    EXPECT_TRUE(memory_->list("", [&](const ObjectInfo& info) -> Status {
      names.push_back(info.name);
      return {};
    }));
    return names;
  }

  std::shared_ptr<MemoryStore> memory_ = std::make_shared<MemoryStore>();
  std::shared_ptr<FaultStore> faults_ = std::make_shared<FaultStore>(memory_);
};

TEST_F(StoreProbeTest, TriesEverythingAndLeavesNothing) {
  EXPECT_THAT(steps(),
              ElementsAre("list", "write", "read", "range", "listed", "overwrite", "remove", "gone"));
  EXPECT_THAT(left_behind(), IsEmpty());
}

TEST_F(StoreProbeTest, AReadOnlyStoreLacksWriting) {
  for (const Fault& fault : read_only_faults()) faults_->add(fault);
  EXPECT_THAT(steps(), ElementsAre("list", "!write"));
}

TEST_F(StoreProbeTest, AStoreThatMayNotRemoveKeepsTheObject) {
  faults_->add(Fault::fail_call(StoreMethod::kRemove, 1, ErrorCode::kPermissionDenied));
  EXPECT_THAT(steps(), ElementsAre("list", "write", "read", "range", "listed", "overwrite", "!remove"));
  EXPECT_EQ(left_behind().size(), 1U);
}

TEST_F(StoreProbeTest, AListingThatIsForbiddenHidesNothingElse) {
  faults_->add(Fault::fail_call(StoreMethod::kList, 1, ErrorCode::kPermissionDenied));
  EXPECT_THAT(steps(), ElementsAre("!list", "write", "read", "range", "overwrite", "remove", "gone"));
}

TEST_F(StoreProbeTest, APlaceThatIsNotThereIsNotMade) {
  for (const ErrorCode code : {ErrorCode::kNotFound, ErrorCode::kUnavailable}) {
    faults_->add(Fault::fail_call(StoreMethod::kList, 1, code));
    EXPECT_THAT(steps(), ElementsAre("!list"));
  }
  EXPECT_EQ(faults_->calls(StoreMethod::kPut), 0U);
}

TEST_F(StoreProbeTest, AStoreThatLiesIsFoundOut) {
  faults_->add(Fault::flipped_bit(std::string(kProbePrefix)));
  const auto found = probe_store(*faults_);
  const auto read =
      std::find_if(found.begin(), found.end(), [](const auto& step) { return step.name == "read"; });
  ASSERT_NE(read, found.end());
  ASSERT_TRUE(read->error);
  EXPECT_EQ(read->error->code, ErrorCode::kCorrupt);
  EXPECT_THAT(left_behind(), IsEmpty());
}

TEST_F(StoreProbeTest, AStoreThatOverwritesIsFoundOut) {
  class Overwriting final : public ObjectStore {
   public:
    Status put(std::string_view name, ByteView bytes) override {
      memory_.remove(name).has_value();
      return memory_.put(name, bytes);
    }
    Result<Bytes> get(std::string_view name) override { return memory_.get(name); }
    Result<Bytes> get_range(std::string_view name, std::uint64_t offset, std::uint64_t length) override {
      return memory_.get_range(name, offset, length);
    }
    Result<ObjectInfo> stat(std::string_view name) override { return memory_.stat(name); }
    Status list(std::string_view prefix, const std::function<Status(const ObjectInfo&)>& visit) override {
      return memory_.list(prefix, visit);
    }
    Status remove(std::string_view name) override { return memory_.remove(name); }
    [[nodiscard]] std::string location() const override { return "overwriting:"; }

   private:
    MemoryStore memory_;
  };
  Overwriting store;
  const auto found = probe_store(store);
  const auto step =
      std::find_if(found.begin(), found.end(), [](const auto& s) { return s.name == "overwrite"; });
  ASSERT_TRUE(step != found.end() && step->error);
  EXPECT_EQ(step->error->code, ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace skyhold
