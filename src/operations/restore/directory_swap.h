// Exchanges a filestore for another directory beside it, together with the database's
// rename, so that each instant in between is a working branch:
//
//   prepare   the live directory gets links to all files that only the incoming one has:
//             it now serves the old database and the new one
//   (the databases are renamed and committed)
//   finish    the directories are exchanged, and files that clients wrote in between follow
//
// A record beside the filestore (swap_record.h) says how far it got. abandon() takes a
// preparation back when the databases were not renamed.
#pragma once

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "operations/restore/swap_record.h"

namespace skyhold {

struct DirectorySwap {
  std::filesystem::path live;
  std::filesystem::path record;  // restore_names.h: swap_record_path()
};

// `incoming` and `replaced` lie beside `live`, which need not exist.
Result<SwapRecord> prepare_directory_swap(const DirectorySwap& swap, const std::filesystem::path& incoming,
                                          const std::filesystem::path& replaced, std::uint64_t incoming_oid);

// Of the files in `extras`, those that the replaced database refers to after all.
using ExtrasInUse = std::function<Result<std::set<std::string>>(const std::vector<std::string>& extras)>;

// Can be run again after a crash at any point of it.
Status finish_directory_swap(const DirectorySwap& swap, const SwapRecord& record, const ExtrasInUse& in_use);

// The links stay: a client may have begun to use them. Each gets the mark by which Odoo's
// garbage collector looks whether anything refers to the file.
Status abandon_directory_swap(const DirectorySwap& swap, const SwapRecord& record);

}  // namespace skyhold
