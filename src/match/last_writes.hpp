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
  using RequestId = table::RequestId;
  /// In place of a request's: it was computed, and is no recorded one.
  static constexpr Author computed{table::Id<AuthorKind>(0xFFFFFFFD)};
  [[nodiscard]] static constexpr Author author_of(RequestId request) noexcept {
    return table::Id<AuthorKind>(request.index());
  }
  /// None where no recorded request made it.
  [[nodiscard]] static constexpr table::MaybeRequestId request_of(Author author) noexcept {
    if (!author || author == computed) return {};
    return RequestId((*author).index());
  }

  struct Write {
    Author author;               ///< none where nobody wrote
    std::uint64_t identity = 0;  ///< see write_identity
  };
  /// When a request last took effect, and how often it did.
  struct Turn {
    std::uint64_t order = 0;  ///< the later the higher; 0 where it never did
    std::uint32_t times = 0;
  };

  explicit LastWrites(std::size_t key_count) : key_count_(key_count) {}

  /// One advance. Those of one write follow each other, their keys ascending.
  void note(const Advance& advance) {
    if (by_key_.empty()) by_key_.resize(key_count_);
    by_key_[advance.key] = {advance.author, advance.write};
    if (!same_write(previous_, advance)) {
      Turn& turn = by_author_[advance.author];
      turn.order = ++order_;
      ++turn.times;
    }
    previous_ = advance;
  }
  /// Writes of a transaction keep their author until they are committed.
  [[nodiscard]] Author pending(const Advance& advance) const noexcept { return advance.author; }
  /// What is noted next is of another write.
  void end_write() noexcept { previous_.author = {}; }

  [[nodiscard]] Write of_key(KeyId key) const { return by_key_.empty() ? Write{} : by_key_[key]; }
  [[nodiscard]] Turn of_author(Author author) const {
    const auto found = by_author_.find(author);
    return found == by_author_.end() ? Turn{} : found->second;
  }

  void clear() {
    by_key_.clear();
    by_author_.clear();
    end_write();
  }

  [[nodiscard]] static bool same_write(const Advance& earlier, const Advance& later) noexcept {
    return earlier.author == later.author && earlier.write == later.write &&
           earlier.key < later.key;
  }

 private:
  std::size_t key_count_;
  table::ListBy<KeyId, Write> by_key_;
  std::unordered_map<Author, Turn> by_author_;
  std::uint64_t order_ = 0;
  Advance previous_{{}, {}, 0, 0};
};

/// The writes as one connection sees them: those of its scope, then those of its own transaction.
class SeenWrites {
 public:
  /// Both outlive it.
  SeenWrites(const LastWrites& scope, const Overlay& overlay) : scope_(scope), overlay_(overlay) {}

  [[nodiscard]] LastWrites::Write last(KeyId key) const {
    const Advance* own = overlay_.last(key);
    return own != nullptr ? LastWrites::Write{own->author, own->write} : scope_.of_key(key);
  }

  [[nodiscard]] LastWrites::Turn turn(Author author) const {
    LastWrites::Turn turn = scope_.of_author(author);
    const auto& log = overlay_.log();
    for (std::size_t i = 0; i < log.size(); ++i) {
      if (log[i].author != author) continue;
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
