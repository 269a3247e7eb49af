// The small formats: trees, index files, snapshots, key files, names, polynomials.
#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "repository/go_quote.h"
#include "repository/index_file.h"
#include "repository/key_file.h"
#include "repository/names.h"
#include "repository/polynomial.h"
#include "repository/snapshot.h"
#include "repository/tree.h"
#include "repository/unpacked_file.h"

namespace skyhold {
namespace {

Instant at(std::string_view text) {
  return *parse_rfc3339(text);
}

Node file(std::string name, std::vector<Id> content, std::uint64_t size) {
  Node node;
  node.name = std::move(name);
  node.modified = at("2026-11-22T01:00:00.5Z");
  node.permissions = 0640;
  node.content = std::move(content);
  node.size_bytes = size;
  return node;
}

TEST(Tree, IsWrittenByteForByteAsResticWritesIt) {
  Tree tree;
  tree.nodes.push_back(file("a<b", {sha256(as_bytes("x"))}, 1));
  Node directory;
  directory.name = "d";
  directory.type = NodeType::kDirectory;
  directory.permissions = 0755;
  directory.modified = at("2026-11-22T01:00:00Z");
  directory.subtree = sha256(as_bytes("sub"));
  tree.nodes.push_back(directory);
  tree.nodes.push_back(file("empty", {}, 0));
  const std::string expected =
      R"({"nodes":[{"name":"a\u003cb","type":"file","mode":416,"mtime":"2026-11-22T01:00:00.5Z",)"
      R"("atime":"2026-11-22T01:00:00.5Z","ctime":"2026-11-22T01:00:00.5Z","uid":0,"gid":0,"size":1,"links":1,)"
      R"("content":["2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"]},)"
      R"({"name":"d","type":"dir","mode":2147484141,"mtime":"2026-11-22T01:00:00Z",)"
      R"("atime":"2026-11-22T01:00:00Z","ctime":"2026-11-22T01:00:00Z","uid":0,"gid":0,"content":null,"subtree":")" +
      directory.subtree->hex() +
      R"("},{"name":"empty","type":"file","mode":416,"mtime":"2026-11-22T01:00:00.5Z",)"
      R"("atime":"2026-11-22T01:00:00.5Z","ctime":"2026-11-22T01:00:00.5Z","uid":0,"gid":0,"links":1,"content":[]}]})"
      "\n";
  EXPECT_EQ(as_text(encode_tree(tree)), expected);
}

TEST(Tree, ReadsBackWhatItWrote) {
  Tree tree;
  tree.nodes.push_back(
      file(std::string("caf\xc3\xa9 \"x\"\n\xff"), {sha256(as_bytes("1")), sha256(as_bytes("2"))}, 12));
  const auto read = decode_tree(encode_tree(tree));
  ASSERT_TRUE(read) << to_string(read.error());
  ASSERT_EQ(read->nodes.size(), 1U);
  EXPECT_EQ(read->nodes[0].name, tree.nodes[0].name);
  EXPECT_EQ(read->nodes[0].content, tree.nodes[0].content);
  EXPECT_EQ(read->nodes[0].permissions, 0640U);
  EXPECT_EQ(read->nodes[0].modified, tree.nodes[0].modified);
  EXPECT_NE(read->find(tree.nodes[0].name), nullptr);
  EXPECT_EQ(read->find("absent"), nullptr);
}

TEST(Tree, RefusesWhatCouldLeaveItsPlace) {
  const auto node = [](const std::string& name) {
    return R"({"name":")" + name + R"(","type":"file","mtime":"2026-11-22T01:00:00Z","content":[]})";
  };
  const auto tree = [](const std::string& nodes) { return to_bytes("{\"nodes\":[" + nodes + "]}"); };
  EXPECT_TRUE(decode_tree(tree(node("good"))));
  for (const char* bad : {"", ".", "..", "a/b", "a\\x00b", "a\\\\x2fb"}) {
    EXPECT_FALSE(decode_tree(tree(node(bad)))) << bad;
  }
  EXPECT_FALSE(decode_tree(tree(node("b") + "," + node("a")))) << "out of order";
  EXPECT_FALSE(decode_tree(tree(node("a") + "," + node("a")))) << "twice";
  EXPECT_FALSE(decode_tree(tree(R"({"name":"f","type":"file","content":null})"))) << "file without content";
  EXPECT_FALSE(decode_tree(tree(R"({"name":"d","type":"dir"})"))) << "directory without subtree";
  for (const char* bad : {"", "[]", "7", "{}", R"({"nodes":7})", R"({"nodes":{}})", R"({"nodes":[7]})",
                          R"({"nodes":[[]]})", R"({"nodes":[]} more)", R"({"nodes":[)"}) {
    EXPECT_FALSE(decode_tree(as_bytes(bad))) << bad;
  }
  for (const char* content : {R"("no hex")", "7", "{}", "[]", "null"}) {
    EXPECT_FALSE(decode_tree(tree(R"({"name":"f","type":"file","content":[)" + std::string(content) + "]}")))
        << content;
  }
}

TEST(Tree, ReadsMembersOfLaterVersionsPastThem) {
  EXPECT_TRUE(decode_tree(as_bytes(R"({"nodes":null})"))->nodes.empty());
  const std::string id = sha256(as_bytes("x")).hex();
  const auto tree = decode_tree(to_bytes(
      R"({"new":{"nodes":7},"nodes":[{"name":"dev","type":"chardev","device":7,"content":null},)"
      R"({"extended_attributes":[{"name":"user.x","content":["eA=="],"subtree":"y"}],"content":[")" +
      id +
      R"("],"type":"file","name":"f","size":1,"mode":420,"generic_attributes":{"mode":1}}],"later":[]})"));
  ASSERT_TRUE(tree) << to_string(tree.error());
  ASSERT_EQ(tree->nodes.size(), 2U);
  EXPECT_EQ(tree->nodes[0].type, NodeType::kOther);
  EXPECT_EQ(tree->nodes[1].name, "f");
  EXPECT_EQ(tree->nodes[1].permissions, 0644U);
  EXPECT_FALSE(tree->nodes[1].subtree);
  EXPECT_EQ(tree->nodes[1].content, std::vector<Id>{sha256(as_bytes("x"))});
}

TEST(GoQuote, EscapesAsGoDoesAndReadsBack) {
  EXPECT_EQ(go_quote("plain.txt"), "plain.txt");
  EXPECT_EQ(go_quote("tab\there"), "tab\\there");
  EXPECT_EQ(go_quote("quote\"back\\slash"), "quote\\\"back\\\\slash");
  EXPECT_EQ(go_quote("\x01\x7f"), "\\x01\\x7f");
  EXPECT_EQ(go_quote("bad\xff"), "bad\\xff");
  EXPECT_EQ(go_quote("\xc3\xa9"), "\xc3\xa9");
  EXPECT_EQ(go_quote("\xe2\x80\xa8"), "\\u2028");
  std::string all;
  for (int i = 1; i < 256; ++i) all.push_back(static_cast<char>(i));
  EXPECT_EQ(*go_unquote(go_quote(all)), all);
  EXPECT_EQ(*go_unquote("\\u00e9\\U0001f600\\101"),
            "\xc3\xa9\xf0\x9f\x98\x80"
            "A");
  for (const char* bad : {"\\", "\\q", "\\x1", "\\u12", "\\ud800", "\\U00110000", "\"", "a\nb", "\\777"}) {
    EXPECT_FALSE(go_unquote(bad)) << bad;
  }
}

TEST(IndexFile, KeepsPacksAndMarkedPacksApart) {
  const IndexedPack pack{sha256(as_bytes("pack")),
                         {{{BlobType::kData, sha256(as_bytes("a"))}, 0, 100, 0},
                          {{BlobType::kData, sha256(as_bytes("b"))}, 100, 60, 200}},
                         std::nullopt};
  const IndexedPack marked{sha256(as_bytes("old")), {}, at("2026-11-22T01:00:00Z")};
  const auto read = decode_index(encode_index({pack, marked}));
  ASSERT_TRUE(read) << to_string(read.error());
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ((*read)[0].id, pack.id);
  EXPECT_FALSE((*read)[0].marked_at);
  EXPECT_EQ((*read)[0].blobs[1].raw_length, 200U);
  EXPECT_EQ((*read)[0].blobs[1].handle, pack.blobs[1].handle);
  EXPECT_EQ((*read)[1].marked_at, marked.marked_at);
}

TEST(IndexFile, RefusesImpossibleNumbers) {
  const std::string id(64, 'a');
  const auto with = [&](const std::string& blob) {
    return to_bytes(R"({"packs":[{"id":")" + id + R"(","blobs":[)" + blob + "]}]}");
  };
  const auto blob = [&](const std::string& numbers) {
    return R"({"id":")" + id + R"(","type":"data",)" + numbers + "}";
  };
  EXPECT_TRUE(decode_index(with(blob(R"("offset":0,"length":40)"))));
  EXPECT_FALSE(decode_index(with(blob(R"("offset":0,"length":31)"))));
  EXPECT_FALSE(decode_index(with(blob(R"("offset":-1,"length":40)"))));
  EXPECT_FALSE(decode_index(with(blob(R"("offset":0,"length":4000000000)"))));
  EXPECT_FALSE(decode_index(with(blob(R"("offset":99999999999,"length":40)"))));
  EXPECT_FALSE(decode_index(as_bytes("[]")));
}

TEST(IndexFile, PassesOverWhatItDoesNotKnow) {
  const std::string id(64, 'a');
  const auto read = decode_index(to_bytes(
      R"({"supersedes":["x",{"packs":[1]}],"packs":[{"size":[{}],"blobs":[{"offset":0,"type":"tree","more":{"id":7},"id":")" +
      id + R"(","length":40}],"id":")" + id + R"("}],"packs_to_delete":null})"));
  ASSERT_TRUE(read) << to_string(read.error());
  ASSERT_EQ(read->size(), 1U);
  ASSERT_EQ((*read)[0].blobs.size(), 1U);
  EXPECT_EQ((*read)[0].blobs[0].handle.type, BlobType::kTree);
  EXPECT_EQ((*read)[0].blobs[0].length, 40U);
}

TEST(IndexFile, RefusesWhatLacksAMemberOrIsOfTheWrongKind) {
  const std::string id(64, 'a');
  const std::string blob = R"({"id":")" + id + R"(","type":"data","offset":0,"length":40})";
  const auto reads = [&](const std::string& pack) {
    return decode_index(to_bytes(R"({"packs":[)" + pack + "]}")).has_value();
  };
  EXPECT_TRUE(reads(R"({"id":")" + id + R"(","blobs":[)" + blob + "]}"));
  EXPECT_FALSE(reads(R"({"blobs":[)" + blob + "]}")) << "no id";
  EXPECT_FALSE(reads(R"({"id":")" + id + R"("})")) << "no blobs";
  EXPECT_FALSE(reads(R"({"id":")" + id + R"(","blobs":{}})")) << "blobs are no list";
  EXPECT_FALSE(reads(R"({"id":")" + id + R"(","blobs":[7]})")) << "a blob is no object";
  EXPECT_FALSE(reads(R"({"id":")" + id + R"(","blobs":[{"id":")" + id + R"(","type":"data","offset":0}]})"))
      << "no length";
  EXPECT_FALSE(reads("7")) << "a pack is no object";
  EXPECT_FALSE(decode_index(as_bytes(R"({"packs":{}})"))) << "packs are no list";
  EXPECT_FALSE(decode_index(to_bytes(R"({"packs_to_delete":[{"id":")" + id + R"(","blobs":[]}]})")))
      << "marked, but not when";
  EXPECT_FALSE(decode_index(as_bytes(R"({"packs":[)"))) << "cut off";
}

TEST(Snapshot, ReadsBackAndKnowsItsTags) {
  Snapshot snapshot;
  snapshot.time = at("2026-11-22T01:00:00.123Z");
  snapshot.tree = sha256(as_bytes("tree"));
  snapshot.parent = sha256(as_bytes("parent"));
  snapshot.paths = {"/shop/production"};
  snapshot.hostname = "skyhold";
  snapshot.username = "skyhold";
  snapshot.tags = {"project:shop", "branch:production"};
  snapshot.program_version = "skyhold 0.1.0";
  snapshot.summary = SnapshotSummary{snapshot.time, snapshot.time, 1, 2, 3, 4, 5, 6, 7, 8};
  const auto read = decode_snapshot(sha256(as_bytes("id")), encode_snapshot(snapshot));
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->time, snapshot.time);
  EXPECT_EQ(read->parent, snapshot.parent);
  EXPECT_EQ(read->tag("branch"), "production");
  EXPECT_EQ(read->tag("bran"), "");
  EXPECT_EQ(read->summary->total_bytes_processed, 8U);
  EXPECT_FALSE(decode_snapshot(Id{}, as_bytes(R"({"time":"2026-11-22T01:00:00Z"})"))) << "no tree";
}

TEST(KeyFile, OpensWithTheWrappedPasswordOnly) {
  const CipherKey key = CipherKey::random();
  const MasterKey master = MasterKey::random();
  const auto made = new_platform_key(key, master, "shop");
  ASSERT_TRUE(made);
  const auto read = decode_key_file(encode_key_file(*made));
  ASSERT_TRUE(read) << to_string(read.error());
  const auto password = unwrap_password(*read, master);
  ASSERT_TRUE(password);
  EXPECT_EQ(*open_key_file(*read, *password), key);
  EXPECT_EQ(open_key_file(*read, "guess").error().code, ErrorCode::kWrongKey);
  EXPECT_EQ(unwrap_password(*read, MasterKey::random()).error().code, ErrorCode::kWrongKey);
}

TEST(KeyFile, AWrappedPasswordDoesNotMoveToAnotherProject) {
  const MasterKey master = MasterKey::random();
  auto file = *new_platform_key(CipherKey::random(), master, "shop");
  file.project = "other";
  EXPECT_EQ(unwrap_password(file, master).error().code, ErrorCode::kWrongKey);
}

TEST(KeyFile, RefusesCostsThatWouldStopTheMachine) {
  KeyFile file = *new_recovery_key(CipherKey::random(), "secret", "shop");
  file.scrypt.n = 1U << 30;
  EXPECT_FALSE(open_key_file(file, "secret"));
  EXPECT_FALSE(decode_key_file(as_bytes(R"({"kdf":"md5"})")));
}

TEST(UnpackedFile, ReadsBothFormsAndNoticesDamage) {
  const CipherKey key = CipherKey::random();
  const Bytes json = to_bytes(R"({"packs":[]})");
  for (const Compress compress : {Compress::kNo, Compress::kYes}) {
    Bytes stored = encode_unpacked(key, json, compress);
    EXPECT_EQ(*decode_unpacked(key, stored), json);
    stored[stored.size() / 2] ^= 1;
    EXPECT_EQ(decode_unpacked(key, stored).error().code, ErrorCode::kCorrupt);
  }
}

TEST(Names, LieWhereResticLooks) {
  const Id id = sha256(as_bytes("x"));
  EXPECT_EQ(object_name(FileKind::kPack, id), "data/2d/" + id.hex());
  EXPECT_EQ(object_name(FileKind::kSnapshot, id), "snapshots/" + id.hex());
  EXPECT_EQ(*id_of_object(FileKind::kPack, "data/2d/" + id.hex()), id);
  EXPECT_FALSE(id_of_object(FileKind::kPack, "data/00/" + id.hex()));
  EXPECT_FALSE(id_of_object(FileKind::kIndex, "index/tmp-123"));
}

TEST(Polynomial, KnowsIrreducibleOnes) {
  EXPECT_TRUE(is_irreducible_degree_53(0x3DA3358B4DC173)) << "restic's own test polynomial";
  EXPECT_FALSE(is_irreducible_degree_53(0x3DA3358B4DC172)) << "has the root 0";
  EXPECT_FALSE(is_irreducible_degree_53(0x1DA3358B4DC173)) << "of degree 52";
  const std::uint64_t polynomial = random_irreducible_polynomial();
  EXPECT_TRUE(is_irreducible_degree_53(polynomial));
}

}  // namespace
}  // namespace skyhold
