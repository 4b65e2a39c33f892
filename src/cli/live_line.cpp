#include "cli/live_line.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace understudy::cli {
namespace {

constexpr std::chrono::milliseconds terminal_interval(100);
constexpr std::chrono::milliseconds plain_interval(5000);

}  // namespace

LiveLine::LiveLine()
    : terminal_(isatty(STDERR_FILENO) == 1),
      next_(std::chrono::steady_clock::now() +
            (terminal_ ? std::chrono::milliseconds(0) : plain_interval)) {}

void LiveLine::show(const std::string& text) {
  if (!is_due() || text == shown_) return;
  next_ = std::chrono::steady_clock::now() + (terminal_ ? terminal_interval : plain_interval);
  if (terminal_) {
    fmt::print(stderr, "\r\x1b[K{}", text);
    std::fflush(stderr);
    visible_ = true;
  } else {
    fmt::print(stderr, "understudy: {}\n", text);
  }
  shown_ = text;
}

void LiveLine::say(const std::string& line) {
  end();
  fmt::print(stderr, "{}\n", line);
}

void LiveLine::end() {
  if (visible_) fmt::print(stderr, "\r\x1b[K");
  visible_ = false;
  shown_.clear();
}

}  // namespace understudy::cli
