#include "operations/import/single_dump.h"

#include "archive/dump_header.h"
#include "operations/import/archive_script.h"
#include "operations/import/opened_archive.h"

namespace skyhold {
namespace {

// Passes a script on and sees whether it ends as pg_dump ends one.
class EndWatchingSource final : public ByteSource {
 public:
  explicit EndWatchingSource(ByteSource& inner) : inner_(inner) {}
  Result<std::size_t> read(MutableByteView out) override {
    const std::size_t got = TRY(inner_.read(out));
    watch_.update(out.first(got));
    return got;
  }
  [[nodiscard]] bool complete() const { return watch_.complete(); }

 private:
  ByteSource& inner_;
  DumpEndWatch watch_;
};

Status load_script(const LoadContext& context, ByteSource& script) {
  EndWatchingSource watched(script);
  TRY(context.loader.run(watched, context.cancel));
  if (watched.complete()) return {};
  return refuse_import(
      context.report, "truncated_dump",
      {ErrorCode::kCorrupt, "the dump does not end with pg_dump's closing line: it is cut off",
       "make the dump again, and compare its size with that of the original"});
}

Status load_plain(const LoadContext& context, PeekedSource& stream) {
  const ByteView first = TRY(stream.peek(kDumpHeaderBytes));
  if (const auto header = parse_plain_dump_header(first)) {
    context.report.server_version = header->server_version;
    context.report.dump_version = header->dump_version;
  }
  return load_script(context, stream);
}

Status load_custom(const LoadContext& context, PeekedSource& stream) {
  const ByteView first = TRY(stream.peek(kDumpHeaderBytes));
  const CustomDumpHeader header = TRY(parse_custom_dump_header(first));
  context.report.database = header.database;
  context.report.server_version = header.server_version;
  context.report.dump_version = header.dump_version;
  const ClientProgram pg_restore = TRY(pg_restore_for(header.dump_version));
  const auto script = TRY(ArchiveScript::start(pg_restore, &stream));
  return load_script(context, *script);
}

}  // namespace

Result<ClientProgram> pg_restore_for(std::string_view dump_version) {
  constexpr int kOldestServer = 120000;
  return find_client_program("pg_restore", std::max(kOldestServer, parse_server_version(dump_version)));
}

Status load_single_dump(const LoadContext& context, ContentKind kind, PeekedSource& stream) {
  switch (kind) {
    case ContentKind::kPlainDump: TRY(load_plain(context, stream)); break;
    case ContentKind::kPgDumpCustom: TRY(load_custom(context, stream)); break;
    case ContentKind::kPgDumpTar:
    case ContentKind::kZip:
    case ContentKind::kTar:
    case ContentKind::kSkyholdTar:
      return refuse_import(
          context.report, "no_dump",
          {ErrorCode::kUnsupported,
           std::string("the dump inside the archive is ") + std::string(to_string(kind)), ""});
  }
  // What is left of it has checksums too.
  return read_to_end(stream);
}

}  // namespace skyhold
