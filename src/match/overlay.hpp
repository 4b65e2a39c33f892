// The version chains of an open transaction, seen by its connection only.
#pragma once

#include <algorithm>
#include <cstdint>

#include "match/chains.hpp"
#include "match/transaction.hpp"

namespace understudy::match {

/// What a write does to the version of one key.
struct Bump {
  std::uint32_t key;
  std::uint32_t author;  ///< which write it was, as the caller numbers them
  std::uint64_t write;   ///< its identity
  Version content = 0;   ///< the version that the key gets; 0: its chain is extended

  [[nodiscard]] Version after(Version before) const noexcept {
    return content != 0 ? content : extend(before, write);
  }
};

/// Writes are kept in order and applied anew on commit, because other connections may have
/// extended the same chains meanwhile.
class Overlay : public Transaction<Bump> {
 public:
  void bump(const Bump& bump) { add(bump); }

  /// `base`, which is what the others see now, behind this transaction's writes to `key`.
  [[nodiscard]] Version effective(std::uint32_t key, Version base) const noexcept {
    for (const Bump& bump : log())
      if (bump.key == key) base = bump.after(base);
    return base;
  }

  /// Its last write to `key`; null where there is none.
  [[nodiscard]] const Bump* last(std::uint32_t key) const noexcept {
    const auto found = std::find_if(log().rbegin(), log().rend(),
                                    [key](const Bump& bump) { return bump.key == key; });
    return found == log().rend() ? nullptr : &*found;
  }

  /// The transaction's writes as one number: equal only where it did the same in the same states.
  [[nodiscard]] Version fingerprint() const noexcept {
    Version all = 0;
    for (const Bump& bump : log()) all = extend(all, bump.write);
    return all;
  }
};

}  // namespace understudy::match
