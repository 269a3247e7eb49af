// What is in a database, as text that two equal databases share: made with pg_dump and
// psql, so that it owes nothing to the code under test.
#pragma once

#include <string>

namespace skyhold {

// The schema as pg_dump writes it, without comments.
std::string schema_text(const std::string& database);

// A line for each table (rows, hash of its rows in a fixed order), sequence, large object
// and materialized view.
std::string content_text(const std::string& database);

// The options of the database itself: encoding, locale, owner, settings, comment.
std::string database_text(const std::string& database);

}  // namespace skyhold
