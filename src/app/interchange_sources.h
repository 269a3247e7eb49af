// Where bytes come from that go out or come in: backups as files, uploads, files and objects by name.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "api/interchange.h"
#include "app/project_repositories.h"
#include "catalog/catalog.h"

namespace skyhold {

// Thread-safe.
class InterchangeSources final : public Interchange {
 public:
  // More of them would take memory and processors from the backups.
  static constexpr int kMostDownloads = 4;
  static constexpr int kMostSearches = 2;

  // All must outlive it and the sources that it gives.
  InterchangeSources(ProjectRepositories& repositories, Catalog& catalog, const Clock& clock)
      : repositories_(repositories), catalog_(catalog), clock_(clock) {}

  Result<std::unique_ptr<ByteSource>> open_download(const BackupRecord& backup, const ExportOptions& options,
                                                    const ByteRange& range) override;
  Result<FoundAttachments> find_attachments(const BackupRecord& backup, const Manifest& manifest,
                                            const AttachmentQuery& query) override;
  Result<std::shared_ptr<Uploads>> uploads(const Project& project) override;

  // The same without the cap: a job's own.
  [[nodiscard]] std::unique_ptr<ByteSource> open_export(const BackupRecord& backup,
                                                        const ExportOptions& options,
                                                        const ByteRange& range) const;
  // https://, http://, s3://, gs:// and file://. An object of a configured store is read with that
  // store's credentials.
  Result<std::unique_ptr<ByteSource>> open_url(const std::string& url) const;

  // Uploads whose time is over.
  Status sweep();

 private:
  Result<std::shared_ptr<Uploads>> uploads_of(const RegionSettings& region);

  ProjectRepositories& repositories_;
  Catalog& catalog_;
  const Clock& clock_;
  std::shared_ptr<std::atomic<int>> downloads_ = std::make_shared<std::atomic<int>>(0);
  std::atomic<int> searches_{0};
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Uploads>> uploads_;  // by region
};

}  // namespace skyhold
