#include "archive/keyed_hash_set.h"

#include <cstring>

#include <sodium.h>

#include "base/random.h"

namespace skyhold {
namespace {

constexpr std::size_t kFirstSlots = 64;

}  // namespace

KeyedHashSet::KeyedHashSet() : slots_(kFirstSlots, 0) {
  static_assert(sizeof(key_) == crypto_shorthash_KEYBYTES);
  random_bytes(key_);
}

std::uint64_t KeyedHashSet::hash(ByteView item) const {
  std::uint64_t value = 0;
  static_assert(sizeof(value) == crypto_shorthash_BYTES);
  crypto_shorthash(reinterpret_cast<unsigned char*>(&value), item.data(), item.size(), key_.data());
  return value == 0 ? 1 : value;
}

std::size_t KeyedHashSet::slot_of(std::uint64_t hash) const {
  std::size_t slot = hash & (slots_.size() - 1);
  while (slots_[slot] != 0 && slots_[slot] != hash) slot = (slot + 1) & (slots_.size() - 1);
  return slot;
}

bool KeyedHashSet::insert(ByteView item) {
  const std::uint64_t value = hash(item);
  std::uint64_t& slot = slots_[slot_of(value)];
  if (slot == value) return false;
  slot = value;
  if (++size_ * 2 > slots_.size()) grow();
  return true;
}

bool KeyedHashSet::contains(ByteView item) const {
  const std::uint64_t value = hash(item);
  return slots_[slot_of(value)] == value;
}

void KeyedHashSet::grow() {
  const std::vector<std::uint64_t> old = std::move(slots_);
  slots_.assign(old.size() * 2, 0);
  for (const std::uint64_t value : old) {
    if (value != 0) slots_[slot_of(value)] = value;
  }
}

}  // namespace skyhold
