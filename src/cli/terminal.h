// The person at the keyboard. A port, so that tests can answer.
#pragma once

#include <string>

#include "base/cancel.h"
#include "base/result.h"

namespace skyhold {

class Terminal {
 public:
  virtual ~Terminal() = default;
  // Whether there is somebody to ask.
  [[nodiscard]] virtual bool is_there() = 0;
  virtual void say(const std::string& text) = 0;
  // One line, without its end. Errors: kCancelled, kUnavailable (nobody is there).
  virtual Result<std::string> ask(const std::string& question) = 0;
  virtual Result<std::string> ask_secret(const std::string& question) = 0;  // without echo
  // The next line of standard input, for scripts that pipe a password in. kInvalidArgument at its end.
  virtual Result<std::string> next_input_line() = 0;
};

// The terminal that controls the process, wherever its streams were led; and its standard input.
class ProcessTerminal final : public Terminal {
 public:
  explicit ProcessTerminal(const CancelToken& cancel, std::string device = "/dev/tty")
      : cancel_(cancel), device_(std::move(device)) {}
  [[nodiscard]] bool is_there() override;
  void say(const std::string& text) override;
  Result<std::string> ask(const std::string& question) override;
  Result<std::string> ask_secret(const std::string& question) override;
  Result<std::string> next_input_line() override;

 private:
  enum class Echo { kOn, kOff };
  Result<std::string> ask_with(const std::string& question, Echo echo);
  [[nodiscard]] Result<std::string> read_line(int descriptor) const;

  const CancelToken& cancel_;
  const std::string device_;
};

}  // namespace skyhold
