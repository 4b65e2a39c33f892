#include "cli/error_stream.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "understudy/document.hpp"

namespace understudy::cli {
namespace {

/// What a pipe takes without blocking once it is writable (PIPE_BUF on Linux).
constexpr std::size_t taken_at_once = 4096;
constexpr std::size_t kept_octets = 1024 * 1024;
constexpr std::chrono::milliseconds last_words(1000);

class ErrorStream {
 public:
  ~ErrorStream() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    if (writer_.joinable()) writer_.join();
  }

  void write(std::string_view text) {
    const std::lock_guard lock(mutex_);
    if (kept_.empty()) text.remove_prefix(write_now(text));
    if (text.empty()) return;
    if (kept_.size() + text.size() > kept_octets) {
      ++left_out_;
      return;
    }
    kept_ += text;
    if (!writer_.joinable()) start();
    changed_.notify_all();
  }

 private:
  /// How much of it was taken. A descriptor that gives an error takes everything: nobody is there.
  static std::size_t write_now(std::string_view text) {
    std::size_t written = 0;
    while (written < text.size() && is_writable(std::chrono::milliseconds(0))) {
      const ssize_t count = ::write(STDERR_FILENO, text.data() + written,
                                    std::min(text.size() - written, taken_at_once));
      if (count < 0 && (errno == EAGAIN || errno == EINTR)) break;
      if (count < 0) return text.size();
      written += static_cast<std::size_t>(count);
    }
    return written;
  }

  static bool is_writable(std::chrono::milliseconds limit) {
    pollfd descriptor{STDERR_FILENO, POLLOUT, 0};
    return ::poll(&descriptor, 1, static_cast<int>(limit.count())) > 0;
  }

  /// Signals are for the thread that controls the command.
  void start() {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    writer_ = std::thread([this] { run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  void run() {
    constexpr std::chrono::milliseconds turn(50);
    auto give_up = std::chrono::steady_clock::time_point::max();
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return ending_ || !kept_.empty(); });
      if (kept_.empty()) return;
      if (ending_ && give_up == std::chrono::steady_clock::time_point::max())
        give_up = std::chrono::steady_clock::now() + last_words;
      if (std::chrono::steady_clock::now() >= give_up) return;
      lock.unlock();
      const bool writable = is_writable(turn);
      lock.lock();
      if (!writable) continue;
      kept_.erase(0, write_now(kept_));
      if (kept_.empty() && left_out_ > 0) {
        kept_ = fmt::format("understudy: {} messages were left out here, nobody read them\n",
                            std::exchange(left_out_, 0));
      }
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::string kept_;
  std::size_t left_out_ = 0;
  bool ending_ = false;
  std::thread writer_;
};

/// Bytes of the character of more than one byte that begins here; 0 where there is none, or one
/// of the control characters U+0080 to U+009F.
std::size_t character_at(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead < 0xC2   ? 0
                           : lead < 0xE0 ? 2
                           : lead < 0xF0 ? 3
                           : lead < 0xF5 ? 4
                                         : 0;
  if (size == 0 || size > text.size() || !is_text(text.substr(0, size))) return 0;
  return lead == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0 ? 0 : size;
}

}  // namespace

void write_error(std::string_view text) {
  static ErrorStream stream;
  stream.write(text);
}

std::string printable(std::string_view text) {
  std::string shown;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto octet = static_cast<unsigned char>(text[i]);
    if (octet == '\n' || (octet >= 0x20 && octet < 0x7F)) {
      shown += text[i];
    } else if (const std::size_t size = character_at(text.substr(i)); size > 0) {
      shown += text.substr(i, size);
      i += size - 1;
    } else {
      shown += octet == '\t' ? std::string(" ") : fmt::format("\\x{:02x}", octet);
    }
  }
  return shown;
}

}  // namespace understudy::cli
