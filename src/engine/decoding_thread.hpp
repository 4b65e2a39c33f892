// Decodes what was relayed, in the order in which it was seen, behind the relay.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace understudy::engine {

/// Works off tasks in their order. `add` and `finish` are for one thread.
class DecodingThread {
 public:
  /// Bytes of tasks that may wait.
  static constexpr std::size_t most_waiting = std::size_t{256} << 20;

  DecodingThread();
  ~DecodingThread();  ///< after all tasks
  DecodingThread(const DecodingThread&) = delete;
  DecodingThread& operator=(const DecodingThread&) = delete;

  /// `octets`: what the task holds. False, and nothing is done, where too much waits already; tasks
  /// that hold nothing are always taken.
  [[nodiscard]] bool add(std::size_t octets, std::function<void()> task);
  /// The same, and waits for its end where that comes soon and nothing else is under way: so that a
  /// recorder that is killed has written what it relayed, unless decoding takes long.
  [[nodiscard]] bool add_and_settle(std::size_t octets, std::function<void()> task);
  /// Returns when all tasks are done.
  void finish();

 private:
  struct Task {
    std::size_t octets;
    std::function<void()> run;
  };

  void run();
  [[nodiscard]] bool is_idle() const noexcept { return tasks_.empty() && !working_; }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  std::size_t waiting_ = 0;
  bool working_ = false;
  bool ending_ = false;
  std::thread thread_;  // last, so that all else is there when it begins
};

}  // namespace understudy::engine
