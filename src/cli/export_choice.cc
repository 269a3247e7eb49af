#include "cli/export_choice.h"

#include <fmt/format.h>

#include "io/durable_file.h"

namespace skyhold {
namespace {

constexpr std::uint64_t kLongestPassphraseFile = 4096;

Status check_given_with(std::string_view flag, const std::string& value, std::string_view wanted_by,
                        const std::string& format) {
  const bool wanted = format == wanted_by;
  if (value.empty() != wanted) return {};
  if (wanted) return fail(ErrorCode::kInvalidArgument, fmt::format("--format {} wants {}", format, flag));
  return fail(ErrorCode::kInvalidArgument, fmt::format("{} goes with --format {} only", flag, wanted_by));
}

}  // namespace

Status check_export_choice(const Parameters& parameters, const std::string& format) {
  const Parameters::Export& exported = parameters.exported;
  TRY(check_given_with("--table", exported.table, "table", format));
  TRY(check_given_with("--file", exported.file, "file", format));
  if (exported.without_filestore && format != "odoo-zip") {
    return fail(ErrorCode::kInvalidArgument, "--without-filestore goes with --format odoo-zip only");
  }
  if (parameters.json && exported.output == "-") {
    return fail(ErrorCode::kInvalidArgument, "--json and --output - would both use standard output");
  }
  return {};
}

Result<std::string> read_passphrase(const std::string& file) {
  const Bytes bytes = TRY(read_file(file, kLongestPassphraseFile));
  const std::string_view text = as_text(bytes);
  std::string passphrase(text.substr(0, text.find('\n')));
  if (passphrase.ends_with('\r')) passphrase.pop_back();
  if (!passphrase.empty()) return passphrase;
  return fail(ErrorCode::kInvalidArgument, fmt::format("the first line of {} is empty", file),
              "write the passphrase there");
}

}  // namespace skyhold
