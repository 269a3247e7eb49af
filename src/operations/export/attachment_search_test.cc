#include <gmock/gmock.h>

#include "operations/export/attachment_rows.h"
#include "operations/export/text_search.h"

namespace skyhold {
namespace {

using testing::ElementsAre;

TEST(TextSearch, FindsWordsInAnyOrderAndCase) {
  const TextSearch search("  2024 Facture ");
  EXPECT_TRUE(search.finds("FACTURE n°12 (2024).pdf"));
  EXPECT_TRUE(search.finds("ma-facture-2024"));
  EXPECT_FALSE(search.finds("facture 2023.pdf"));
  EXPECT_TRUE(TextSearch("ÉLODIE").finds("cv élodie.odt"));
  EXPECT_TRUE(TextSearch("straße ПРИВЕТ").finds("Привет, Straße"));
  EXPECT_FALSE(TextSearch("elodie").finds("élodie"));
  EXPECT_EQ(folded("A\xff\xc3Z"), "a\xff\xc3z");  // no UTF-8: its letters alone
}

std::vector<std::string> rows_of(const std::vector<std::string>& columns, std::string_view copy,
                                 std::size_t piece) {
  std::vector<std::string> seen;
  AttachmentRows rows(columns, [&](const AttachmentRow& row) -> Status {
    seen.push_back(std::to_string(row.id) + "|" + row.name + "|" + row.res_model + "|" +
                   std::to_string(row.res_id) + "|" + std::to_string(row.file_size) + "|" + row.store_fname +
                   "|" + row.create_date);
    return {};
  });
  for (std::size_t at = 0; at < copy.size(); at += piece) {
    EXPECT_TRUE(rows.write(as_bytes(copy.substr(at, piece))));
  }
  return seen;
}

TEST(AttachmentRows, AreReadInPiecesOfAnySize) {
  const std::vector<std::string> columns{"name",      "index_content", "id",     "store_fname",
                                         "res_model", "file_size",     "res_id", "create_date"};
  const std::string copy =
      "a\\tb.pdf\tmuch\\ntext\t7\tab/abcd\taccount.move\t12\t42\t2024-05-01 10:00:00\n"
      "\\N\t\\N\t8\t\\N\t\\N\t\\N\t\\N\t\\N\n";
  for (const std::size_t piece : {1U, 2U, 7U, 1000U}) {
    EXPECT_THAT(rows_of(columns, copy, piece),
                ElementsAre("7|a\tb.pdf|account.move|42|12|ab/abcd|2024-05-01 10:00:00", "8|||0|0||"))
        << piece;
  }
}

TEST(AttachmentRows, AFieldWithoutAnEndIsCutAndTheRestPassedOver) {
  const std::string copy = "1\t" + std::string(100'000, 'x') + "\tab/1\n2\ty\tab/2\n";
  const auto rows = rows_of({"id", "name", "store_fname"}, copy, 777);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_LT(rows[0].size(), 5000U);
  EXPECT_THAT(rows[0], testing::HasSubstr("|ab/1|"));
  EXPECT_EQ(rows[1], "2|y||0|0|ab/2|");
}

TEST(AttachmentRows, TablesOfAnotherKindAreTold) {
  EXPECT_TRUE(has_attachment_columns({"id", "name", "store_fname"}));
  EXPECT_FALSE(has_attachment_columns({"id", "name"}));
}

}  // namespace
}  // namespace skyhold
