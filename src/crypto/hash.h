// SHA-256 (names of objects), SHA-1 (names of Odoo's files), XXH3 (row digests).
#pragma once

#include <array>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/id.h"

namespace skyhold {

// Streaming SHA-256. Not thread-safe.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(ByteView bytes);
  Id finish();  // and starts anew

 private:
  struct State;
  std::unique_ptr<State> state_;
};
Id sha256(ByteView bytes);

using Sha1Digest = std::array<std::uint8_t, 20>;
// Streaming SHA-1. Not thread-safe.
class Sha1 {
 public:
  Sha1();
  ~Sha1();
  Sha1(Sha1&&) noexcept;
  Sha1& operator=(Sha1&&) noexcept;
  void update(ByteView bytes);
  Sha1Digest finish();  // and starts anew

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// An order-free digest of rows: the sum modulo 2^128 of XXH3-128 over each row's
// COPY text with its newline. Equal for two tables that hold the same rows in any
// order; rows that occur twice count twice. It proves equality against accidents,
// not against an adversary; the SHA-256 of each part does that.
class RowDigest {
 public:
  void add_row(ByteView row);
  void add(const RowDigest& other);       // the union of two disjoint sets of rows
  [[nodiscard]] std::string hex() const;  // 32 digits, most significant first
  friend bool operator==(const RowDigest&, const RowDigest&) = default;

 private:
  unsigned __int128 sum_ = 0;
};

}  // namespace skyhold
