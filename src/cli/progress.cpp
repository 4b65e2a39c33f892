#include "cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace understudy::cli {
namespace {

constexpr std::chrono::milliseconds terminal_interval(100);
constexpr std::chrono::milliseconds plain_interval(5000);

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

}  // namespace

std::string progress_text(const RecordCounters& counters) {
  std::string text;
  engine::RecordCounters all;
  for (const auto& [service, counter] : counters) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", service,
                        counted(counter.exchanges, "exchange", "exchanges"));
    all.warnings += counter.warnings;
    all.lost += counter.lost;
    all.opaque += counter.opaque;
  }
  if (text.empty()) text = "no connection yet";
  if (all.warnings > 0) text += "; " + counted(all.warnings, "warning", "warnings");
  if (all.lost > 0)
    text += "; " + counted(all.lost, "connection lost from view", "connections lost from view");
  if (all.opaque > 0)
    text += "; " + counted(all.opaque, "connection relayed unread", "connections relayed unread");
  return text;
}

Progress::Progress()
    : terminal_(isatty(STDERR_FILENO) == 1),
      next_(std::chrono::steady_clock::now() +
            (terminal_ ? std::chrono::milliseconds(0) : plain_interval)) {}

void Progress::show(const RecordCounters& counters) {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  const std::string text = progress_text(counters);
  if (text == shown_) return;
  next_ = now + (terminal_ ? terminal_interval : plain_interval);
  if (terminal_) {
    fmt::print(stderr, "\r\x1b[K{}", text);
    std::fflush(stderr);
    visible_ = true;
  } else {
    fmt::print(stderr, "understudy: {}\n", text);
  }
  shown_ = text;
}

void Progress::say(const std::string& line) {
  end();
  fmt::print(stderr, "{}\n", line);
}

void Progress::end() {
  if (visible_) fmt::print(stderr, "\r\x1b[K");
  visible_ = false;
  shown_.clear();
}

}  // namespace understudy::cli
