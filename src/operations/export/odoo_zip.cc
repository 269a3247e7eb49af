#include "operations/export/odoo_zip.h"

#include <mutex>

#include "archive/zip_writer.h"
#include "operations/export/filestore_files.h"
#include "operations/export/odoo_manifest.h"
#include "operations/export/plain_dump.h"
#include "operations/export/queued_stream.h"
#include "repository/compression.h"

namespace skyhold {
namespace {

class EntrySink final : public ByteSink {
 public:
  explicit EntrySink(ZipWriter& zip) : zip_(zip) {}
  Status write(ByteView bytes) override { return zip_.write(bytes); }

 private:
  ZipWriter& zip_;
};

ZipMethod method_for(ByteView content) {
  return looks_incompressible(content) ? ZipMethod::kStored : ZipMethod::kDeflated;
}

Status write_dump(ExportJob& job, ZipWriter& zip) {
  job.start_phase("Writing the database", job.manifest().table_bytes());
  TRY(zip.begin("dump.sql", ZipMethod::kDeflated));
  EntrySink entry(zip);
  TRY(run_queued([&](ByteSink& queue) { return write_plain_dump(job, queue); }, entry));
  return zip.end();
}

// The first piece decides how the rest is packed.
Status write_large(ExportJob& job, ZipWriter& zip, const std::string& name, const Node& file) {
  const std::unique_ptr<ByteSource> source = job.repository().open_file(file);
  Bytes piece(256 * 1024);
  std::size_t count = TRY(source->read(piece));
  TRY(zip.begin(name, method_for(ByteView(piece).first(count))));
  while (count > 0) {
    TRY(job.cancel().check());
    TRY(zip.write(ByteView(piece).first(count)));
    count = TRY(source->read(piece));
  }
  return zip.end();
}

// Small files are read and packed by several threads; one at a time writes what it has packed.
Status write_files(ExportJob& job, ZipWriter& zip, ExportResult& result) {
  job.start_phase("Writing the filestore", job.manifest().filestore.bytes);
  std::mutex writing;
  FilestoreVisitor visitor;
  visitor.small = [&](std::vector<SmallFile> files) -> Status {
    std::vector<PackedZipEntry> packed;
    for (SmallFile& file : files) {
      const ZipMethod method = method_for(file.content);
      packed.push_back(pack_zip_entry("filestore/" + file.name, std::move(file.content), method));
    }
    const std::scoped_lock lock(writing);
    for (const PackedZipEntry& entry : packed) TRY(zip.add(entry));
    result.files += packed.size();
    return {};
  };
  visitor.large = [&](const std::string& name, const Node& file) -> Status {
    ++result.files;
    if (file.size_bytes == 0) return zip.add(pack_zip_entry("filestore/" + name, {}, ZipMethod::kStored));
    return write_large(job, zip, "filestore/" + name, file);
  };
  return visit_filestore(job, visitor);
}

}  // namespace

Status write_odoo_zip(ExportJob& job, ByteSink& sink, ExportResult& result) {
  const std::string manifest = TRY(odoo_manifest(job.manifest()));
  ZipWriter zip(sink, job.options().threads);
  TRY(write_dump(job, zip));
  TRY(zip.add(pack_zip_entry("manifest.json", to_bytes(manifest), ZipMethod::kDeflated)));
  if (job.options().with_filestore) TRY(write_files(job, zip, result));
  return zip.finish();
}

}  // namespace skyhold
