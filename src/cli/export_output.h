// Where an export goes: a file that appears when it is whole, or standard output.
#pragma once

#include <memory>
#include <string>

#include "io/byte_stream.h"

namespace skyhold {

class ExportOutput : public ByteSink {
 public:
  // "-" is standard output. kAlreadyExists when the file is there; its mode is 0600.
  static Result<std::unique_ptr<ExportOutput>> open(const std::string& path);
  // What was written until now does not count. kUnsupported when it has left already.
  virtual Status begin_again() = 0;
  // All was written: the file gets its name. Without this nothing of it stays.
  virtual Status commit() = 0;
};

}  // namespace skyhold
