#include "operations/export/attachment_search.h"

#include <algorithm>

#include <fmt/format.h>

#include "operations/export/attachment_rows.h"
#include "operations/export/export_job.h"
#include "operations/export/table_rows.h"
#include "operations/export/text_search.h"

namespace skyhold {
namespace {

class NoProgress final : public ProgressSink {
 public:
  void report(const Progress&) override {}
  void warn(const std::string&) override {}
};

const FileEntry* held_file(const Manifest& manifest, const std::string& name) {
  const std::vector<FileEntry>& files = manifest.filestore.files;
  const auto found =
      std::lower_bound(files.begin(), files.end(), name,
                       [](const FileEntry& file, const std::string& wanted) { return file.name < wanted; });
  return found != files.end() && found->name == name ? &*found : nullptr;
}

// "2026-11-23 01:02:03.4", in UTC as Odoo keeps all its times.
std::optional<Instant> time_of(std::string text) {
  if (text.size() < 19) return std::nullopt;
  text[10] = 'T';
  const auto parsed = parse_rfc3339(text + "Z");
  if (!parsed) return std::nullopt;
  return *parsed;
}

class AttachmentSearch {
 public:
  AttachmentSearch(const Manifest& manifest, const AttachmentQuery& query)
      : manifest_(manifest), query_(query), words_(query.text), ends_at_(monotonic_seconds() + seconds()) {}

  // kCancelled once nobody needs the rest.
  Status look_at(const AttachmentRow& row) {
    if (monotonic_seconds() > ends_at_ || (matches(row) && !keep(row))) {
      found_.more = true;
      return fail(ErrorCode::kCancelled, "the search has found enough");
    }
    return {};
  }
  [[nodiscard]] bool ended_early() const { return found_.more; }
  FoundAttachments take() { return std::move(found_); }

 private:
  [[nodiscard]] double seconds() const { return static_cast<double>(query_.longest.count()); }

  [[nodiscard]] bool matches(const AttachmentRow& row) const {
    if (words_.finds(row.name)) return true;
    return !row.res_model.empty() && query_.text == fmt::format("{},{}", row.res_model, row.res_id);
  }

  // false: there are as many as may be.
  bool keep(const AttachmentRow& row) {
    if (found_.items.size() == query_.most) return false;
    FoundAttachment item{row.id,        row.name,        row.res_model, row.res_id, row.mimetype,
                         row.file_size, row.store_fname, false,         {}};
    if (const FileEntry* file = held_file(manifest_, row.store_fname)) {
      item.held = true;
      item.size_bytes = file->size_bytes;
    }
    item.created_at = time_of(row.create_date);
    found_.items.push_back(std::move(item));
    return true;
  }

  const Manifest& manifest_;
  const AttachmentQuery& query_;
  const TextSearch words_;
  const double ends_at_;
  FoundAttachments found_;
};

}  // namespace

Result<FoundAttachments> find_attachments(Repository& repository, const Snapshot& snapshot,
                                          const Manifest& manifest, const AttachmentQuery& query,
                                          const CancelToken& cancel) {
  const auto table = find_table(manifest, "public.ir_attachment");
  if (!table || !has_attachment_columns((*table)->columns)) {
    return fail(ErrorCode::kNotFound, "the backup has no attachments that can be looked for",
                "it is not of an Odoo database; its files can be had by their names in the filestore");
  }
  AttachmentSearch search(manifest, query);
  AttachmentRows rows((*table)->columns, [&](const AttachmentRow& row) { return search.look_at(row); });
  NoProgress progress;
  const ExportOptions options;
  ExportJob job(repository, snapshot, manifest, options, progress, cancel);
  const Status read = write_rows(job, **table, rows);
  if (!read && !search.ended_early()) return fail(read.error());
  return search.take();
}

}  // namespace skyhold
