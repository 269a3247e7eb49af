#include "operations/export/plain_dump.h"

#include <thread>

#include <fmt/format.h>

#include "capture/database_capture.h"
#include "operations/export/dump_section.h"
#include "operations/export/table_rows.h"

namespace skyhold {
namespace {

constexpr std::size_t kChunkBytes = 256 * 1024;

// The rows were written under these; other settings would read money, intervals or dates differently.
constexpr std::string_view kRowSettings =
    "SET DateStyle = 'ISO, MDY';\nSET IntervalStyle = 'postgres';\nSET lc_monetary = 'C';\n"
    "SET array_nulls = on;\n\n";

class PlainDump {
 public:
  PlainDump(ExportJob& job, ByteSink& sink, ClientProgram pg_restore)
      : job_(job), sink_(sink), pg_restore_(std::move(pg_restore)) {}

  Status write() {
    const std::string key =
        TRY(write_section("database/schema.dump", "pre-data", DumpSection::Opening::kKeep));
    TRY(sink_.write(as_bytes(kRowSettings)));
    for (const TableEntry& table : job_.manifest().tables) TRY(write_table(table));
    TRY(write_section("database/rest.dump", "data", DumpSection::Opening::kCut));
    TRY(write_section("database/schema.dump", "post-data", DumpSection::Opening::kCut));
    return sink_.write(as_bytes(dump_ending(key)));
  }

 private:
  // Returns the section's \restrict key.
  Result<std::string> write_section(const std::string& archive, const std::string& section,
                                    DumpSection::Opening opening) {
    const Node file = TRY(job_.find(archive));
    ClientRun run;
    run.program = pg_restore_;
    run.arguments = {"--no-owner", "--no-privileges", "--section=" + section, "--file=-"};
    run.pipe_stdin = true;
    run.pipe_stdout = true;
    ClientProcess process = TRY(ClientProcess::start(run));
    ChildProcess& child = process.process();
    Status fed;
    std::thread feeder([&] { fed = feed(file, child); });
    DumpSection cut(sink_, opening);
    const Status copied = copy_stream(child.output(), cut, job_.cancel());
    if (!copied) child.kill();
    feeder.join();
    const Status ended = child.wait();
    if (!fed) return fail(fed.error());
    if (!copied) return fail(copied.error());
    if (!ended)
      return fail(ended.error().in(fmt::format("cannot read the {} section of {}", section, archive)));
    TRY(cut.finish());
    return cut.restrict_key();
  }

  // A child that closes its input early may have read enough; its exit status says whether it had.
  Status feed(const Node& file, ChildProcess& child) {
    const std::unique_ptr<ByteSource> source = job_.repository().open_file(file);
    Bytes chunk(kChunkBytes);
    while (true) {
      const auto count = source->read(chunk);
      if (!count) child.kill();
      if (!count) return fail(count.error());
      if (*count == 0 || !child.input().write(ByteView(chunk).first(*count))) break;
    }
    child.close_input();
    return {};
  }

  Status write_table(const TableEntry& table) {
    if (table.parts.empty()) return {};
    const std::string head =
        fmt::format("--\n-- Data for Name: {}; Type: TABLE DATA; Schema: {}; Owner: -\n--\n\n",
                    in_comment(table.name), in_comment(table.schema));
    TRY(sink_.write(as_bytes(head)));
    TRY(sink_.write(as_bytes(copy_in_sql(table) + ";\n")));
    TRY(write_rows(job_, table, sink_));
    return sink_.write(as_bytes("\\.\n\n\n"));
  }

  // A line break in a name would end the comment, and what follows it would run.
  static std::string in_comment(std::string name) {
    for (char& each : name) {
      if (each == '\n' || each == '\r') each = ' ';
    }
    return name;
  }

  ExportJob& job_;
  ByteSink& sink_;
  const ClientProgram pg_restore_;
};

}  // namespace

Status write_plain_dump(ExportJob& job, ByteSink& sink) {
  ClientProgram pg_restore =
      TRY(find_client_program("pg_restore", job.manifest().database.server_version_number));
  return PlainDump(job, sink, std::move(pg_restore)).write();
}

}  // namespace skyhold
