// Which value of this run stands for which recorded one, in one scope.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace understudy::match {

/// A bijection between live and recorded values, both folded (match/value_type.hpp). Times are let
/// off: several instants of this run may stand for one of the recording, and the reverse.
/// Shared by all services of a scope: a uuid that goes into PostgreSQL is a key of Redis too.
/// Hold `mutex()` for every call but `clear`.
class Renaming {
 public:
  /// Microseconds since 1970 when each recording began whose times are to be shifted; empty: none.
  explicit Renaming(std::vector<std::int64_t> recordings = {})
      : recordings_(std::move(recordings)) {}

  /// The scope is used from now on, in microseconds since 1970. Hold `mutex()`.
  void begin(std::int64_t now) { began_ = now; }
  /// How much later than in a recording it is, in microseconds: whole seconds, so that fractions
  /// stay as they are.
  [[nodiscard]] std::int64_t shift_of(std::uint32_t recording) const noexcept;
  /// Of how many recordings times are shifted.
  [[nodiscard]] std::uint32_t shifted_recordings() const noexcept {
    return began_ == 0 ? 0 : static_cast<std::uint32_t>(recordings_.size());
  }

  [[nodiscard]] std::mutex& mutex() noexcept { return mutex_; }

  /// The recorded value that `live` stands for; of a time the one that was bound last.
  [[nodiscard]] const std::string* recorded_of(const std::string& live) const;
  /// The live value that stands for `recorded`; of a time the one that was bound last.
  [[nodiscard]] const std::string* live_of(const std::string& recorded) const;
  [[nodiscard]] bool bound(const std::string& recorded, const std::string& live) const;
  /// A recorded time for which several live ones stand: which one an answer means is not known.
  [[nodiscard]] bool ambiguous(const std::string& recorded) const;

  /// Whether of any two values of these kinds (a bit each) those of this run compare as the
  /// recorded ones do. Of random ones nobody knows how they compare with others that stay.
  [[nodiscard]] bool order_kept(std::uint32_t kinds) const noexcept {
    return (disordered_ & kinds) == 0;
  }

  /// False, and nothing is bound, where one of them is bound otherwise already.
  bool bind(const std::string& recorded, const std::string& live);

  /// A live value that stands for no recorded one, and never will.
  void set_apart(const std::string& live) {
    apart_.insert(live);
    ++revision_;
  }
  [[nodiscard]] bool is_apart(const std::string& live) const { return apart_.contains(live); }

  /// Whether some live value differs from the recorded one.
  [[nodiscard]] bool renames() const noexcept { return renames_; }
  /// Grows with every change; never 0.
  [[nodiscard]] std::uint64_t revision() const noexcept { return revision_; }

  /// As at the beginning. Takes the lock by itself.
  void clear();

 private:
  /// A value as it compares with others of its kind.
  using Rank = std::pair<std::int64_t, std::string>;
  struct LiveRanks {
    Rank least, greatest;
  };
  [[nodiscard]] static Rank rank_of(std::string_view folded);
  void note_order(const std::string& recorded, const std::string& live);

  std::mutex mutex_;
  std::vector<std::int64_t> recordings_;
  std::int64_t began_ = 0;
  std::unordered_map<std::string, std::string> recorded_, live_;
  std::set<std::pair<std::string, std::string>> times_;  ///< (recorded, live)
  std::set<std::string, std::less<>> ambiguous_, apart_;
  std::map<std::uint32_t, std::map<Rank, LiveRanks>> ranks_;  ///< by kind, by the recorded one
  std::uint32_t disordered_ = 0;                              ///< kinds, a bit each
  std::uint64_t revision_ = 1;
  bool renames_ = false;
};

}  // namespace understudy::match
