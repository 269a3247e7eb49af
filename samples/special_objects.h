// What a customised database has beside plain tables, and dumps stumble over: partitions, a
// materialized view, large objects, sequences of their own, odd names, functions, settings.
#pragma once

#include <cstdint>

#include "connection.h"

namespace sample {

void create_extensions(Connection& connection);
void create_special_objects(Connection& connection, std::uint64_t seed, std::int64_t rows);
// One more day of sensor readings and one large object, and the view refreshed.
void change_special_objects(Connection& connection, std::uint64_t seed, std::int64_t rows);

}  // namespace sample
