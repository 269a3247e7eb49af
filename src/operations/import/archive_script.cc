#include "operations/import/archive_script.h"

namespace skyhold {
namespace {
constexpr std::size_t kChunkBytes = 256 * 1024;
}  // namespace

Result<std::unique_ptr<ArchiveScript>> ArchiveScript::start(const ClientProgram& pg_restore,
                                                            ByteSource* archive,
                                                            std::vector<std::string> arguments) {
  ClientRun run;
  run.program = pg_restore;
  run.arguments = std::move(arguments);
  run.arguments.insert(run.arguments.begin(), "--file=-");
  run.pipe_stdin = archive != nullptr;
  run.pipe_stdout = true;
  std::unique_ptr<ArchiveScript> script(new ArchiveScript(TRY(ClientProcess::start(run))));
  if (archive != nullptr) {
    script->feeder_ = std::thread([raw = script.get(), archive] { raw->feed(*archive); });
  }
  return script;
}

ArchiveScript::~ArchiveScript() {
  process_.process().kill();
  if (feeder_.joinable()) feeder_.join();
}

// Until the archive's end or its error. A pg_restore that closes its input has read enough, or its
// exit status says why not.
void ArchiveScript::feed(ByteSource& archive) {
  Bytes chunk(kChunkBytes);
  ChildProcess& child = process_.process();
  while (true) {
    const Result<std::size_t> got = archive.read(chunk);
    if (!got) {
      fed_ = fail(got.error());
      child.kill();
      return;
    }
    if (*got == 0 || !child.input().write(ByteView(chunk).first(*got))) break;
  }
  child.close_input();
}

Result<std::size_t> ArchiveScript::read(MutableByteView out) {
  const Result<std::size_t> got = process_.process().output().read(out);
  if (got && *got > 0) return got;
  TRY(end());
  return got;
}

Status ArchiveScript::end() {
  if (feeder_.joinable()) feeder_.join();
  const Status ended = process_.process().wait();
  if (!fed_) return fed_;
  if (ended) return {};
  Error error = ended.error().in("the dump cannot be read");
  error.code = ErrorCode::kCorrupt;
  return fail(std::move(error));
}

}  // namespace skyhold
