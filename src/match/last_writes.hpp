// Which write came last, for every key and every request of a scope: for guesses and for telling
// what differs, never for a certain answer.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "match/overlay.hpp"

namespace understudy::match {

/// Not thread-safe; memory is taken with the first write.
class LastWrites {
 public:
  static constexpr std::uint32_t nobody = 0xFFFFFFFF;
  /// In place of the number of a request: it was computed, and no recorded one.
  static constexpr std::uint32_t computed = 0xFFFFFFFE;

  struct Write {
    std::uint32_t author = nobody;  ///< number of its request
    std::uint64_t identity = 0;     ///< see write_identity
  };
  /// When a request last took effect, and how often it did.
  struct Turn {
    std::uint64_t order = 0;  ///< the later the higher; 0 where it never did
    std::uint32_t times = 0;
  };

  explicit LastWrites(std::size_t key_count) : key_count_(key_count) {}

  /// One bump. Those of one write follow each other, their keys ascending.
  void note(const Bump& bump) {
    if (by_key_.empty()) by_key_.resize(key_count_);
    by_key_[bump.key] = {bump.author, bump.write};
    if (!same_write(previous_, bump)) {
      Turn& turn = by_request_[bump.author];
      turn.order = ++order_;
      ++turn.times;
    }
    previous_ = bump;
  }
  /// Writes of a transaction keep their author until they are committed.
  [[nodiscard]] std::uint32_t pending(const Bump& bump) const noexcept { return bump.author; }
  /// What is noted next is of another write.
  void end_write() noexcept { previous_.author = nobody; }

  [[nodiscard]] Write of_key(std::uint32_t key) const {
    return by_key_.empty() ? Write{} : by_key_[key];
  }
  [[nodiscard]] Turn of_request(std::uint32_t request) const {
    const auto found = by_request_.find(request);
    return found == by_request_.end() ? Turn{} : found->second;
  }

  void clear() {
    by_key_.clear();
    by_request_.clear();
    end_write();
  }

  [[nodiscard]] static bool same_write(const Bump& earlier, const Bump& later) noexcept {
    return earlier.author == later.author && earlier.write == later.write &&
           earlier.key < later.key;
  }

 private:
  std::size_t key_count_;
  std::vector<Write> by_key_;
  std::unordered_map<std::uint32_t, Turn> by_request_;
  std::uint64_t order_ = 0;
  Bump previous_{0, nobody, 0, 0};
};

/// The writes as one connection sees them: those of its scope, then those of its own transaction.
class SeenWrites {
 public:
  /// Both outlive it.
  SeenWrites(const LastWrites& scope, const Overlay& overlay) : scope_(scope), overlay_(overlay) {}

  [[nodiscard]] LastWrites::Write last(std::uint32_t key) const {
    const Bump* own = overlay_.last(key);
    return own != nullptr ? LastWrites::Write{own->author, own->write} : scope_.of_key(key);
  }

  [[nodiscard]] LastWrites::Turn turn(std::uint32_t request) const {
    LastWrites::Turn turn = scope_.of_request(request);
    const auto& log = overlay_.log();
    for (std::size_t i = 0; i < log.size(); ++i) {
      if (log[i].author != request) continue;
      if (i == 0 || !LastWrites::same_write(log[i - 1], log[i])) ++turn.times;
      turn.order = uncommitted + i;
    }
    return turn;
  }

 private:
  static constexpr std::uint64_t uncommitted = std::uint64_t{1} << 63;
  const LastWrites& scope_;
  const Overlay& overlay_;
};

}  // namespace understudy::match
