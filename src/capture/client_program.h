// PostgreSQL's client programs: where they are, their version, how they get a secret.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "capture/pg_target.h"
#include "io/child_process.h"

namespace skyhold {

struct ClientProgram {
  std::string path;
  int version_number = 0;  // 150018
};

// The newest pg_dump or pg_restore (`name`) that is installed, of at least
// `server_version_number`'s major version: /usr/lib/postgresql/*/bin, then PATH.
// kUnsupported when there is none, with the Debian package to install.
Result<ClientProgram> find_client_program(std::string_view name, int server_version_number);
// The choice alone, from what is installed.
Result<ClientProgram> choose_client_program(std::string_view name,
                                            const std::vector<ClientProgram>& installed,
                                            int server_version_number);
// 150018 from "pg_dump (PostgreSQL) 15.18 (Debian …)"; 0 when it is not such a text.
int parse_client_version(std::string_view version_output);

struct ClientRun {
  ClientProgram program;
  std::vector<std::string> arguments;  // without connection options
  const PgTarget* target = nullptr;    // null: the program does not connect
  bool pipe_stdin = false;
  bool pipe_stdout = false;
};

// A running client program. The password lies in a passfile of mode 0600 that is
// in memory only and gone with this; the environment is scrubbed to a fixed list.
class ClientProcess {
 public:
  static Result<ClientProcess> start(const ClientRun& run);
  ClientProcess(ClientProcess&&) noexcept;
  ClientProcess& operator=(ClientProcess&&) noexcept;
  ~ClientProcess();
  ChildProcess& process();

 private:
  struct State;
  explicit ClientProcess(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace skyhold
