#include "compile/input/read_ahead.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <thread>

namespace understudy::compile {
namespace {

constexpr std::size_t batch_size = 64;         // exchanges that one thread parses at a time
constexpr std::size_t batches_per_thread = 4;  // read ahead

struct Batch {
  std::size_t file = 0;
  std::shared_ptr<const store::SessionReader> reader;  // keeps the text of the slices
  std::vector<store::YamlSlice> slices;
  Diagnostics after;  // found while cutting behind the last slice
};

struct Parsed {
  std::size_t file = 0;
  std::vector<store::ReadExchange> exchanges;
  Diagnostics problems;
};

Parsed parse(const Batch& batch) {
  Parsed parsed{batch.file, {}, {}};
  for (const store::YamlSlice& slice : batch.slices)
    if (auto read = batch.reader->parse(slice, parsed.problems))
      parsed.exchanges.push_back(std::move(*read));
  parsed.problems.insert(parsed.problems.end(), batch.after.begin(), batch.after.end());
  return parsed;
}

/// Threads that take tasks from one queue.
class Workers {
 public:
  explicit Workers(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) threads_.emplace_back([this] { work(); });
  }
  ~Workers() {
    {
      const std::scoped_lock lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
  }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  std::future<Parsed> start(Batch batch) {
    std::packaged_task<Parsed()> task([batch = std::move(batch)] { return parse(batch); });
    std::future<Parsed> result = task.get_future();
    {
      const std::scoped_lock lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    changed_.notify_one();
    return result;
  }

 private:
  void work() {
    for (;;) {
      std::packaged_task<Parsed()> task;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return ended_ || !tasks_.empty(); });
        if (tasks_.empty()) return;
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      task();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::packaged_task<Parsed()>> tasks_;
  bool ended_ = false;
  std::vector<std::jthread> threads_;  // last: they end before what they use
};

/// Cuts the files into batches, one after the other.
class Cutter {
 public:
  Cutter(const std::vector<std::filesystem::path>& files, const SessionVisitor& visitor)
      : files_(files), visitor_(visitor) {}

  /// The next batch, which may hold problems only; nothing when all files are cut.
  std::optional<Batch> next() {
    if (!reader_ && file_ == files_.size()) return std::nullopt;
    Batch batch;
    if (!reader_ && !open(batch)) return batch;
    batch.file = file_ - 1;
    batch.reader = reader_;
    while (batch.slices.size() < batch_size) {
      const auto slice = reader_->cut(batch.after);
      if (!slice) {
        reader_ = nullptr;
        break;
      }
      batch.slices.push_back(*slice);
    }
    return batch;
  }

 private:
  bool open(Batch& batch) {
    auto reader = store::SessionReader::open(files_[file_++], batch.after);
    if (!reader || !visitor_.header(file_ - 1, reader->header(), batch.after)) return false;
    reader_ = std::make_shared<store::SessionReader>(std::move(*reader));
    return true;
  }

  const std::vector<std::filesystem::path>& files_;
  const SessionVisitor& visitor_;
  std::size_t file_ = 0;
  std::shared_ptr<store::SessionReader> reader_;
};

void hand_over(Parsed parsed, const SessionVisitor& visitor, Diagnostics& problems) {
  problems.insert(problems.end(), parsed.problems.begin(), parsed.problems.end());
  for (store::ReadExchange& read : parsed.exchanges) visitor.exchange(parsed.file, std::move(read));
}

}  // namespace

void read_sessions(const std::vector<std::filesystem::path>& files, const SessionVisitor& visitor,
                   Diagnostics& problems) {
  const std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
  Workers workers(threads);
  Cutter cutter(files, visitor);
  std::deque<std::future<Parsed>> pending;
  for (bool more = true; more || !pending.empty();) {
    while (more && pending.size() < threads * batches_per_thread) {
      auto batch = cutter.next();
      more = batch.has_value();
      if (more) pending.push_back(workers.start(std::move(*batch)));
    }
    if (pending.empty()) return;
    hand_over(pending.front().get(), visitor, problems);
    pending.pop_front();
  }
}

}  // namespace understudy::compile
