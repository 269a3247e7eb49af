#include "operations/import/directory_dump.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "archive/detect.h"
#include "archive/memory_source.h"
#include "base/encoding.h"
#include "base/log.h"
#include "capture/sql/sql_script_reader.h"
#include "io/durable_file.h"
#include "operations/import/archive_script.h"
#include "operations/import/opened_archive.h"
#include "operations/import/single_dump.h"
#include "operations/import/statement_tokens.h"

namespace skyhold {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxTocBytes = std::uint64_t{256} << 20;
constexpr std::uint64_t kMaxListBytes = std::uint64_t{256} << 20;
constexpr std::size_t kLargeObjectChunkBytes = std::size_t{1} << 20;

bool is_number(std::string_view text) {
  constexpr std::size_t kMostDigits = 10;
  return !text.empty() && text.size() <= kMostDigits &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string_view file_part(std::string_view name) {
  return name.substr(name.rfind('/') + 1);
}

// "123" of "123.dat" and "123.dat.gz"; empty when it is no such name.
std::string_view id_of(std::string_view file, std::string_view prefix) {
  if (!file.starts_with(prefix)) return {};
  file.remove_prefix(prefix.size());
  const std::size_t dot = file.find('.');
  if (dot == std::string_view::npos || !is_number(file.substr(0, dot))) return {};
  const std::string_view ending = file.substr(dot);
  const bool known = ending == ".dat" || ending == ".dat.gz" || ending == ".dat.zst";
  return known ? file.substr(0, dot) : std::string_view();
}

// "3456; 0 16385 TABLE DATA public t owner": the ids of what has a data file.
std::vector<std::string> data_ids(std::string_view list) {
  std::vector<std::string> ids;
  while (!list.empty()) {
    const std::string_view line = list.substr(0, list.find('\n'));
    list.remove_prefix(std::min(list.size(), line.size() + 1));
    const std::size_t semicolon = line.find(';');
    if (semicolon == std::string_view::npos || !is_number(line.substr(0, semicolon))) continue;
    const bool data =
        line.find(" TABLE DATA ") != std::string_view::npos || line.find(" BLOBS ") != std::string_view::npos;
    if (data) ids.emplace_back(line.substr(0, semicolon));
  }
  return ids;
}

// The rows of one data file, without the mark that ends them.
class DataFileRows final : public ByteSource {
 public:
  explicit DataFileRows(ByteSource& inner) : lines_(inner), reader_(lines_, 0) { reader_.begin_rows(); }
  Result<std::size_t> read(MutableByteView out) override { return reader_.read_rows(out); }

 private:
  // Begins with the end of the line that the COPY would have been on.
  class AfterCopy final : public ByteSource {
   public:
    explicit AfterCopy(ByteSource& inner) : inner_(inner) {}
    Result<std::size_t> read(MutableByteView out) override {
      if (begun_) return inner_.read(out);
      begun_ = true;
      out[0] = '\n';
      return std::size_t{1};
    }

   private:
    ByteSource& inner_;
    bool begun_ = false;
  };
  AfterCopy lines_;
  SqlScriptReader reader_;
};

}  // namespace

bool is_directory_toc(std::string_view name) {
  return file_part(name) == "toc.dat";
}

bool is_directory_data(std::string_view name) {
  const std::string_view file = file_part(name);
  const bool list = file.starts_with("blobs") && file.ends_with(".toc");
  return list || !id_of(file, "").empty() || !id_of(file, "blob_").empty();
}

// The directory that pg_restore is shown.
struct DirectoryDump::Skeleton {
  fs::path path;
  ClientProgram pg_restore;
  ~Skeleton() {
    std::error_code error;
    fs::remove_all(path, error);
    if (error) log::warning("{} could not be removed: {}", path.string(), error.message());
  }
  [[nodiscard]] Result<std::unique_ptr<ArchiveScript>> script(std::vector<std::string> arguments) const {
    arguments.emplace_back("--format=directory");
    arguments.push_back(path.string());
    return ArchiveScript::start(pg_restore, nullptr, std::move(arguments));
  }
};

DirectoryDump::DirectoryDump(const LoadContext& context, std::unique_ptr<Skeleton> skeleton)
    : context_(context), skeleton_(std::move(skeleton)) {}
DirectoryDump::DirectoryDump(DirectoryDump&&) noexcept = default;
DirectoryDump::~DirectoryDump() = default;

Result<DirectoryDump> DirectoryDump::open(const LoadContext& context, ByteSource& toc) {
  const Bytes bytes = TRY(read_whole(toc, kMaxTocBytes, "the dump's toc.dat"));
  auto skeleton = std::make_unique<Skeleton>();
  std::string place = (fs::temp_directory_path() / "skyhold-import-XXXXXX").string();
  if (::mkdtemp(place.data()) == nullptr)
    return fail(error_from_errno(errno, "cannot make a temporary directory"));
  skeleton->path = place;
  skeleton->pg_restore = TRY(pg_restore_for(""));
  TRY(write_file_durably(skeleton->path / "toc.dat", bytes));
  const auto list = TRY(skeleton->script({"--list"}));
  const Bytes listed = TRY(read_whole(*list, kMaxListBytes, "the dump's table of contents"));
  TRY(write_file_durably(skeleton->path / "blobs.toc", {}));
  for (const std::string& id : data_ids(as_text(listed))) {
    TRY(write_file_durably(skeleton->path / (id + ".dat"), as_bytes(id + "\n\\.\n")));
    TRY(write_file_durably(skeleton->path / fmt::format("blobs_{}.toc", id), {}));
  }
  return DirectoryDump(context, std::move(skeleton));
}

Status DirectoryDump::run_section(const std::string& section) {
  const auto script = TRY(skeleton_->script({"--section=" + section}));
  return context_.loader.run(*script, context_.cancel);
}

Status DirectoryDump::load_definitions() {
  TRY(run_section("pre-data"));
  return read_data_section();
}

Status DirectoryDump::read_data_section() {
  const auto script = TRY(skeleton_->script({"--section=data"}));
  SqlScriptReader reader(*script, context_.request.limits.max_statement_bytes);
  Bytes chunk(kLargeObjectChunkBytes);
  while (const auto piece = TRY(reader.next())) {
    if (piece->kind == ScriptPiece::Kind::kMetaCommand) continue;  // pg_restore's own pair
    const std::string sql(piece->text);
    if (!StatementTokens(sql, true).word(0, "copy")) {
      data_statements_ += sql + ";\n";
      if (data_statements_.size() > kMaxListBytes)
        return fail(ErrorCode::kNoSpace, "the dump's data section is too large");
      continue;
    }
    reader.begin_rows();
    std::string id;
    while (const std::size_t got = TRY(reader.read_rows(chunk))) id += as_text(ByteView(chunk).first(got));
    while (!id.empty() && id.back() == '\n') id.pop_back();
    copies_[id] = sql;
  }
  return {};
}

Status DirectoryDump::load_data(std::string_view name, ByteSource& bytes) {
  const std::string_view file = file_part(name);
  const std::string id(id_of(file, ""));
  const std::string oid(id_of(file, "blob_"));
  if (id.empty() && oid.empty()) return {};
  const Compression compression = file.ends_with(".gz")    ? Compression::kGzip
                                  : file.ends_with(".zst") ? Compression::kZstd
                                                           : Compression::kNone;
  const auto plain = open_compressed(bytes, compression, context_.request.limits.archive);
  return id.empty() ? load_large_object(oid, *plain) : load_rows(id, *plain);
}

Status DirectoryDump::load_rows(const std::string& id, ByteSource& bytes) {
  const auto copy = copies_.find(id);
  if (copy == copies_.end()) return {};  // of something that the gate has no word for, such as a BLOBS entry
  const GateVerdict verdict = StatementGate().judge(copy->second);
  if (verdict.action != GateVerdict::Action::kCopy) {
    return refuse_import(context_.report, verdict.code, {ErrorCode::kInvalidArgument, verdict.words, ""});
  }
  DataFileRows rows(bytes);
  TRY(context_.loader.copy_rows(verdict.sql, rows, std::nullopt));
  TRY(read_to_end(bytes));
  loaded_.insert(id);
  return {};
}

Status DirectoryDump::load_large_object(const std::string& oid, ByteSource& bytes) {
  PgSession& session = context_.loader.session();
  const PgRows known =
      TRY(session.query("SELECT 1 FROM pg_catalog.pg_largeobject_metadata WHERE oid = $1::oid", {oid}));
  if (known.empty()) TRY(session.query("SELECT pg_catalog.lo_create($1::oid)", {oid}));
  Bytes chunk(kLargeObjectChunkBytes);
  std::uint64_t at = 0;
  while (const std::size_t got = TRY(bytes.read(chunk))) {
    const std::string hex = "\\x" + hex_encode(ByteView(chunk).first(got));
    TRY(session.query("SELECT pg_catalog.lo_put($1::oid, $2::bigint, $3::bytea)",
                      {oid, std::to_string(at), hex}));
    at += got;
  }
  return {};
}

Status DirectoryDump::finish() {
  for (const auto& [id, copy] : copies_) {
    if (loaded_.contains(id)) continue;
    return refuse_import(
        context_.report, "truncated_dump",
        {ErrorCode::kCorrupt, fmt::format("the archive lacks {}.dat, the rows of a table: {}", id, copy),
         "pack the whole directory that pg_dump wrote"});
  }
  MemorySource statements(as_bytes(data_statements_));
  TRY(context_.loader.run(statements, context_.cancel));
  return run_section("post-data");
}

}  // namespace skyhold
