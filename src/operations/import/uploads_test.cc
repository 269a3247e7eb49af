#include "operations/import/uploads.h"

#include <gtest/gtest.h>

#include "archive/memory_source.h"
#include "stores/memory_store.h"
#include "stores/store_decorator.h"

namespace skyhold {
namespace {

// Ends with an error after its bytes: a connection that breaks.
class BrokenSource final : public ByteSource {
 public:
  explicit BrokenSource(std::string text) : text_(std::move(text)) {}
  Result<std::size_t> read(MutableByteView out) override {
    if (text_.empty()) return fail(ErrorCode::kUnavailable, "the peer went away");
    const std::size_t count = std::min(out.size(), text_.size());
    std::copy_n(text_.begin(), count, out.begin());
    text_.erase(0, count);
    return count;
  }

 private:
  std::string text_;
};

// Counts what is listed.
class CountedStore final : public StoreDecorator {
 public:
  explicit CountedStore(ObjectStorePtr inner) : StoreDecorator(std::move(inner)) {}
  Status put(std::string_view name, ByteView bytes) override { return inner_->put(name, bytes); }
  Result<Bytes> get(std::string_view name) override { return inner_->get(name); }
  Result<Bytes> get_range(std::string_view name, std::uint64_t offset, std::uint64_t length) override {
    return inner_->get_range(name, offset, length);
  }
  Result<ObjectInfo> stat(std::string_view name) override { return inner_->stat(name); }
  Status list(std::string_view prefix, const std::function<Status(const ObjectInfo&)>& visit) override {
    ++listings;
    return inner_->list(prefix, visit);
  }
  Status remove(std::string_view name) override { return inner_->remove(name); }
  int listings = 0;
};

class UploadsTest : public testing::Test {
 protected:
  Upload begin(std::uint64_t size) {
    Upload upload;
    upload.project = "acme";
    upload.file_name = "acme.zip";
    upload.size_bytes = size;
    upload.created_by = "ada";
    return uploads_.begin(upload).value();
  }
  Result<Upload> send(const Upload& upload, std::uint64_t offset, const std::string& text) {
    MemorySource source(as_bytes(text));
    return uploads_.receive("acme", upload.id, offset, source);
  }
  std::string read(const Upload& upload) {
    const auto source = uploads_.open("acme", upload.id);
    EXPECT_TRUE(source) << source.error().message;
    std::string all;
    Bytes buffer(1 << 20);
    while (true) {
      const std::size_t got = (*source)->read(buffer).value();
      if (got == 0) return all;
      all += as_text(ByteView(buffer).first(got));
    }
  }
  std::vector<ObjectInfo> objects() {
    std::vector<ObjectInfo> all;
    EXPECT_TRUE(store_->list("", [&](const ObjectInfo& object) -> Status {
      all.push_back(object);
      return {};
    }));
    return all;
  }

  const MasterKey key_ = MasterKey::random();
  ManualClock clock_{parse_rfc3339("2026-11-23T10:00:00Z").value()};
  std::shared_ptr<MemoryStore> store_ = std::make_shared<MemoryStore>();
  std::shared_ptr<CountedStore> counted_ = std::make_shared<CountedStore>(store_);
  Uploads uploads_{{counted_}, key_, clock_};
};

TEST_F(UploadsTest, WhatCameInPartsIsReadAsOneAndNeverLiesInTheOpen) {
  std::string text;
  while (text.size() < (Uploads::kPieceBytes * 5) / 2) text += "secret " + std::to_string(text.size());
  const Upload upload = begin(text.size());
  EXPECT_EQ(send(upload, 0, text.substr(0, 1000))->received_bytes, 1000U);
  const Upload whole = send(upload, 1000, text.substr(1000)).value();
  EXPECT_TRUE(whole.complete());
  EXPECT_EQ(read(upload), text);
  EXPECT_EQ(read(upload), text);  // again, for an import of it after the look
  for (const ObjectInfo& object : objects()) {
    const Bytes stored = store_->get(object.name).value();
    EXPECT_EQ(as_text(stored).find("secret"), std::string_view::npos) << object.name;
    EXPECT_LE(stored.size(), Uploads::kPieceBytes + 64);
  }
}

TEST_F(UploadsTest, WhatCameBeforeAConnectionBrokeIsKept) {
  const Upload upload = begin(10);
  BrokenSource broken("01234");
  EXPECT_EQ(uploads_.receive("acme", upload.id, 0, broken).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(uploads_.find("acme", upload.id)->received_bytes, 5U);
  EXPECT_EQ(send(upload, 0, "0123456789").error().code, ErrorCode::kBusy);
  EXPECT_EQ(send(upload, 6, "789").error().code, ErrorCode::kBusy);
  EXPECT_FALSE(uploads_.open("acme", upload.id));
  ASSERT_TRUE(send(upload, 5, "56789"));
  EXPECT_EQ(read(upload), "0123456789");
}

TEST_F(UploadsTest, APartAfterAnotherNeedsNoListing) {
  const std::string part(Uploads::kPieceBytes, 'x');
  const Upload upload = begin((3 * part.size()) + 5);
  for (std::uint64_t i = 0; i < 3; ++i) {
    ASSERT_TRUE(send(upload, i * part.size(), part));
    EXPECT_EQ(counted_->listings, 0);
    // What was sent already, or is too far on, is as wrong as ever.
    EXPECT_EQ(send(upload, i * part.size(), part).error().code, ErrorCode::kBusy);
    EXPECT_EQ(send(upload, (i + 2) * part.size(), part).error().code, ErrorCode::kBusy);
    counted_->listings = 0;
  }
  const Upload whole = send(upload, 3 * part.size(), "12345").value();
  EXPECT_TRUE(whole.complete());
  EXPECT_EQ(counted_->listings, 0);
  EXPECT_EQ(read(upload).size(), upload.size_bytes);
}

TEST_F(UploadsTest, AllOfAProjectAreListedTheNewestFirst) {
  const Upload half = begin(10);
  ASSERT_TRUE(send(half, 0, "012"));
  ASSERT_TRUE(send(half, 3, "34"));
  clock_.advance(std::chrono::hours{1});
  const Upload whole = begin(4);
  ASSERT_TRUE(send(whole, 0, "0123"));
  Upload other;
  other.project = "globex";
  other.file_name = "globex.zip";
  other.size_bytes = 1;
  ASSERT_TRUE(uploads_.begin(other));

  counted_->listings = 0;
  const std::vector<Upload> uploads = uploads_.list("acme").value();
  EXPECT_EQ(counted_->listings, 1);
  ASSERT_EQ(uploads.size(), 2U);
  EXPECT_EQ(uploads[0].id, whole.id);
  EXPECT_TRUE(uploads[0].complete());
  EXPECT_EQ(uploads[1].id, half.id);
  EXPECT_EQ(uploads[1].received_bytes, 5U);
  EXPECT_EQ(uploads[1].created_by, "ada");
  EXPECT_EQ(uploads[1].file_name, "acme.zip");

  // A removal that was cut short: what is behind the gap does not count.
  ASSERT_TRUE(store_->remove("_uploads/" + half.id + "/0000000000000000"));
  EXPECT_EQ(uploads_.list("acme")->at(1).received_bytes, 0U);
  clock_.advance(std::chrono::hours{48} - std::chrono::minutes{30});
  EXPECT_EQ(uploads_.list("acme")->size(), 1U);
}

TEST_F(UploadsTest, MoreThanWasAnnouncedIsRefused) {
  const Upload upload = begin(4);
  EXPECT_EQ(send(upload, 0, "01234").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(uploads_.find("acme", upload.id)->received_bytes, 0U);
  Upload empty;
  empty.project = "acme";
  empty.file_name = "nothing.zip";
  EXPECT_EQ(uploads_.begin(empty).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(UploadsTest, AnUploadIsItsProjectsAlone) {
  const Upload upload = begin(4);
  EXPECT_EQ(uploads_.find("globex", upload.id).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(uploads_.remove("globex", upload.id).error().code, ErrorCode::kNotFound);
  for (const char* id : {"", "up_", "up_../../config", "up_0123456789abcdefghij", "../up_x"}) {
    EXPECT_EQ(uploads_.find("acme", id).error().code, ErrorCode::kNotFound) << id;
  }
}

TEST_F(UploadsTest, APieceThatWasDamagedOrPutElsewhereIsNoticed) {
  const Upload upload = begin(8);
  ASSERT_TRUE(send(upload, 0, "0123"));
  ASSERT_TRUE(send(upload, 4, "4567"));
  const std::string folder = "_uploads/" + upload.id + "/";
  const Bytes first = store_->get(folder + "0000000000000000").value();
  ASSERT_TRUE(store_->overwrite(folder + "0000000000000004", first));
  auto source = uploads_.open("acme", upload.id).value();
  Bytes buffer(100);
  EXPECT_EQ(source->read(buffer).value(), 4U);
  EXPECT_EQ(source->read(buffer).error().code, ErrorCode::kCorrupt);
  Bytes flipped = first;
  flipped[20] ^= 1;
  ASSERT_TRUE(store_->overwrite(folder + "0000000000000000", flipped));
  source = uploads_.open("acme", upload.id).value();
  EXPECT_EQ(source->read(buffer).error().code, ErrorCode::kCorrupt);
}

TEST_F(UploadsTest, WhatIsRemovedOrTooOldLeavesNothing) {
  const Upload removed = begin(4);
  ASSERT_TRUE(send(removed, 0, "0123"));
  ASSERT_TRUE(uploads_.remove("acme", removed.id));
  EXPECT_TRUE(objects().empty());
  const Upload old = begin(4);
  ASSERT_TRUE(send(old, 0, "0123"));
  clock_.advance(std::chrono::hours{47});
  const Upload young = begin(4);
  ASSERT_TRUE(uploads_.sweep());
  EXPECT_TRUE(uploads_.find("acme", old.id));
  clock_.advance(std::chrono::hours{2});
  EXPECT_FALSE(uploads_.find("acme", old.id));
  ASSERT_TRUE(uploads_.sweep());
  EXPECT_TRUE(uploads_.find("acme", young.id));
  EXPECT_EQ(objects().size(), 1U);
}

}  // namespace
}  // namespace skyhold
