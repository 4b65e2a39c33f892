// What an observer has learned and not handed over yet, and whether it still follows its
// connection: the part of Observer that all protocols have alike.
#pragma once

#include <deque>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "understudy/observer.hpp"

namespace understudy {

class ObserverQueue {
 public:
  [[nodiscard]] std::optional<Observed> next() {
    if (waiting_.empty()) return std::nullopt;
    auto oldest = std::make_optional(std::move(waiting_.front()));
    waiting_.pop_front();
    return oldest;
  }
  [[nodiscard]] Sync sync() const noexcept { return sync_; }
  [[nodiscard]] bool in_sync() const noexcept { return sync_ == Sync::in_sync; }

  /// The facts of the session come before its first exchange, whatever waits already.
  void open(Document facts) { waiting_.emplace_front(SessionOpened{std::move(facts)}); }
  void tell(Exchange exchange) { waiting_.emplace_back(std::move(exchange)); }
  void warn(std::string text, bool lost_change = false) {
    waiting_.emplace_back(Warned{std::move(text), lost_change});
  }
  void warn_once(std::string text, bool lost_change = false) {
    if (warned_.insert(text).second) warn(std::move(text), lost_change);
  }
  /// `why`: what was seen ("the client's packets are malformed"). What it means for the person who
  /// records is added here.
  void stop(Sync sync, std::string why, bool lost_change = false) {
    sync_ = sync;
    warn(std::move(why) + "; from here on this connection is relayed and not recorded",
         lost_change);
  }

 private:
  std::deque<Observed> waiting_;
  std::set<std::string> warned_;
  Sync sync_ = Sync::in_sync;
};

}  // namespace understudy
