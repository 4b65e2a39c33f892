// The live state of one scope: a version per tracked key, shared by all threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "match/chains.hpp"
#include "match/last_writes.hpp"
#include "match/overlay.hpp"
#include "table/format.hpp"

namespace understudy::match {

/// What is known of a write that is to take effect.
struct Taken {
  std::uint64_t identity = 0;  ///< see write_identity
  bool changed = true;         ///< else it bumps only what is outside of transactions
  bool certain = true;         ///< it was answered as here; else what follows from that is unknown
  std::uint32_t author = 0;    ///< the number of its request
};

/// Readers take no lock: a sequence lock gives them a consistent snapshot of several keys. Writers
/// hold `mutex()` from their look-up to their bump, so that no write slips in between.
class Scope {
 public:
  /// `immediate` tells of each key whether it is bumped outside of transactions.
  explicit Scope(std::vector<bool> immediate)
      : immediate_(std::move(immediate)),
        versions_(immediate_.size()),
        last_writes_(immediate_.size()) {}

  /// The state of `keys` as the connection of `overlay` sees it.
  [[nodiscard]] Version state(std::span<const std::uint32_t> keys, const Overlay& overlay) const {
    for (;;) {
      const std::uint64_t before = sequence_.load(std::memory_order_acquire);
      const Version state = state_of(keys, [&](std::uint32_t key) {
        const Version base = versions_[key].load(std::memory_order_relaxed);
        return overlay.active() ? overlay.effective(key, base) : base;
      });
      std::atomic_thread_fence(std::memory_order_acquire);
      if (before % 2 == 0 && sequence_.load(std::memory_order_relaxed) == before) return state;
    }
  }

  [[nodiscard]] Version version(std::uint32_t key) const noexcept {
    return versions_[key].load(std::memory_order_acquire);
  }

  [[nodiscard]] std::mutex& mutex() noexcept { return mutex_; }

  /// A write of a connection: into its transaction where one is open. Hold `mutex()`.
  void bump(std::span<const table::format::BumpRecord> bumps, const Taken& write,
            Overlay& overlay) {
    const Change change(*this);
    for (const table::format::BumpRecord& record : bumps) {
      const Overlay::Bump bump = {record.key, write.author, write.identity,
                                  version_behind(record, write)};
      const bool takes_effect = write.changed || bump.content != 0;
      if (immediate_[bump.key] || (takes_effect && !overlay.active()))
        apply(bump);
      else if (takes_effect)
        overlay.bump(bump);
    }
    last_writes_.end_write();
  }

  /// Makes a transaction's writes visible. Hold `mutex()`.
  void merge(const std::vector<Overlay::Bump>& log) {
    const Change change(*this);
    for (const Overlay::Bump& bump : log) apply(bump);
    last_writes_.end_write();
  }

  /// Which writes came last. Hold `mutex()`.
  [[nodiscard]] const LastWrites& last_writes() const noexcept { return last_writes_; }

  /// The state before the first write. Hold `mutex()`.
  void reset() {
    const Change change(*this);
    for (auto& version : versions_) version.store(0, std::memory_order_relaxed);
    last_writes_.clear();
  }

 private:
  /// Odd sequence numbers tell readers that versions are being changed.
  class Change {
   public:
    explicit Change(Scope& scope) : scope_(scope) {
      scope_.sequence_.fetch_add(1, std::memory_order_relaxed);
      std::atomic_thread_fence(std::memory_order_release);
    }
    ~Change() { scope_.sequence_.fetch_add(1, std::memory_order_release); }
    Change(const Change&) = delete;
    Change& operator=(const Change&) = delete;

   private:
    Scope& scope_;
  };

  /// What a write determines by its answer is not known where the answer is not.
  [[nodiscard]] static Version version_behind(const table::format::BumpRecord& record,
                                              const Taken& write) noexcept {
    const bool known = write.certain || (record.flags & table::format::bump_always) != 0;
    return known ? record.content : 0;
  }

  void apply(const Overlay::Bump& bump) {
    std::atomic<Version>& version = versions_[bump.key];
    version.store(bump.after(version.load(std::memory_order_relaxed)), std::memory_order_relaxed);
    last_writes_.note(bump);
  }

  std::vector<bool> immediate_;
  std::vector<std::atomic<Version>> versions_;
  LastWrites last_writes_;
  std::atomic<std::uint64_t> sequence_{0};
  std::mutex mutex_;
};

}  // namespace understudy::match
