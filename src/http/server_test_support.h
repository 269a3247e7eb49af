// A client that sends what it is told, byte by byte: what no HTTP library would send.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/server.h"
#include "io/file_descriptor.h"

namespace skyhold {

struct RawResponse {
  int status = 0;  // 0: the connection ended without an answer
  std::string head;
  std::string body;
  bool whole = false;  // as long as its head said, or ended by a last chunk
};

// Every wait is bounded; what takes longer reads like a connection that ended.
class RawClient {
 public:
  // `from`: the address that is connected from, to look like several clients.
  explicit RawClient(std::uint16_t port, const std::string& from = "127.0.0.1");
  explicit RawClient(const std::string& unix_socket);

  // Blocks while the peer takes nothing. False: the peer hung up.
  bool send(std::string_view bytes) const;
  RawResponse read_response(bool head_only = false);
  // What is there, until `mark` is among it or the connection ends.
  std::string read_until(std::string_view mark);
  std::string read_to_end();
  [[nodiscard]] bool hung_up();  // nothing more comes
  void end_writing() const;
  void close() { socket_.reset(); }
  void set_receive_buffer(int bytes) const;

 private:
  bool receive();
  void read_chunks(RawResponse& response);

  FileDescriptor socket_;
  std::string received_;
};

std::unique_ptr<HttpServer> start_test_server(ServerOptions options, ServerHandler handler);
ServerResponse text_response(std::string text, int status = 200);

// `size` bytes, each made from where it stands; fails there when told so.
class PatternSource final : public ByteSource {
 public:
  explicit PatternSource(std::uint64_t size, bool fails_at_end = false)
      : size_(size), fails_at_end_(fails_at_end) {}
  Result<std::size_t> read(MutableByteView out) override;
  static char byte_at(std::uint64_t position) { return static_cast<char>('a' + position % 23); }

 private:
  std::uint64_t size_;
  bool fails_at_end_;
  std::uint64_t position_ = 0;
};

// Waits, a bounded time, until it is so.
bool eventually(const std::function<bool()>& condition);

}  // namespace skyhold
