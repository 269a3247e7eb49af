// Any bytes as a statement: it is judged, and what runs begins with a word that may.
#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "base/bytes.h"
#include "operations/import/statement_gate.h"
#include "operations/import/statement_tokens.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view sql = skyhold::as_text({data, size});
  static const skyhold::StatementGate gate;
  for (const bool standard_strings : {true, false}) {
    const skyhold::GateVerdict verdict = gate.judge(sql, standard_strings);
    if (verdict.action != skyhold::GateVerdict::Action::kRun) continue;
    const skyhold::StatementTokens tokens(sql, standard_strings);
    SKYHOLD_ASSERT(tokens.readable() && tokens.at(0).kind == skyhold::SqlTokenKind::kWord);
    SKYHOLD_ASSERT(!tokens.word(0, "do") && !tokens.word(0, "call") && !tokens.word(0, "copy"));
  }
  return 0;
}
