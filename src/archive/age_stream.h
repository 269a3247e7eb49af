// age (crypto/age.h) between streams.
#pragma once

#include "crypto/age.h"
#include "io/byte_stream.h"

namespace skyhold {

class AgeSink final : public ByteSink {
 public:
  // `sink` must outlive it.
  AgeSink(ByteSink& sink, AgeEncryptor encryptor) : sink_(sink), encryptor_(std::move(encryptor)) {}
  Status write(ByteView bytes) override;
  // The last chunk. Nothing may follow.
  Status finish();

 private:
  void begin();

  ByteSink& sink_;
  AgeEncryptor encryptor_;
  bool begun_ = false;
  Bytes out_;
};

class AgeSource final : public ByteSource {
 public:
  // `source` must outlive it.
  AgeSource(ByteSource& source, AgeDecryptor decryptor) : source_(source), decryptor_(std::move(decryptor)) {}
  Result<std::size_t> read(MutableByteView out) override;

 private:
  ByteSource& source_;
  AgeDecryptor decryptor_;
  Bytes plain_;
  std::size_t taken_ = 0;
  bool at_end_ = false;
};

}  // namespace skyhold
