#include "operations/restore/schema_script.h"

#include <optional>
#include <thread>

#include <fmt/format.h>

#include "base/human.h"
#include "capture/sql/sql_lexer.h"

namespace skyhold {
namespace {

constexpr std::size_t kChunkBytes = 256 * 1024;

// Until the source's end or its error. A child that closes its standard input early may
// have read enough; its exit status says whether it had.
Status feed(ByteSource& source, ChildProcess& child, const CancelToken* cancel = nullptr) {
  Bytes chunk(kChunkBytes);
  while (true) {
    if (cancel != nullptr) TRY(cancel->check());
    const std::size_t count = TRY(source.read(chunk));
    if (count == 0 || !child.input().write(ByteView(chunk).first(count))) break;
  }
  child.close_input();
  return {};
}

Result<std::string> read_script(ByteSource& output) {
  std::string script;
  Bytes chunk(kChunkBytes);
  while (true) {
    const std::size_t count = TRY(output.read(chunk));
    if (count == 0) return script;
    if (script.size() + count > kMostScriptBytes) {
      return fail(ErrorCode::kNoSpace,
                  fmt::format("the schema's SQL is larger than {}", human_bytes(kMostScriptBytes)));
    }
    script += as_text(ByteView(chunk).first(count));
  }
}

std::vector<std::string> ownership_arguments(const OwnershipPlan& ownership) {
  if (ownership.keep) return {};
  return {"--no-owner", "--no-privileges"};
}

Result<std::string> run_to_script(ClientRun run, ByteSource& archive) {
  run.arguments.emplace_back("--file=-");
  run.pipe_stdin = true;
  run.pipe_stdout = true;
  ClientProcess process = TRY(ClientProcess::start(run));
  ChildProcess& child = process.process();
  Status fed;
  std::thread feeder([&] {
    fed = feed(archive, child);
    if (!fed) child.kill();
  });
  Result<std::string> script = read_script(child.output());
  if (!script) child.kill();
  feeder.join();
  const Status ended = child.wait();
  if (!fed) return fail(fed.error());
  if (script && !ended) return fail(ended.error());
  return script;
}

// The first tablespace that the script sets and that is not among `known`.
std::optional<std::string> missing_tablespace(const std::string& script, const std::set<std::string>& known) {
  constexpr std::string_view kSetting = "\nSET default_tablespace = ";
  for (std::size_t at = 0; (at = script.find(kSetting, at)) != std::string::npos;) {
    at += kSetting.size();
    SqlLexer lexer(std::string_view(script).substr(at));
    const auto name = lexer.next();
    if (name && name->is_name() && !known.contains(name->name())) return name->name();
  }
  return std::nullopt;
}

struct SchemaRequest {
  BackupSource& source;
  const Node& schema;
  const ClientProgram& pg_restore;
  std::vector<std::string> arguments;
};

Result<std::string> read_section(const SchemaRequest& request, const std::string& section) {
  ClientRun run;
  run.program = request.pg_restore;
  run.arguments = request.arguments;
  run.arguments.push_back("--section=" + section);
  const std::unique_ptr<ByteSource> archive = request.source.open(request.schema);
  Result<std::string> script = run_to_script(std::move(run), *archive);
  if (script) return script;
  return fail(script.error().in(fmt::format("cannot read the {} section of the backup's schema", section)));
}

Result<SchemaScripts> read_sections(const SchemaRequest& request) {
  Result<std::string> post_data;
  std::thread other([&] { post_data = read_section(request, "post-data"); });
  Result<std::string> pre_data = read_section(request, "pre-data");
  other.join();
  SchemaScripts scripts;
  scripts.pre_data = TRY(std::move(pre_data));
  scripts.post_data = TRY(std::move(post_data));
  return scripts;
}

}  // namespace

Result<SchemaScripts> read_schema(BackupSource& source, const Node& schema, const ClientProgram& pg_restore,
                                  const OwnershipPlan& ownership, const std::set<std::string>& tablespaces,
                                  std::vector<std::string>& notices) {
  SchemaRequest request{source, schema, pg_restore, ownership_arguments(ownership)};
  SchemaScripts scripts = TRY(read_sections(request));
  auto missing = missing_tablespace(scripts.pre_data, tablespaces);
  if (!missing) missing = missing_tablespace(scripts.post_data, tablespaces);
  if (!missing) return scripts;
  notices.push_back(
      fmt::format("tablespaces were not kept: the target server has no tablespace \"{}\"; everything lies in "
                  "the default one",
                  *missing));
  request.arguments.emplace_back("--no-tablespaces");
  return read_sections(request);
}

Status restore_rest(BackupSource& source, const Node& rest, const ClientProgram& pg_restore,
                    const OwnershipPlan& ownership, const PgTarget& target, const CancelToken& cancel) {
  ClientRun run;
  run.program = pg_restore;
  run.arguments = ownership_arguments(ownership);
  if (!ownership.role.empty()) run.arguments.push_back("--role=" + ownership.role);
  run.arguments.insert(run.arguments.end(), {"--section=data", "--exit-on-error"});
  run.target = &target;
  run.pipe_stdin = true;
  ClientProcess process = TRY(ClientProcess::start(run));
  const std::unique_ptr<ByteSource> archive = source.open(rest);
  const Status fed = feed(*archive, process.process(), &cancel);
  if (!fed) {
    process.process().kill();
    return fed;
  }
  const Status ended = process.process().wait();
  if (!ended) return fail(ended.error().in("cannot restore sequences and large objects"));
  return {};
}

}  // namespace skyhold
