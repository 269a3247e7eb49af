#include "operations/restore/schema_script.h"

#include <thread>

#include <fmt/format.h>

#include "base/human.h"

namespace skyhold {
namespace {

constexpr std::size_t kChunkBytes = 256 * 1024;

// Until the source's end or its error. A child that closes its standard input early may
// have read enough; its exit status says whether it had.
Status feed(ByteSource& source, ChildProcess& child) {
  Bytes chunk(kChunkBytes);
  while (true) {
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

}  // namespace

std::vector<std::string> ownership_arguments(const OwnershipPlan& ownership) {
  if (ownership.keep) return {};
  return {"--no-owner", "--no-privileges"};
}

Status feed_child(ChildProcess& child, ByteSource& source) {
  Status fed = feed(source, child);
  // Half an archive must not pass for a whole one.
  if (!fed) {
    child.kill();
    return fed;
  }
  return child.wait();
}

Result<std::string> archive_script(const ClientProgram& pg_restore, ByteSource& archive,
                                   std::string_view section, const OwnershipPlan& ownership) {
  ClientRun run;
  run.program = pg_restore;
  run.arguments = ownership_arguments(ownership);
  run.arguments.push_back(fmt::format("--section={}", section));
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
  const std::string doing = fmt::format("cannot read the {} section of the backup's schema", section);
  if (!fed) return fail(fed.error().in(doing));
  if (!script) return fail(script.error().in(doing));
  if (!ended) return fail(ended.error().in(doing));
  return script;
}

}  // namespace skyhold
