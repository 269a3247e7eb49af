// Client programs (pg_dump, pg_restore) as streams.
//
// The child gets exactly the environment that is given, no terminal and no file
// descriptor but its three. It dies with this process (PR_SET_PDEATHSIG) and is
// killed and reaped by the destructor, so that no path leaves one behind. Linux ties
// that death to the thread that called start(): it must outlive the child.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/byte_stream.h"

namespace skyhold {

struct ChildOptions {
  std::vector<std::string> argv;  // argv[0] is a path or is looked up in PATH
  std::vector<std::pair<std::string, std::string>> environment;
  bool pipe_stdin = false;   // otherwise /dev/null
  bool pipe_stdout = false;  // otherwise /dev/null
};

// Not thread-safe, except that stdin may be written by one thread while another
// reads stdout, and kill() may be called by any.
class ChildProcess final {
 public:
  static Result<std::unique_ptr<ChildProcess>> start(const ChildOptions& options);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  ByteSource& output();  // the child's stdout
  ByteSink& input();     // the child's stdin; a closed pipe is an error, not a signal
  void close_input();    // the child sees the end of its stdin

  // Closes our ends of stdin and stdout, so that a child can wait for neither, and waits
  // for the end: read all of output() first. May be called again. An exit status other than 0, or a signal,
  // is an Error of code kSource whose message ends with the last lines that the child wrote to stderr.
  Status wait();
  // What the child has written to stderr so far: at most the last 64 KiB.
  [[nodiscard]] std::string error_output() const;
  void kill();

 private:
  struct State;
  explicit ChildProcess(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace skyhold
