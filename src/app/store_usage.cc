#include "app/store_usage.h"

#include <algorithm>

#include "repository/copy_size.h"

namespace skyhold {
namespace {

StoreUsage& usage_of(std::vector<StoreUsage>& usage, const std::string& store) {
  const auto known =
      std::find_if(usage.begin(), usage.end(), [&](const StoreUsage& one) { return one.store == store; });
  return known == usage.end() ? usage.emplace_back(StoreUsage{store, 0, 0, {}}) : *known;
}

// What all backups that are there would take in one copy, had nothing been found twice or compressed.
Result<std::int64_t> source_bytes_kept(JobRun& run) {
  std::int64_t bytes = 0;
  for (const BackupRecord& backup : TRY(run.services.catalog.live_backups(run.project.name))) {
    if (backup.restorable()) bytes += backup.source_bytes;
  }
  return bytes;
}

// A number for people is no reason to fail what was done well: a store that cannot be listed now keeps
// its last measurement.
bool measure(JobRun& run, const OpenedStore& store, StoreUsage& usage) {
  const Result<CopySize> size = measure_copy(*store.store);
  if (!size) {
    run.context.progress().warn(size.error().in("measuring " + store.settings.name).message);
    return false;
  }
  usage.objects = static_cast<std::int64_t>(size->objects);
  usage.bytes = static_cast<std::int64_t>(size->bytes);
  return true;
}

bool took_it(const BackupRecord& record, const std::string& store) {
  return std::any_of(record.copies.begin(), record.copies.end(), [&](const CopyRecord& copy) {
    return copy.store == store && copy.state == CopyState::kStored;
  });
}

}  // namespace

Status note_written(JobRun& run, const std::vector<OpenedStore>& stores, const BackupRecord& record,
                    const BackupResult& result) {
  std::vector<StoreUsage> usage = TRY(run.services.catalog.usage(run.project.name));
  for (const OpenedStore& store : stores) {
    if (!took_it(record, store.settings.name)) continue;
    StoreUsage& one = usage_of(usage, store.settings.name);
    if (one.objects == 0 && measure(run, store, one)) {
      one.measured_at = run.services.clock.now();
      continue;
    }
    one.objects += static_cast<std::int64_t>(result.added_objects);
    one.bytes += static_cast<std::int64_t>(result.added_bytes);
    one.measured_at = run.services.clock.now();
  }
  return note_usage(run, usage);
}

Status note_measured(JobRun& run, const std::vector<OpenedStore>& stores,
                     const std::set<std::string>& names) {
  std::vector<StoreUsage> measured;
  for (const OpenedStore& store : stores) {
    if (!names.contains(store.settings.name)) continue;
    StoreUsage one{store.settings.name, 0, 0, run.services.clock.now()};
    if (measure(run, store, one)) measured.push_back(std::move(one));
  }
  if (measured.empty()) return {};
  return note_usage(run, measured);
}

Status note_usage(JobRun& run, const std::vector<StoreUsage>& usage) {
  return run.services.catalog.record_usage(run.project.name, usage, TRY(source_bytes_kept(run)));
}

}  // namespace skyhold
