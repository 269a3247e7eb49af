// One section of a plain dump, cut out of what pg_restore writes.
#pragma once

#include <string>

#include "base/result.h"
#include "io/byte_stream.h"

namespace skyhold {

// pg_restore writes a whole script for each section: an opening comment, \restrict with a key, what it
// is from, … and an end marker. Joined to one dump, only the first opening and one ending may stay.
//
//   --                                         ┐
//   -- PostgreSQL database dump                │ opening: kept for the first section
//   --                                         │
//   \restrict KEY        (psql 15.14 …)        │ the key is remembered
//   -- Dumped from database version …          ┘
//   SET statement_timeout = 0;                 ┐
//   …                                          ┘ passed on
//   -- PostgreSQL database dump complete       ┐ ending: cut, and demanded
//   \unrestrict KEY                            ┘
class DumpSection final : public ByteSink {
 public:
  enum class Opening { kKeep, kCut };
  DumpSection(ByteSink& sink, Opening opening) : sink_(sink), opening_(opening) {}

  Status write(ByteView bytes) override;
  // kSource when the section did not end as it must.
  Status finish();
  // Of \restrict; empty: the opening had none.
  [[nodiscard]] const std::string& restrict_key() const { return restrict_key_; }

 private:
  Status pass_opening();
  Status pass_all_but_tail();

  ByteSink& sink_;
  Opening opening_;
  bool in_opening_ = true;
  std::string held_;
  std::string restrict_key_;
};

// The end of a joined dump, as pg_dump writes it.
std::string dump_ending(const std::string& restrict_key);

}  // namespace skyhold
