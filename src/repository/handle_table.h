// Entries found by the handle of their blob. Backups of large databases hold millions of them:
// each costs its own bytes and about nine more, half of what a node of std::unordered_map takes.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "base/assert.h"
#include "repository/blob.h"

namespace skyhold {

// `Entry` has a member `handle`. Not thread-safe while it is written to.
template <typename Entry>
class HandleTable {
 public:
  // nullptr when there is none; valid as long as the table.
  [[nodiscard]] const Entry* find(const BlobHandle& handle) const {
    if (entries_.empty()) return nullptr;
    const std::uint32_t number = slots_[slot_of(handle)];
    return number == kFree ? nullptr : &entries_[number - 1];
  }

  // False when its handle is there already: the entry stays as it was.
  bool insert(const Entry& entry) {
    if ((entries_.size() + 1) * 4 > slots_.size() * 3) grow();
    std::uint32_t& number = slots_[slot_of(entry.handle)];
    if (number != kFree) return false;
    entries_.push_back(entry);
    number = static_cast<std::uint32_t>(entries_.size());
    return true;
  }

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  static constexpr std::uint32_t kFree = 0;
  static constexpr std::size_t kFirstSlots = 1024;

  // Where the handle is, or would be. Ids are hashes, so their neighbours are as good as any.
  [[nodiscard]] std::size_t slot_of(const BlobHandle& handle) const {
    const std::size_t mask = slots_.size() - 1;
    const std::size_t hash = std::hash<BlobHandle>()(handle);
    std::size_t slot = hash & mask;
    while (slots_[slot] != kFree && !(entries_[slots_[slot] - 1].handle == handle)) slot = (slot + 1) & mask;
    return slot;
  }

  void grow() {
    SKYHOLD_ASSERT(entries_.size() < UINT32_MAX / 2);
    slots_.assign(slots_.empty() ? kFirstSlots : slots_.size() * 2, kFree);
    for (std::size_t i = 0; i < entries_.size(); ++i)
      slots_[slot_of(entries_[i].handle)] = static_cast<std::uint32_t>(i + 1);
  }

  std::deque<Entry> entries_;         // never copied as a whole, as a vector is when it grows
  std::vector<std::uint32_t> slots_;  // open addressing; an entry's number, counted from 1
};

}  // namespace skyhold
