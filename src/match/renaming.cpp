#include "match/renaming.hpp"

#include "match/value_type.hpp"

namespace understudy::match {
namespace {

const std::string* find(const std::unordered_map<std::string, std::string>& map,
                        const std::string& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second;
}

}  // namespace

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
  if (is_time(kind_of_folded(recorded))) {
    if (live_.contains(recorded)) ambiguous_.insert(recorded);
    times_.emplace(recorded, live);
  } else if (live_.contains(recorded) || recorded_.contains(live)) {
    return false;
  }
  live_[recorded] = live;
  recorded_[live] = recorded;
  renames_ |= recorded != live;
  ++revision_;
  return true;
}

void Renaming::clear() {
  const std::scoped_lock lock(mutex_);
  recorded_.clear();
  live_.clear();
  times_.clear();
  ambiguous_.clear();
  renames_ = false;
  ++revision_;
}

}  // namespace understudy::match
