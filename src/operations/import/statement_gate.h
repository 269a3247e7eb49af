// What a dump may ask of the scratch server: what pg_dump writes, and nothing else.
//
// The role that runs it can do no harm by itself; the gate stands before it, so that what is hostile is
// named and not merely failed at, and so that nothing is tried that some server forgot to forbid. A
// statement is judged by its first words, and whole where that is easy: SELECT, SET, COPY, CREATE EXTENSION.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace skyhold {

struct GateVerdict {
  enum class Action {
    kRun,
    kCopy,       // run `sql`, then its rows follow in the script
    kExtension,  // make `extension` in schema `schema`
    kPassOver,   // not run, with a finding of that code unless it is empty
    kRefuse,     // the import ends here, with a finding of that code
  };
  Action action = Action::kRun;
  std::string code{};
  std::string words{};                     // of the finding
  std::string sql{};                       // of kCopy, put together anew
  std::string extension{};                 //
  std::string schema{};                    // of the extension; empty: public
  bool absence_is_fine = false;            // DROP, on an empty database
  std::optional<bool> standard_strings{};  // once it has run
};

class StatementGate {
 public:
  // `more_extensions` beside the usual ones.
  explicit StatementGate(std::set<std::string> more_extensions = {});
  // `sql` is one statement without its semicolon.
  [[nodiscard]] GateVerdict judge(std::string_view sql, bool standard_strings = true) const;

 private:
  std::set<std::string> extensions_;
};

}  // namespace skyhold
