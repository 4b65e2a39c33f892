// The version chains of an open transaction, seen by its connection only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "match/chains.hpp"
#include "understudy/request.hpp"

namespace understudy::match {

/// Writes are kept in order and applied anew on commit, because other connections may have
/// extended the same chains meanwhile.
class Overlay {
 public:
  struct Bump {
    std::uint32_t key;
    std::uint32_t author;  ///< which write it was, as the caller numbers them
    std::uint64_t write;   ///< its identity
    Version content = 0;   ///< the version that the key gets; 0: its chain is extended

    [[nodiscard]] Version after(Version before) const noexcept {
      return content != 0 ? content : extend(before, write);
    }
  };

  [[nodiscard]] bool active() const noexcept { return active_; }
  void begin() noexcept { active_ = true; }
  /// The transaction, if one is open, has written nothing.
  [[nodiscard]] bool empty() const noexcept { return log_.empty(); }

  void bump(const Bump& bump) { log_.push_back(bump); }

  /// `base`, which is what the others see now, behind this transaction's writes to `key`.
  [[nodiscard]] Version effective(std::uint32_t key, Version base) const noexcept {
    for (const Bump& bump : log_)
      if (bump.key == key) base = bump.after(base);
    return base;
  }

  /// The transaction's writes so far, in order.
  [[nodiscard]] const std::vector<Bump>& log() const noexcept { return log_; }
  /// Its last write to `key`; null where there is none.
  [[nodiscard]] const Bump* last(std::uint32_t key) const noexcept {
    const auto found = std::find_if(log_.rbegin(), log_.rend(),
                                    [key](const Bump& bump) { return bump.key == key; });
    return found == log_.rend() ? nullptr : &*found;
  }

  /// The transaction's writes as one number: equal only where it did the same in the same states.
  [[nodiscard]] Version fingerprint() const noexcept {
    Version all = 0;
    for (const Bump& bump : log_) all = extend(all, bump.write);
    return all;
  }

  /// A savepoint of a name that exists hides the older one, as in SQL.
  void savepoint(std::string_view name) { savepoints_.push_back({std::string(name), log_.size()}); }
  /// False where there is no such savepoint.
  bool release(std::string_view name) {
    const auto found = find(name);
    if (found == savepoints_.end()) return false;
    savepoints_.erase(found, savepoints_.end());
    return true;
  }
  bool rollback_to(std::string_view name) {
    const auto found = find(name);
    if (found == savepoints_.end()) return false;
    log_.resize(found->size);
    savepoints_.erase(found + 1, savepoints_.end());
    return true;
  }

  /// The writes to apply on commit. Ends the transaction.
  [[nodiscard]] std::vector<Bump> commit() {
    std::vector<Bump> log = std::move(log_);
    drop();
    return log;
  }
  void drop() {
    active_ = false;
    log_.clear();
    savepoints_.clear();
  }
  /// Everything that a control does to the overlay alone; a commit is the caller's (see commit()).
  void apply(Control control, std::string_view name) {
    switch (control) {
      case Control::begin:
        return begin();
      case Control::rollback:
      case Control::reset:
        return drop();
      case Control::savepoint:
        return savepoint(name);
      case Control::release:
        return static_cast<void>(release(name));
      case Control::rollback_to:
        return static_cast<void>(rollback_to(name));
      case Control::commit:
      case Control::watch:
      case Control::unwatch:
      case Control::none:
        return;
    }
  }

 private:
  struct Savepoint {
    std::string name;
    std::size_t size;  // of the log when it was set
  };
  [[nodiscard]] std::vector<Savepoint>::iterator find(std::string_view name) {
    const auto found =
        std::find_if(savepoints_.rbegin(), savepoints_.rend(),
                     [&](const Savepoint& savepoint) { return savepoint.name == name; });
    return found == savepoints_.rend() ? savepoints_.end() : std::prev(found.base());
  }

  bool active_ = false;
  std::vector<Bump> log_;
  std::vector<Savepoint> savepoints_;
};

}  // namespace understudy::match
