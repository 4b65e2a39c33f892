// Signals and the child process, all handled by the one thread that controls a command.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace understudy::cli {

/// What arrived while waiting.
struct Signal {
  int number = 0;
  bool from_terminal = false;  ///< sent to the whole foreground process group
};

/// Blocks the signals that commands handle, for this thread and those it starts; they then arrive
/// in `next` only. To be made before anything starts a thread. Also right for process 1, whom the
/// kernel sends nothing that is not handled.
class Signals {
 public:
  Signals();
  /// The next signal; nothing after `limit`. Without a limit it waits.
  [[nodiscard]] std::optional<Signal> next(std::optional<std::chrono::milliseconds> limit) const;
  /// SIGINT or SIGTERM.
  [[nodiscard]] static bool asks_to_end(int number) noexcept;
};

/// A command that runs with ours, its input and output untouched.
class Child {
 public:
  /// `environment` is added to ours. Nothing, with the reason in `problem`, where it can't start.
  [[nodiscard]] static std::optional<Child> start(
      const std::vector<std::string>& command,
      const std::map<std::string, std::string>& environment, std::string& problem);

  /// Passes a signal on, unless the terminal has sent it to the child as well.
  void forward(const Signal& signal) const;
  /// Collects every child that has ended, adopted ones included. The status of this one, as a shell
  /// spells it (128 + signal), once it has.
  [[nodiscard]] std::optional<int> reap() const;
  void terminate() const;

 private:
  explicit Child(pid_t id) : id_(id) {}
  pid_t id_;
};

/// Collects children that process 1 has adopted.
void reap_adopted();

}  // namespace understudy::cli
