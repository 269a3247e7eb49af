// A set of hashes that costs 16 bytes an item: which names an archive has had.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/bytes.h"

namespace skyhold {

// Hashes with a random key, so that nobody can prepare names that collide: with five million items
// two of them meet by accident once in a million archives.
class KeyedHashSet {
 public:
  KeyedHashSet();
  // False when it was there already.
  bool insert(ByteView item);
  [[nodiscard]] bool contains(ByteView item) const;
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::uint64_t hash(ByteView item) const;

 private:
  [[nodiscard]] std::size_t slot_of(std::uint64_t hash) const;
  void grow();

  std::array<std::uint8_t, 16> key_{};
  std::vector<std::uint64_t> slots_;  // open addressing; 0 is free
  std::size_t size_ = 0;
};

}  // namespace skyhold
