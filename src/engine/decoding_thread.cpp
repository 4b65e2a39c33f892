#include "engine/decoding_thread.hpp"

#include <pthread.h>

#include <chrono>
#include <csignal>
#include <utility>

namespace understudy::engine {

DecodingThread::DecodingThread() {
  // Signals are for the thread that controls the command.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

DecodingThread::~DecodingThread() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

bool DecodingThread::add(std::size_t octets, std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (octets > 0 && waiting_ + octets > most_waiting) return false;
    waiting_ += octets;
    tasks_.push_back({octets, std::move(task)});
  }
  changed_.notify_all();
  return true;
}

bool DecodingThread::add_and_settle(std::size_t octets, std::function<void()> task) {
  constexpr std::chrono::milliseconds soon(100);
  std::unique_lock lock(mutex_);
  const bool was_idle = is_idle();
  lock.unlock();
  if (!add(octets, std::move(task))) return false;
  if (!was_idle) return true;
  lock.lock();
  changed_.wait_for(lock, soon, [this] { return is_idle(); });
  return true;
}

void DecodingThread::finish() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return is_idle(); });
}

void DecodingThread::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ending_ || !tasks_.empty(); });
    if (tasks_.empty()) return;
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    working_ = true;
    lock.unlock();
    task.run();
    task.run = nullptr;  // with what it holds, before it is counted as done
    lock.lock();
    working_ = false;
    waiting_ -= task.octets;
    changed_.notify_all();
  }
}

}  // namespace understudy::engine
