// A branch's database URL: wrapped at rest, for it may hold a password.
#include <fmt/format.h>

#include "app/service_platform.h"
#include "capture/pg_target.h"

namespace skyhold {
namespace {

std::string wrapping_context(const Branch& branch) {
  return fmt::format("branch {}/{}", branch.project, branch.name);
}

std::string parameter(const PgTarget& target, std::string_view key) {
  for (const auto& [name, value] : target.parameters()) {
    if (name == key) return value;
  }
  return {};
}

// What caps of concurrent work count by.
std::string server_of(const PgTarget& target) {
  std::string host = parameter(target, "host");
  if (host.empty()) host = parameter(target, "hostaddr");
  const std::string port = parameter(target, "port");
  return fmt::format("{}:{}", host.empty() ? "local" : host, port.empty() ? "5432" : port);
}

}  // namespace

Result<PgTarget> branch_database(const Branch& branch, const MasterKey& master_key) {
  const Result<std::string> url = master_key.unwrap(branch.wrapped_database_url, wrapping_context(branch));
  if (!url) {
    return fail(
        url.error().in(fmt::format("reading the database URL of {}/{}", branch.project, branch.name)));
  }
  return PgTarget::parse(*url);
}

Status set_branch_database(Branch& branch, std::string_view database_url, const MasterKey& master_key) {
  const PgTarget target = TRY(PgTarget::parse(database_url));
  branch.wrapped_database_url = master_key.wrap(database_url, wrapping_context(branch));
  branch.database_label = target.describe();
  branch.database_server = server_of(target);
  return {};
}

}  // namespace skyhold
