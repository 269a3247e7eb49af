#include "operations/verify/verify.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "repository/lock.h"
#include "tests/support/sample_repository.h"
#include "tests/support/seed.h"

namespace skyhold {
namespace {

constexpr std::size_t kBlob = 65536;

class VerifyTest : public ::testing::Test {
 protected:
  // All tests start from one repository: two backups that share some of their data.
  static void SetUpTestSuite() {
    const auto store = std::make_shared<ScriptedStore>();
    store->set_objects(quick_empty_repository(master_key));
    const auto repository = *Repository::open({store}, master_key);
    key = repository->key();
    back_up(*repository, {{"common", noise(1, 4 * kBlob)}, {"first", noise(2, kBlob)}});
    back_up(*repository,
            {{"common", noise(1, 4 * kBlob)}, {"second", "compressible, " + std::string(5000, 'x')}});
    whole = store->objects();
  }
  void SetUp() override {
    for (const auto& store : stores) store->set_objects(whole);
  }

  Result<VerifyResult> verify(bool with_key, bool read_data) const {
    VerifyOptions options;
    options.master_key = with_key ? &master_key : nullptr;
    options.read_data = read_data;
    options.lock_timing.settle = std::chrono::milliseconds(1);
    SilentProgress progress;
    return run_verify({stores[0], stores[1], stores[2]}, options, progress, CancelToken());
  }
  // The reports of a run that could be done.
  std::vector<CopyReport> reports(bool with_key, bool read_data) const {
    const auto result = verify(with_key, read_data);
    EXPECT_TRUE(result) << to_string(result.error());
    return result ? result->copies : std::vector<CopyReport>(3);
  }
  static std::string first_of(std::string_view prefix) {
    const auto found = whole.lower_bound(std::string(prefix));
    EXPECT_TRUE(found->first.starts_with(prefix));
    return found->first;
  }
  static void flip(ScriptedStore& store, const std::string& name, std::size_t at) {
    Bytes bytes = store.objects().at(name);
    bytes[at % bytes.size()] ^= 0x40;
    store.overwrite(name, bytes);
  }
  static bool mentions(const CopyReport& report, const std::string& object, const std::string& problem) {
    return std::any_of(report.findings.begin(), report.findings.end(), [&](const VerifyFinding& finding) {
      return finding.object == object && finding.problem.find(problem) != std::string::npos;
    });
  }
  static std::string told(const CopyReport& report) {
    std::string text = report.location + ":";
    for (const VerifyFinding& finding : report.findings)
      text += "\n  " + finding.object + ": " + finding.problem;
    return text;
  }
  // Copy 1 has a finding like that, the others none.
  void only_copy_one(const std::vector<CopyReport>& copies, const std::string& object,
                     const std::string& problem) const {
    EXPECT_TRUE(copies[0].good) << told(copies[0]);
    EXPECT_FALSE(copies[1].good);
    EXPECT_TRUE(copies[2].good) << told(copies[2]);
    EXPECT_TRUE(mentions(copies[1], object, problem)) << told(copies[1]);
  }

  static inline const MasterKey master_key = MasterKey::random();
  static inline CipherKey key;
  static inline std::map<std::string, Bytes> whole;
  std::vector<ScriptedStorePtr> stores{std::make_shared<ScriptedStore>("memory:a"),
                                       std::make_shared<ScriptedStore>("memory:b"),
                                       std::make_shared<ScriptedStore>("memory:c")};
};

TEST_F(VerifyTest, WholeCopiesAreGoodInEveryWayOfLooking) {
  std::uint64_t bytes = 0;
  for (const auto& [name, content] : whole) bytes += content.size();
  for (const bool with_key : {false, true}) {
    for (const bool read_data : {false, true}) {
      const auto result = verify(with_key, read_data);
      ASSERT_TRUE(result) << to_string(result.error());
      EXPECT_TRUE(result->good());
      for (const CopyReport& copy : result->copies) {
        EXPECT_TRUE(copy.good) << told(copy);
        EXPECT_EQ(copy.snapshots, 2U);
        EXPECT_EQ(copy.objects, whole.size());
        EXPECT_EQ(copy.bytes, bytes);
        EXPECT_EQ(copy.unreferenced_packs, 0U);
        EXPECT_EQ(copy.bytes_read + whole.at("config").size() == bytes, read_data)
            << "all but config is read";
      }
    }
  }
  for (const auto& store : stores) EXPECT_EQ(store->objects(), whole) << "nothing is left behind";
}

TEST_F(VerifyTest, ABitInASmallFileIsFoundWithAndWithoutAKey) {
  for (const std::string_view kind : {"snapshots/", "index/"}) {
    SetUp();
    flip(*stores[1], first_of(kind), 50);
    only_copy_one(reports(false, false), first_of(kind), "content does not match its name");
    only_copy_one(reports(true, false), first_of(kind), "content does not match its name");
  }
}

TEST_F(VerifyTest, ABitInAnyPackIsFoundWhenDataIsRead) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("SKYHOLD_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (const auto& [name, bytes] : whole) {
    if (!name.starts_with("data/")) continue;
    SetUp();
    flip(*stores[1], name, random());
    only_copy_one(reports(false, true), name, "content does not match its name");
    const auto copies = reports(true, true);
    EXPECT_TRUE(copies[0].good);
    EXPECT_TRUE(mentions(copies[1], name, "content does not match its name")) << told(copies[1]);
  }
}

TEST_F(VerifyTest, WithoutReadingDataADamagedTreeIsFoundAndADamagedDataBlobIsNot) {
  std::size_t trees_noticed = 0;
  for (const auto& [name, bytes] : whole) {
    if (!name.starts_with("data/")) continue;
    SetUp();
    flip(*stores[1], name, 40);
    const auto copies = reports(true, false);
    trees_noticed += mentions(copies[1], name, "directory listing") ? 1 : 0;
  }
  EXPECT_EQ(trees_noticed, 2U) << "each backup wrote one pack of trees";
}

TEST_F(VerifyTest, WhatOneCopyLacksIsNamedAndWhoHasItToo) {
  for (const auto& [name, bytes] : whole) {
    SCOPED_TRACE(name);
    SetUp();
    ASSERT_TRUE(stores[1]->remove(name));
    const auto without_key = reports(false, false);
    EXPECT_TRUE(without_key[0].good) << told(without_key[0]);
    EXPECT_FALSE(without_key[1].good);
    const auto with_key = reports(true, false);
    EXPECT_TRUE(with_key[0].good) << told(with_key[0]);
    EXPECT_FALSE(with_key[1].good);
    if (name == "config" || name.starts_with("keys/") || name.starts_with("index/")) continue;
    EXPECT_TRUE(mentions(without_key[1], name, "missing; memory:a has it")) << told(without_key[1]);
    EXPECT_TRUE(mentions(with_key[1], name, "missing; memory:a has it")) << told(with_key[1]);
  }
}

TEST_F(VerifyTest, ACutPackIsFoundWithoutReadingIt) {
  const std::string name = first_of("data/");
  Bytes cut = whole.at(name);
  cut.resize(cut.size() - 1);
  stores[1]->overwrite(name, cut);
  only_copy_one(reports(true, false), name, "by the index");
}

TEST_F(VerifyTest, WhatAnInterruptedBackupLeftIsCountedAndHarmless) {
  const std::string orphan = object_name(FileKind::kPack, sha256(as_bytes("orphan")));
  stores[1]->overwrite(orphan, as_bytes("half a backup"));
  const auto copies = reports(true, true);
  EXPECT_TRUE(copies[0].good) << told(copies[0]);
  EXPECT_TRUE(copies[1].good) << told(copies[1]);
  EXPECT_EQ(copies[1].unreferenced_packs, 1U);
}

TEST_F(VerifyTest, ABlobThatNoIndexNamesIsMissedBySnapshot) {
  // The copies agree, and are all incomplete.
  const std::string index = first_of("index/");
  for (const auto& store : stores) ASSERT_TRUE(store->remove(index));
  for (const CopyReport& copy : reports(true, false)) {
    EXPECT_FALSE(copy.good);
    EXPECT_NE(told(copy).find("is in no index"), std::string::npos) << told(copy);
  }
  EXPECT_TRUE(reports(false, true)[0].good) << "without a key that cannot be seen";
}

TEST_F(VerifyTest, AMarkedPackThatIsNeededIsAFinding) {
  for (const auto& store : stores) {
    for (const auto& [name, bytes] : whole) {
      if (!name.starts_with("index/")) continue;
      auto packs = *decode_index(*decode_unpacked(key, bytes));
      for (IndexedPack& pack : packs) pack.marked_at = Instant{};
      ASSERT_TRUE(store->remove(name));
      const Bytes marked = encode_unpacked(key, encode_index(packs), Compress::kYes);
      store->overwrite(object_name(FileKind::kIndex, sha256(marked)), marked);
    }
  }
  const auto copies = reports(true, false);
  EXPECT_NE(told(copies[0]).find("marked for deletion"), std::string::npos) << told(copies[0]);
}

TEST_F(VerifyTest, AnIndexThatLiesAboutAPackIsFoundWhenDataIsRead) {
  const std::string name = first_of("index/");
  auto packs = *decode_index(*decode_unpacked(key, whole.at(name)));
  std::string liar;
  for (IndexedPack& pack : packs) {
    if (pack.blobs.size() < 2) continue;
    std::swap(pack.blobs[0].handle, pack.blobs[1].handle);
    liar = object_name(FileKind::kPack, pack.id);
  }
  ASSERT_FALSE(liar.empty());
  const Bytes bytes = encode_unpacked(key, encode_index(packs), Compress::kYes);
  for (const auto& store : stores) {
    ASSERT_TRUE(store->remove(name));
    store->overwrite(object_name(FileKind::kIndex, sha256(bytes)), bytes);
  }
  const auto copies = reports(true, true);
  EXPECT_TRUE(mentions(copies[2], liar, "its header lists other blobs than the index")) << told(copies[2]);
}

TEST_F(VerifyTest, TwoIndexFilesThatDisagreeAreFound) {
  auto packs = *decode_index(*decode_unpacked(key, whole.at(first_of("index/"))));
  for (IndexedPack& pack : packs) pack.blobs.front().handle.id.bytes[0] ^= 1;
  const Bytes bytes = encode_unpacked(key, encode_index(packs), Compress::kYes);
  stores[1]->overwrite(object_name(FileKind::kIndex, sha256(bytes)), bytes);
  EXPECT_NE(told(reports(true, false)[1]).find("different things of this pack"), std::string::npos);
}

TEST_F(VerifyTest, AnotherConfigIsFoundWithoutAKey) {
  flip(*stores[2], "config", 3);
  const auto copies = reports(false, false);
  EXPECT_TRUE(mentions(copies[2], "config", "differs from that of memory:a")) << told(copies[2]);
}

TEST_F(VerifyTest, ACopyThatDoesNotAnswerIsAFindingAndTheOthersAreChecked) {
  stores[1]->script(
      [](StoreCall, std::string_view) -> Status { return fail(ErrorCode::kUnavailable, "no route"); });
  for (const bool with_key : {false, true}) {
    const auto copies = reports(with_key, true);
    EXPECT_TRUE(copies[0].good) << told(copies[0]);
    EXPECT_TRUE(copies[2].good) << told(copies[2]);
    EXPECT_TRUE(mentions(copies[1], "", "no route")) << told(copies[1]);
  }
}

TEST_F(VerifyTest, ACopyThatCannotBeWrittenIsVerifiedWithoutALock) {
  for (const auto& store : stores) {
    store->script([](StoreCall call, std::string_view) -> Status {
      if (call == StoreCall::kPut) return fail(ErrorCode::kPermissionDenied, "read-only");
      return {};
    });
  }
  const auto copies = reports(true, true);
  EXPECT_TRUE(copies[0].good) << told(copies[0]);
}

TEST_F(VerifyTest, WaitsForNobodyWhoRewritesTheRepository) {
  Copies copies({stores[0]});
  const auto lock = RepositoryLock::acquire(copies, key, LockMode::kExclusive);
  ASSERT_TRUE(lock);
  EXPECT_EQ(verify(true, false).error().code, ErrorCode::kBusy);
}

TEST_F(VerifyTest, AWrongKeyIsAnErrorNotADamage) {
  const MasterKey other = MasterKey::random();
  VerifyOptions options;
  options.master_key = &other;
  SilentProgress progress;
  const auto result = run_verify({stores[0], stores[1]}, options, progress, CancelToken());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kWrongKey);
}

TEST_F(VerifyTest, OneHopelessCopyDoesNotFillTheMemoryWithFindings) {
  for (int i = 0; i < 1500; ++i) {
    stores[1]->overwrite(object_name(FileKind::kSnapshot, Id::random()), as_bytes("odd"));
  }
  const auto copies = reports(false, false);
  EXPECT_EQ(copies[1].findings.size(), 1000U);
  EXPECT_NE(copies[1].findings.back().problem.find("more problems"), std::string::npos);
}

TEST_F(VerifyTest, EndsWhenCancelled) {
  CancelToken cancel;
  cancel.cancel();
  SilentProgress progress;
  EXPECT_EQ(run_verify({stores[0]}, {}, progress, cancel).error().code, ErrorCode::kCancelled);
}

// Random damage to one copy: whatever restic-like reading of it would trip over, verify finds.
TEST_F(VerifyTest, NoCopyThatFailsToReadBackIsCalledGood) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("SKYHOLD_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 15; ++round) {
    SetUp();
    auto at = whole.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(random() % whole.size()));
    if (random() % 3 == 0) {
      ASSERT_TRUE(stores[1]->remove(at->first));
    } else {
      flip(*stores[1], at->first, random());
    }
    SCOPED_TRACE(at->first);
    const bool readable = LoneCopyReader(stores[1], key).read_all().has_value();
    const auto copies = reports(true, true);
    EXPECT_TRUE(readable || !copies[1].good) << told(copies[1]);
    EXPECT_TRUE(copies[0].good) << told(copies[0]);
  }
}

TEST(VerifyWithRestic, WhatResticWroteIsReadAndChecked) {
  if (!Restic::installed()) GTEST_SKIP() << "restic is not installed";
  const ScratchDirectory scratch;
  const MasterKey master_key = MasterKey::random();
  const std::vector<ObjectStorePtr> stores{*open_store("file://" + (scratch / "a").string())};
  ASSERT_TRUE(Repository::init(stores, master_key, "acme"));
  const std::filesystem::path source = scratch / "source";
  std::filesystem::create_directories(source / "sub" / "empty");
  std::filesystem::create_symlink("nowhere", source / "link");
  std::ofstream(source / "n\xc3\xa4me <&> \"\x01\xff") << "odd name";
  std::ofstream(source / "none").close();
  std::ofstream(source / "sub" / "large") << noise(5, 3'000'000);
  Restic restic(scratch / "a", *Repository::platform_password(*stores[0], master_key));
  ASSERT_EQ(restic.run("backup '" + source.string() + "'"), 0) << restic.output;
  std::ofstream(source / "second") << "more";
  ASSERT_EQ(restic.run("backup '" + source.string() + "'"), 0) << restic.output;

  SilentProgress progress;
  VerifyOptions options;
  options.master_key = &master_key;
  options.read_data = true;
  const auto result = run_verify(stores, options, progress, CancelToken());
  ASSERT_TRUE(result) << to_string(result.error());
  for (const VerifyFinding& finding : result->copies[0].findings) {
    ADD_FAILURE() << finding.object << ": " << finding.problem;
  }
  EXPECT_TRUE(result->good());
  EXPECT_EQ(result->copies[0].snapshots, 2U);
}

TEST_F(VerifyTest, TheSharesOfAMonthAreEveryPackOnce) {
  std::map<std::string, int> read;
  for (int day = 0; day < 30; ++day) {
    VerifyOptions options;
    options.read_data = true;
    options.share = PackShare::of_day(30, Instant{} + std::chrono::hours(24 * (20'000 + day)));
    SilentProgress progress;
    std::set<std::string> packs;
    stores[0]->script([&](StoreCall call, std::string_view name) -> Status {
      if (call == StoreCall::kGet && name.starts_with("data/")) packs.emplace(name);
      return {};
    });
    const auto result = run_verify({stores[0]}, options, progress, CancelToken());
    ASSERT_TRUE(result) << to_string(result.error());
    for (const std::string& pack : packs) ++read[pack];
  }
  stores[0]->script(nullptr);
  for (const auto& [name, content] : whole) {
    EXPECT_EQ(read[name], name.starts_with("data/") ? 1 : 0) << name;
  }
}

}  // namespace
}  // namespace skyhold
