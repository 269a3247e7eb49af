#include "operations/restore/restore_session.h"

#include <gtest/gtest.h>

#include "tests/support/scratch_postgres.h"

namespace skyhold {
namespace {

// How a long value is stored that such a session puts in.
std::string compression_of_long_values(const ScratchDatabase& database) {
  auto session = RestoreSession::open(*PgTarget::parse(database.url()), "");
  EXPECT_TRUE(session) << to_string(session.error());
  EXPECT_TRUE(session->pg().execute(
      "CREATE TABLE public.mail (body text); INSERT INTO public.mail SELECT repeat('Dear Anna, ', 2000)"));
  return database.query_value("SELECT pg_column_compression(body) FROM mail");
}

TEST(RestoreSession, CompressesLongValuesTheQuickWay) {
  const ScratchDatabase database("restore_session_quick");
  EXPECT_EQ(compression_of_long_values(database), "lz4");
}

TEST(RestoreSession, LeavesAChosenCompressionAlone) {
  const ScratchDatabase database("restore_session_chosen");
  database.execute("ALTER DATABASE restore_session_chosen SET default_toast_compression = 'pglz'");
  EXPECT_EQ(compression_of_long_values(database), "pglz");
}

}  // namespace
}  // namespace skyhold
