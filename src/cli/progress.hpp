// The live line of `record`.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "engine/record.hpp"

namespace understudy::cli {

using RecordCounters = std::map<std::string, engine::RecordCounters>;

/// "orders 120 exchanges, catalogue 3 exchanges; 1 warning, 1 connection lost from view".
[[nodiscard]] std::string progress_text(const RecordCounters& counters);

/// Standard error: one line that is overwritten on a terminal, a line now and then elsewhere.
class Progress {
 public:
  Progress();
  /// Shows the counters where they changed, not more often than a person can read.
  void show(const RecordCounters& counters);
  /// A line of its own that stays.
  void say(const std::string& line);
  /// Removes the live line.
  void end();

 private:
  bool terminal_;
  std::string shown_;
  bool visible_ = false;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace understudy::cli
