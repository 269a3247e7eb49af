// The SET statements of a pg_restore script that change what later statements mean.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace skyhold {

// "default_tablespace" → "SET default_tablespace = ''". Ordered, so that equal settings
// compare equal.
class SessionSettings {
 public:
  // True when `sql` is a setting; it is then remembered, unless it only concerns the
  // comfort of an interactive session (timeouts, verbosity): ours has its own, and an
  // older server may not know the newer ones.
  bool take(std::string_view sql);

  // All of them as one text of SQL; empty when there are none.
  [[nodiscard]] std::string sql() const;
  friend bool operator==(const SessionSettings&, const SessionSettings&) = default;

 private:
  std::map<std::string, std::string> statements_;
};

}  // namespace skyhold
