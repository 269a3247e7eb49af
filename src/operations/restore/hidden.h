// The database and the directory that a restore fills out of sight; gone again unless they
// were swapped in.
#pragma once

#include <filesystem>
#include <string>

#include "io/file_descriptor.h"
#include "model/manifest.h"
#include "operations/restore/branch_lock.h"

namespace skyhold {

class HiddenDatabase {
 public:
  static Result<HiddenDatabase> make(BranchLock& lock, const std::string& name, const DatabaseFacts& facts,
                                     const std::string& owner);
  HiddenDatabase(HiddenDatabase&& other) noexcept;
  HiddenDatabase& operator=(HiddenDatabase&&) = delete;
  ~HiddenDatabase();  // drops it

  [[nodiscard]] const std::string& name() const { return name_; }
  void keep() { kept_ = true; }  // it has another name now

 private:
  HiddenDatabase(BranchLock& lock, std::string name) : lock_(&lock), name_(std::move(name)) {}
  BranchLock* lock_;
  std::string name_;
  bool kept_ = false;
};

class HiddenDirectory {
 public:
  // Beside the filestore, with a lock that says that its restore is alive.
  static Result<HiddenDirectory> make(const std::filesystem::path& path);
  HiddenDirectory(HiddenDirectory&& other) noexcept;
  HiddenDirectory& operator=(HiddenDirectory&&) = delete;
  ~HiddenDirectory();  // removes it

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  void keep() { kept_ = true; }

 private:
  HiddenDirectory(std::filesystem::path path, FileDescriptor lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}
  std::filesystem::path path_;
  FileDescriptor lock_;
  bool kept_ = false;
};

}  // namespace skyhold
