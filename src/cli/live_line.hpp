// The line on standard error that says how far a command is.
#pragma once

#include <chrono>
#include <mutex>
#include <string>

namespace understudy::cli {

/// One line that is overwritten on a terminal, a line now and then elsewhere. Removed when it ends.
/// Thread-safe.
class LiveLine {
 public:
  LiveLine();
  ~LiveLine() { end(); }
  LiveLine(const LiveLine&) = delete;
  LiveLine& operator=(const LiveLine&) = delete;

  /// Whether a text would be shown now; not more often than a person can read.
  [[nodiscard]] bool is_due() const;
  /// Shows the text where it is due and has changed.
  void show(const std::string& text);
  /// A line of its own that stays.
  void say(const std::string& line);
  /// Removes the line.
  void end();

 private:
  void remove();

  mutable std::mutex mutex_;
  bool terminal_;
  std::string shown_;
  bool visible_ = false;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace understudy::cli
