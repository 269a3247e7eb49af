// The link to a download. It carries, sealed by the master key, all that it stands for, so that any process
// that serves can redeem it and none has to remember it:
//
//   base64url( nonce (12) || AES-256-GCM of the JSON below || tag (16) )
//   {"backup": id, "account": id, "expires_at": time, "format": …, and the other options of the export}
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "api/problem.h"
#include "base/clock.h"
#include "crypto/master_key.h"
#include "operations/export/export.h"

namespace skyhold {

inline constexpr std::chrono::minutes kLinkLifetime{60};

struct DownloadLink {
  std::string project;
  std::string backup;   // its id
  std::string account;  // the id of whoever made it
  Instant expires_at;
  ExportOptions options;
  std::vector<std::string> recipients;  // the texts of options.recipients
};

std::string seal_link(const DownloadLink& link, const MasterKey& key);
// 404 for what is no link of ours, 410 for one that is over.
Outcome<DownloadLink> open_link(std::string_view token, const MasterKey& key, Instant now);

}  // namespace skyhold
