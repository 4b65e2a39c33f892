// What a connection did in its open transaction, and what becomes of it: transactions are followed
// here and nowhere else.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "understudy/request.hpp"

namespace understudy::match {

/// Keeps what was done, in order. Items are whatever the caller follows: changes of versions, steps
/// of a recording, rows.
template <class Item>
class Transaction {
 public:
  using Log = std::vector<Item>;

  [[nodiscard]] bool active() const noexcept { return active_; }
  /// What was done in it so far and not undone.
  [[nodiscard]] const Log& log() const noexcept { return log_; }
  [[nodiscard]] bool empty() const noexcept { return log_.empty(); }
  /// Another number whenever items were removed; else they were only added.
  [[nodiscard]] std::uint64_t removals() const noexcept { return removals_; }

  void add(Item item) { log_.push_back(std::move(item)); }
  /// Removes the items of which `is_gone(item)`, which may change the others.
  template <class IsGone>
  void erase_if(IsGone&& is_gone) {
    Log kept;
    auto savepoint = savepoints_.begin();
    const auto pass = [&](std::size_t at) {
      for (; savepoint != savepoints_.end() && savepoint->size <= at; ++savepoint)
        savepoint->size = kept.size();
    };
    for (std::size_t i = 0; i < log_.size(); ++i) {
      pass(i);
      if (!is_gone(log_[i])) kept.push_back(std::move(log_[i]));
    }
    pass(log_.size());
    log_ = std::move(kept);
    ++removals_;
  }

  /// Carries out what a control does once it was answered, and gives what became visible to others
  /// by it: the log, where a commit succeeded. One that failed undid the transaction. (No other
  /// control that failed is one.)
  [[nodiscard]] Log carry_out(Control control, std::string_view name, bool succeeded = true) {
    switch (control) {
      case Control::begin:
        begin();
        break;
      case Control::commit:
        if (succeeded) return commit();
        [[fallthrough]];
      case Control::rollback:
      case Control::reset:
        drop();
        break;
      case Control::savepoint:
        savepoint(name);
        break;
      case Control::release:
        static_cast<void>(release(name));
        break;
      case Control::rollback_to:
        static_cast<void>(rollback_to(name));
        break;
      case Control::watch:
      case Control::unwatch:
      case Control::none:
        break;
    }
    return {};
  }

  void begin() noexcept { active_ = true; }
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
    log_.erase(log_.begin() + static_cast<std::ptrdiff_t>(found->size), log_.end());
    ++removals_;
    savepoints_.erase(found + 1, savepoints_.end());
    return true;
  }
  /// What is to be made visible. Ends the transaction.
  [[nodiscard]] Log commit() {
    Log log = std::move(log_);
    drop();
    return log;
  }
  void drop() {
    active_ = false;
    log_.clear();
    ++removals_;
    savepoints_.clear();
  }

 private:
  struct Savepoint {
    std::string name;
    std::size_t size;  // of the log when it was set
  };
  [[nodiscard]] typename std::vector<Savepoint>::iterator find(std::string_view name) {
    const auto found =
        std::find_if(savepoints_.rbegin(), savepoints_.rend(),
                     [&](const Savepoint& savepoint) { return savepoint.name == name; });
    return found == savepoints_.rend() ? savepoints_.end() : std::prev(found.base());
  }

  bool active_ = false;
  Log log_;
  std::uint64_t removals_ = 0;
  std::vector<Savepoint> savepoints_;  // ascending by size
};

}  // namespace understudy::match
