#include "cli/live_line.hpp"

#include <unistd.h>

#include "cli/error_stream.hpp"

namespace understudy::cli {
namespace {

constexpr std::chrono::milliseconds terminal_interval(100);
constexpr std::chrono::milliseconds plain_interval(5000);

}  // namespace

LiveLine::LiveLine()
    : terminal_(isatty(STDERR_FILENO) == 1),
      next_(std::chrono::steady_clock::now() +
            (terminal_ ? std::chrono::milliseconds(0) : plain_interval)) {}

bool LiveLine::is_due() const {
  const std::lock_guard lock(mutex_);
  return std::chrono::steady_clock::now() >= next_;
}

void LiveLine::show(const std::string& text) {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (now < next_ || text == shown_) return;
  next_ = now + (terminal_ ? terminal_interval : plain_interval);
  if (terminal_) {
    write_error("\r\x1b[K" + printable(text));
    visible_ = true;
  } else {
    write_error("understudy: " + printable(text) + "\n");
  }
  shown_ = text;
}

void LiveLine::say(const std::string& line) {
  const std::lock_guard lock(mutex_);
  remove();
  write_error(printable(line) + "\n");
}

void LiveLine::end() {
  const std::lock_guard lock(mutex_);
  remove();
}

void LiveLine::remove() {
  if (visible_) write_error("\r\x1b[K");
  visible_ = false;
  shown_.clear();
}

}  // namespace understudy::cli
