// The one loop: requests are asked in a state, writes take effect, transactions become visible or
// do not. Compile runs recordings through it, serving runs on it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <unordered_map>
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
  bool changed = true;         ///< else it advances only what is outside of transactions
  bool certain = true;         ///< it was answered as here; else what follows from that is unknown
  Author author{};             ///< who made it
};

/// Of each key whether it is advanced outside of transactions.
using ImmediateKeys = table::ListBy<KeyId, bool>;

/// The state of one scope of one service: a version per tracked key, shared by all threads.
///
/// Readers take no lock: a sequence lock gives them a consistent snapshot of several keys. Writers
/// hold `mutex()` from their look-up to their advance, so that no write slips in between.
///
/// `History` keeps what its user wants to know of the writes beside the versions:
///   RequestId                 the type of the numbers of its user's requests
///   note(const Advance&)         a write became visible to all; keys of one write follow each
///   other pending(const Advance&)      a write went into a transaction: the number to keep as its
///   author end_write(), clear()
template <class History>
class Loop {
 public:
  using RequestId = typename History::RequestId;

  Loop(ImmediateKeys immediate, History history)
      : immediate_(std::move(immediate)),
        versions_(immediate_.size()),
        history_(std::move(history)) {}
  explicit Loop(const ImmediateKeys& immediate) : Loop(immediate, History(immediate.size())) {}

  /// The state of `keys` as the connection of `overlay` sees it.
  [[nodiscard]] Version state(std::span<const KeyId> keys, const Overlay& overlay) const {
    for (;;) {
      const std::uint64_t before = sequence_.load(std::memory_order_acquire);
      const Version state = state_of(keys, [&](KeyId key) {
        const Version base = versions_[key].load(std::memory_order_relaxed);
        return overlay.active() && !immediate_[key] ? overlay.effective(key, base) : base;
      });
      std::atomic_thread_fence(std::memory_order_acquire);
      if (before % 2 == 0 && sequence_.load(std::memory_order_relaxed) == before) return state;
    }
  }

  /// `state` as one in which a request is asked anew: another one for each ask, which depends on
  /// the states in which it was asked before and on whether anything was written since. For
  /// requests whose answers may change by being asked: polls, retries, rate limits. What changes
  /// unseen survives a write to something else, so nothing but the same asks makes the same state.
  /// Hold `mutex()`; note_ask() says that it was asked.
  [[nodiscard]] Version nth_ask(RequestId request, Version state) const {
    const auto found = asks_.find(request);
    if (found == asks_.end()) return first_ask(state);
    const bool written = found->second.changes != changes_;
    return extend(extend(found->second.states.back(), state), written ? 2 : 1);
  }
  void note_ask(RequestId request, Version state) {
    const Version nth = nth_ask(request, state);
    Asks& asks = asks_[request];
    if (asks.states.size() == asks_kept) asks.states.erase(asks.states.begin());
    asks.states.push_back(nth);
    asks.changes = changes_;
  }
  /// What nth_ask() was for the latest asks of a request, the oldest first.
  [[nodiscard]] std::span<const Version> asked_before(RequestId request) const {
    const auto found = asks_.find(request);
    return found == asks_.end() ? std::span<const Version>() : found->second.states;
  }

  [[nodiscard]] Version version(KeyId key) const noexcept {
    return versions_[key].load(std::memory_order_acquire);
  }

  /// What everybody sees now. Hold `mutex()`.
  [[nodiscard]] std::shared_ptr<const Versions> snapshot() {
    if (snapshot_ && taken_at_ == changes_) return snapshot_;
    Versions versions;
    for (const auto& version : versions_)
      versions.push_back(version.load(std::memory_order_relaxed));
    snapshot_ = std::make_shared<const Versions>(std::move(versions));
    taken_at_ = changes_;
    return snapshot_;
  }

  [[nodiscard]] std::mutex& mutex() noexcept { return mutex_; }

  /// A write of a connection: into its transaction where one is open. Hold `mutex()`.
  void advance(std::span<const table::format::AdvanceRecord> advances, const Taken& write,
               Overlay& overlay) {
    const Change change(*this);
    for (const table::format::AdvanceRecord& record : advances) {
      const Advance advance = {record.key, write.author, write.identity,
                               version_behind(record, write)};
      const bool takes_effect = write.changed || advance.content != 0;
      if (immediate_[advance.key] || (takes_effect && !overlay.active()))
        apply(advance);
      else if (takes_effect)
        overlay.advance({advance.key, history_.pending(advance), advance.write, advance.content});
    }
    history_.end_write();
  }

  /// A control of a connection, once it was answered; see Transaction. Hold `mutex()`.
  void carry_out(Control control, std::string_view name, bool succeeded, Overlay& overlay) {
    merge(overlay.carry_out(control, name, succeeded));
  }

  /// Makes a transaction's writes visible. Hold `mutex()`.
  void merge(const std::vector<Advance>& log) {
    if (log.empty()) return;
    const Change change(*this);
    for (const Advance& advance : log) apply(advance);
    history_.end_write();
  }

  /// What its user keeps of the writes. Hold `mutex()`.
  [[nodiscard]] const History& history() const noexcept { return history_; }

  /// The state before the first write. Hold `mutex()`.
  void reset() {
    const Change change(*this);
    for (auto& version : versions_) version.store(0, std::memory_order_relaxed);
    snapshot_.reset();
    history_.clear();
    asks_.clear();
  }

  /// Behind reset(): what is there at a key is that of another beginning. Hold `mutex()`.
  void begin(KeyId key, Version version) {
    const Change change(*this);
    versions_[key].store(version, std::memory_order_relaxed);
    snapshot_.reset();
  }

 private:
  /// Odd sequence numbers tell readers that versions are being changed.
  class Change {
   public:
    explicit Change(Loop& loop) : loop_(loop) {
      loop_.sequence_.fetch_add(1, std::memory_order_relaxed);
      std::atomic_thread_fence(std::memory_order_release);
    }
    ~Change() { loop_.sequence_.fetch_add(1, std::memory_order_release); }
    Change(const Change&) = delete;
    Change& operator=(const Change&) = delete;

   private:
    Loop& loop_;
  };

  /// What a write determines by its answer is not known where the answer is not.
  [[nodiscard]] static Version version_behind(const table::format::AdvanceRecord& record,
                                              const Taken& write) noexcept {
    const bool known = write.certain || (record.flags & table::format::advance_always) != 0;
    return known ? record.content : 0;
  }

  void apply(const Advance& advance) {
    std::atomic<Version>& version = versions_[advance.key];
    version.store(advance.after(version.load(std::memory_order_relaxed)),
                  std::memory_order_relaxed);
    history_.note(advance);
    ++changes_;
  }

  ImmediateKeys immediate_;
  table::ListBy<KeyId, std::atomic<Version>> versions_;
  History history_;
  static constexpr std::size_t asks_kept = 64;
  struct Asks {
    std::vector<Version> states;  // see asked_before()
    std::uint64_t changes = 0;    // when it was asked last
  };
  std::unordered_map<RequestId, Asks> asks_;
  std::uint64_t changes_ = 0;  ///< writes to keys that became visible
  /// Transactions that look while nothing changes share one.
  std::shared_ptr<const Versions> snapshot_;
  std::uint64_t taken_at_ = 0;  ///< `changes_` of it
  std::atomic<std::uint64_t> sequence_{0};
  std::mutex mutex_;
};

/// The loop as it serves.
using Scope = Loop<LastWrites>;

}  // namespace understudy::match
