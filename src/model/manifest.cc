#include "model/manifest.h"

namespace skyhold {

std::uint64_t Manifest::table_bytes() const {
  std::uint64_t sum = 0;
  for (const TableEntry& table : tables) sum += table.bytes;
  return sum;
}

std::uint64_t Manifest::table_rows() const {
  std::uint64_t sum = 0;
  for (const TableEntry& table : tables) sum += table.rows;
  return sum;
}

}  // namespace skyhold
