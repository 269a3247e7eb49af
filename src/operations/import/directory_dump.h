// pg_dump's directory format, packed as a tar; its own tar format has the same entries.
//
//   toc.dat          the table of contents: pg_restore makes definitions of it without the data
//   123.dat[.gz]     the rows of the table with dump id 123, as COPY text, ended by "\."
//   blob_456.dat     a large object;   blobs*.toc lists them
//
// The entries lie in any order, and pg_restore wants them in a directory. So that nothing is unpacked,
// it gets a directory with the table of contents and data files that hold their own number: its script then
// says which number goes into which table, and the rows are taken from the archive as they pass by.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "capture/client_program.h"
#include "operations/import/load_context.h"

namespace skyhold {

bool is_directory_toc(std::string_view name);   // with or without a folder before it
bool is_directory_data(std::string_view name);  // .dat and blobs.toc, but not toc.dat

class DirectoryDump {
 public:
  // `toc` is at the bytes of toc.dat.
  static Result<DirectoryDump> open(const LoadContext& context, ByteSource& toc);
  DirectoryDump(DirectoryDump&&) noexcept;
  DirectoryDump& operator=(DirectoryDump&&) = delete;
  ~DirectoryDump();

  Status load_definitions();
  Status load_data(std::string_view name, ByteSource& bytes);
  // What comes after the data. kCorrupt when a table's file did not come.
  Status finish();

 private:
  struct Skeleton;
  DirectoryDump(const LoadContext& context, std::unique_ptr<Skeleton> skeleton);
  Status run_section(const std::string& section);
  Status read_data_section();
  Status load_rows(const std::string& id, ByteSource& bytes);
  Status load_large_object(const std::string& oid, ByteSource& bytes);

  const LoadContext& context_;
  std::unique_ptr<Skeleton> skeleton_;
  std::map<std::string, std::string> copies_;  // by dump id: the COPY statement
  std::set<std::string> loaded_;
  std::string data_statements_;  // sequences and the like
};

}  // namespace skyhold
