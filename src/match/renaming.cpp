#include "match/renaming.hpp"

#include <algorithm>

#include "match/value_type.hpp"

namespace understudy::match {
namespace {

const std::string* find(const std::unordered_map<std::string, std::string>& map,
                        const std::string& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second;
}

/// A later value of its kind is a greater one.
bool grows_with_time(std::string_view folded) {
  switch (kind_of_folded(folded)) {
    case ValueKind::uuid: {  // versions 6 and 7
      const char version = folded.size() > 13 ? folded[13] : '4';
      return version == '6' || version == '7';
    }
    case ValueKind::hex:
    case ValueKind::token:
    case ValueKind::jwt:
    case ValueKind::bcrypt:
    case ValueKind::text:
      return false;
    default:
      return true;
  }
}

}  // namespace

Renaming::Rank Renaming::rank_of(std::string_view folded) {
  if (is_time(kind_of_folded(folded))) return {time_of(folded), {}};
  return {static_cast<std::int64_t>(folded.size()), std::string(folded)};
}

void Renaming::note_order(const std::string& recorded, const std::string& live) {
  const auto kind = static_cast<std::uint32_t>(kind_of_folded(recorded));
  const std::uint32_t bit = 1U << kind;
  if ((disordered_ & bit) != 0) return;
  bool kept = recorded == live || (grows_with_time(recorded) && grows_with_time(live));
  const Rank rank = rank_of(live);
  auto& ranks = ranks_[kind];
  const auto [here, added] = ranks.try_emplace(rank_of(recorded), LiveRanks{rank, rank});
  here->second = {std::min(here->second.least, rank), std::max(here->second.greatest, rank)};
  if (here != ranks.begin()) kept &= std::prev(here)->second.greatest < here->second.least;
  if (std::next(here) != ranks.end()) kept &= here->second.greatest < std::next(here)->second.least;
  if (!kept) disordered_ |= bit;
}

std::int64_t Renaming::shift_of(std::uint32_t recording) const noexcept {
  constexpr std::int64_t second = 1'000'000;
  if (recording >= shifted_recordings()) return 0;
  return (began_ - recordings_[recording]) / second * second;
}

const std::string* Renaming::recorded_of(const std::string& live) const {
  return find(recorded_, live);
}

const std::string* Renaming::live_of(const std::string& recorded) const {
  return find(live_, recorded);
}

bool Renaming::bound(const std::string& recorded, const std::string& live) const {
  if (is_time(kind_of_folded(recorded))) return times_.contains({recorded, live});
  const std::string* found = live_of(recorded);
  return found != nullptr && *found == live;
}

bool Renaming::ambiguous(const std::string& recorded) const {
  return ambiguous_.contains(recorded);
}

bool Renaming::bind(const std::string& recorded, const std::string& live) {
  if (bound(recorded, live)) return true;
  if (is_apart(live)) return false;
  if (is_time(kind_of_folded(recorded))) {
    if (live_.contains(recorded)) ambiguous_.insert(recorded);
    times_.emplace(recorded, live);
  } else if (live_.contains(recorded) || recorded_.contains(live)) {
    return false;
  }
  live_[recorded] = live;
  recorded_[live] = recorded;
  renames_ |= recorded != live;
  note_order(recorded, live);
  ++revision_;
  return true;
}

void Renaming::clear() {
  const std::scoped_lock lock(mutex_);
  recorded_.clear();
  live_.clear();
  times_.clear();
  ambiguous_.clear();
  apart_.clear();
  ranks_.clear();
  disordered_ = 0;
  renames_ = false;
  ++revision_;
}

}  // namespace understudy::match
