// The version chains of an open transaction, seen by its connection only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "match/chains.hpp"
#include "match/transaction.hpp"

namespace understudy::match {

using table::KeyId;
/// A statement that writes sees the newest there, whatever it reads beside.
[[nodiscard]] constexpr Sight sight_of(Sight sight, bool writes) noexcept {
  return writes && sight == Sight::snapshot ? Sight::unknown : sight;
}
using Versions = table::ListBy<KeyId, Version>;
/// Which write it was, by the number that the user of a Loop gives it, or none.
using Author = table::MaybeId<struct AuthorKind>;

/// What a write does to the version of one key.
struct Advance {
  KeyId key;
  Author author;
  std::uint64_t write;  ///< its identity
  Version content = 0;  ///< the version that the key gets; 0: its chain is extended

  [[nodiscard]] Version after(Version before) const noexcept {
    return content != 0 ? content : extend(before, write);
  }
};

/// Writes are kept in order and applied anew on commit, because other connections may have
/// extended the same chains meanwhile.
class Overlay : public Transaction<Advance> {
 public:
  void advance(const Advance& advance) { add(advance); }

  // ---- what it sees of others ----
  /// The request that is under way sees so. True where it needs a snapshot that is not there yet.
  [[nodiscard]] bool look(Sight sight) noexcept {
    sight_ = sight;
    return active() && sight != Sight::newest && !snapshot_;
  }
  /// What others have committed by now. Where the request need not have looked at it, the server's
  /// may be that of a later request.
  void keep(std::shared_ptr<const Versions> snapshot) {
    snapshot_ = std::move(snapshot);
    is_certain_ = sight_ == Sight::snapshot;
  }
  /// Whether the request that is under way sees the snapshot in place of what is there now.
  [[nodiscard]] bool sees_snapshot() const noexcept {
    return snapshot_ && sight_ != Sight::newest;
  }
  [[nodiscard]] Log carry_out(Control control, std::string_view name, bool succeeded = true) {
    Log visible = Transaction::carry_out(control, name, succeeded);
    if (!active()) snapshot_.reset();
    return visible;
  }
  [[nodiscard]] Log commit() {
    snapshot_.reset();
    return Transaction::commit();
  }
  void drop() {
    snapshot_.reset();
    Transaction::drop();
  }

  /// `newest`, which is what the others see now, or what the request sees of them, behind this
  /// transaction's writes to `key`. What it has written over a version that its snapshot does not
  /// have is a state of its own, and so is one of which is not known which of the two is seen.
  [[nodiscard]] Version effective(KeyId key, Version newest) const {
    if (!sees_snapshot() || (*snapshot_)[key] == newest) return behind_own(key, newest);
    const Version then = (*snapshot_)[key];
    if (is_certain_ && sight_ == Sight::snapshot && last(key) == nullptr) return then;
    return extend(behind_own(key, then), behind_own(key, newest));
  }

  /// Its last write to `key`; null where there is none.
  [[nodiscard]] const Advance* last(KeyId key) const {
    const Places& places = places_of(key);
    return places.empty() ? nullptr : &log()[places.back()];
  }

  /// The transaction's writes as one number: equal only where it did the same in the same states.
  [[nodiscard]] Version fingerprint() const noexcept {
    Version all = 0;
    for (const Advance& advance : log()) all = extend(all, advance.write);
    return all;
  }

 private:
  using Places = std::vector<std::size_t>;
  /// As many writes are looked through faster than they are looked up.
  static constexpr std::size_t few = 16;

  /// `base` behind this transaction's writes to `key`.
  [[nodiscard]] Version behind_own(KeyId key, Version base) const {
    if (log().size() <= few) {
      for (const Advance& advance : log())
        if (advance.key == key) base = advance.after(base);
      return base;
    }
    for (const std::size_t place : places_of(key)) base = log()[place].after(base);
    return base;
  }

  /// Where in the log a key is written. A transaction of migrations has thousands of writes, and a
  /// definition depends on as many keys.
  [[nodiscard]] const Places& places_of(KeyId key) const {
    static const Places none;
    if (removals() != indexed_removals_) {
      places_.clear();
      indexed_ = 0;
      indexed_removals_ = removals();
    }
    for (; indexed_ < log().size(); ++indexed_) places_[log()[indexed_].key].push_back(indexed_);
    const auto found = places_.find(key);
    return found == places_.end() ? none : found->second;
  }

  Sight sight_ = Sight::newest;
  std::shared_ptr<const Versions> snapshot_;
  bool is_certain_ = false;
  mutable std::unordered_map<KeyId, Places> places_;
  mutable std::size_t indexed_ = 0;
  mutable std::uint64_t indexed_removals_ = 0;
};

}  // namespace understudy::match
