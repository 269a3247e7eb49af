#include "operations/restore/restore_names.h"

#include <gtest/gtest.h>

namespace skyhold {
namespace {

TEST(RestoreNames, SayWhatADatabaseIs) {
  const std::string hidden = hidden_database_name("shop", "1a2b3c4d");
  EXPECT_EQ(hidden, "shop_skyhold_new_1a2b3c4d");
  EXPECT_EQ(token_of_hidden_database("shop", hidden), "1a2b3c4d");
  EXPECT_FALSE(suffix_of_replaced_database("shop", hidden));

  const std::string suffix = replaced_suffix(parse_rfc3339("2026-11-23T01:02:03.9Z").value(), "1a2b3c4d");
  EXPECT_EQ(suffix, "20261123010203_1a2b3c4d");
  const std::string replaced = replaced_database_name("shop", suffix);
  EXPECT_EQ(replaced, "shop_skyhold_old_20261123010203_1a2b3c4d");
  EXPECT_EQ(suffix_of_replaced_database("shop", replaced), suffix);
  EXPECT_FALSE(token_of_hidden_database("shop", replaced));
}

TEST(RestoreNames, BelongToOneTargetOnly) {
  const std::string hidden = hidden_database_name("shop", "1a2b3c4d");
  EXPECT_FALSE(token_of_hidden_database("sho", hidden));
  EXPECT_FALSE(token_of_hidden_database("shop2", hidden));
  EXPECT_FALSE(token_of_hidden_database("shop", hidden + "0"));
  EXPECT_FALSE(token_of_hidden_database("shop", "shop_skyhold_new_1A2B3C4D"));
  EXPECT_FALSE(token_of_hidden_database("shop", "shop"));
}

TEST(RestoreNames, LongTargetsFitAndStayApart) {
  const std::string one(63, 'a');
  const std::string other = std::string(62, 'a') + "b";
  const std::string suffix = "20261123010203_1a2b3c4d";
  EXPECT_LE(replaced_database_name(one, suffix).size(), 63U);
  EXPECT_EQ(suffix_of_replaced_database(one, replaced_database_name(one, suffix)), suffix);
  EXPECT_NE(replaced_database_name(one, suffix), replaced_database_name(other, suffix));
  EXPECT_FALSE(suffix_of_replaced_database(other, replaced_database_name(one, suffix)));
  // 27 bytes fit as they are.
  EXPECT_EQ(replaced_database_name(std::string(27, 'c'), suffix).size(), 63U);
  EXPECT_TRUE(replaced_database_name(std::string(27, 'c'), suffix).starts_with(std::string(27, 'c') + "_"));
}

TEST(RestoreNames, AreNotCutInsideACharacter) {
  std::string target = "x";
  for (int count = 0; count < 20; ++count) target += "\xc3\xa4";
  const std::string hidden = hidden_database_name(target, "1a2b3c4d");
  const std::size_t cut = hidden.find('~');
  ASSERT_NE(cut, std::string::npos);
  EXPECT_EQ(cut % 2, 1U);  // the x and whole pairs
}

TEST(RestoreNames, OfDirectoriesLieBesideTheFilestore) {
  const std::filesystem::path filestore = "/srv/odoo/filestore/shop";
  EXPECT_EQ(hidden_directory(filestore, "1a2b3c4d"), "/srv/odoo/filestore/shop.skyhold-new-1a2b3c4d");
  EXPECT_EQ(replaced_directory(filestore, "20261123010203_1a2b3c4d"),
            "/srv/odoo/filestore/shop.skyhold-old-20261123010203_1a2b3c4d");
  EXPECT_EQ(token_of_hidden_directory(filestore, "shop.skyhold-new-1a2b3c4d"), "1a2b3c4d");
  EXPECT_EQ(suffix_of_replaced_directory(filestore, "shop.skyhold-old-20261123010203_1a2b3c4d"),
            "20261123010203_1a2b3c4d");
  EXPECT_EQ(token_of_swap_record(filestore, "shop.skyhold-swap-1a2b3c4d"), "1a2b3c4d");
  EXPECT_FALSE(token_of_hidden_directory(filestore, "shop2.skyhold-new-1a2b3c4d"));
  EXPECT_FALSE(token_of_hidden_directory(filestore, "shop.skyhold-new-"));
}

TEST(RestoreNames, OfOurOwnAreNoTargets) {
  EXPECT_TRUE(check_restore_target("shop"));
  EXPECT_TRUE(check_restore_target("shop_skyhold_new_"));
  for (const std::string_view name : {"postgres", "template0", "template1", "shop_skyhold_new_1a2b3c4d",
                                      "shop_skyhold_old_20261123010203_1a2b3c4d"}) {
    const Status status = check_restore_target(name);
    ASSERT_FALSE(status) << name;
    EXPECT_EQ(status.error().code, ErrorCode::kInvalidArgument);
  }
}

TEST(RestoreNames, TokensDiffer) {
  EXPECT_NE(new_restore_token(), new_restore_token());
  EXPECT_EQ(new_restore_token().size(), 8U);
}

}  // namespace
}  // namespace skyhold
