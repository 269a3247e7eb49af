// The SQL of a pg_dump archive, as pg_restore writes it.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "capture/client_program.h"
#include "io/byte_stream.h"

namespace skyhold {

// pg_restore runs beside, is fed from `archive` and never connects to anything. The end of the
// stream says that it has read the archive and found it whole.
class ArchiveScript final : public ByteSource {
 public:
  // `arguments` beside --file=-, such as --section=data. `archive` must outlive it; null: a directory
  // is among the arguments.
  static Result<std::unique_ptr<ArchiveScript>> start(const ClientProgram& pg_restore, ByteSource* archive,
                                                      std::vector<std::string> arguments = {});
  ~ArchiveScript() override;
  ArchiveScript(const ArchiveScript&) = delete;
  ArchiveScript& operator=(const ArchiveScript&) = delete;
  Result<std::size_t> read(MutableByteView out) override;

 private:
  explicit ArchiveScript(ClientProcess process) : process_(std::move(process)) {}
  void feed(ByteSource& archive);
  Status end();

  ClientProcess process_;
  Status fed_;
  std::thread feeder_;
};

}  // namespace skyhold
