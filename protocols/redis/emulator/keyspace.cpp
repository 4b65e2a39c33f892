#include "protocols/redis/emulator/keyspace.hpp"

#include <algorithm>
#include <charconv>

namespace understudy::redis::emulation {

namespace {

// Of keys that something is known of. More than any recording has; only a client that makes up keys
// without end gets there.
constexpr std::size_t most_keys = std::size_t{1} << 20;

// Keys that are known to be gone from a database of which not all is known. The oldest of them are
// unknown again, so that what comes and goes costs no lasting memory.
constexpr std::size_t most_absences = 10'000;

Contents nothing_in(bool emptied) {
  return emptied ? Contents(Absent{}) : Contents(Unknown{});
}

}  // namespace

std::optional<std::uint32_t> database_of(const KeyPath& path) {
  if (path.empty()) return std::nullopt;
  const std::string& digits = path.front();
  const char* const end = digits.data() + digits.size();
  std::uint32_t db = 0;
  const auto [stop, problem] = std::from_chars(digits.data(), end, db);
  if (digits.empty() || problem != std::errc{} || stop != end) return std::nullopt;
  return db;
}

Keyspace::Database& Keyspace::database(std::uint32_t db) {
  return databases_.try_emplace(db, Database{emptied_, {}}).first->second;
}

const Keyspace::Database* Keyspace::known(std::uint32_t db) const {
  const auto found = databases_.find(db);
  return found == databases_.end() ? nullptr : &found->second;
}

bool Keyspace::is_emptied(std::uint32_t db) const {
  const Database* keys = known(db);
  return keys == nullptr ? emptied_ : keys->emptied;
}

Entry* Keyspace::find(const KeyName& name) {
  const auto keys = databases_.find(name.db);
  if (keys == databases_.end()) return nullptr;
  const auto slot = keys->second.slots.find(name.segment);
  return slot == keys->second.slots.end() ? nullptr : &slot->second.entry;
}

Entry& Keyspace::at(const KeyName& name) {
  Database& keys = database(name.db);
  return keys.slots.try_emplace(name.segment, Slot{Entry{nothing_in(keys.emptied), {}}, {}})
      .first->second.entry;
}

Entry Keyspace::look(const KeyName& name) const {
  if (const Database* keys = known(name.db))
    if (const auto slot = keys->slots.find(name.segment); slot != keys->slots.end())
      return slot->second.entry;
  return {nothing_in(is_emptied(name.db)), {}};
}

std::optional<std::vector<std::string>> Keyspace::segments(std::uint32_t db) const {
  if (!is_emptied(db)) return std::nullopt;
  std::vector<std::string> found;
  const Database* keys = known(db);
  if (keys == nullptr) return found;
  for (const auto& [segment, slot] : keys->slots) {
    if (!slot.entry.present() || slot.entry.expiry.kind == Expiry::Kind::sometime)
      return std::nullopt;
    found.push_back(segment);
  }
  std::ranges::sort(found);
  return found;
}

void Keyspace::complete(std::uint32_t db, const std::vector<std::string>& segments) {
  Database& keys = database(db);
  if (keys.emptied) return;
  std::vector<KeyName> gone;
  for (const auto& [segment, slot] : keys.slots)
    if (std::ranges::find(segments, segment) == segments.end()) gone.push_back({db, segment});
  for (const KeyName& name : gone) erase(name);
  keys.emptied = true;
  for (const std::string& segment : segments) {
    Entry& entry = at({db, segment});
    if (entry.absent()) entry = {};
  }
}

void Keyspace::note_end(const KeyName& name, Slot& slot) {
  const Expiry& expiry = slot.entry.expiry;
  const bool ends = expiry.kind == Expiry::Kind::at && !slot.entry.absent();
  const auto end = ends ? std::optional(expiry.at) : std::nullopt;
  if (slot.noted_end == end) return;
  if (slot.noted_end) ends_.erase({*slot.noted_end, name});
  if (end) ends_.emplace(*end, name);
  slot.noted_end = end;
}

void Keyspace::settle(const KeyName& name) {
  const auto keys = databases_.find(name.db);
  if (keys == databases_.end()) return;
  const auto slot = keys->second.slots.find(name.segment);
  if (slot == keys->second.slots.end()) return;
  const Entry& entry = slot->second.entry;
  const bool says_nothing = keys->second.emptied
                                ? entry.absent()
                                : entry.unknown() && entry.expiry.kind != Expiry::Kind::at;
  if (says_nothing) return erase(name);
  note_end(name, slot->second);
  if (entry.absent() && !std::exchange(slot->second.remembered, true)) remember_absence(name);
}

void Keyspace::remember_absence(const KeyName& name) {
  absences_.push_back(name);
  while (absences_.size() > most_absences) {
    const KeyName oldest = std::move(absences_.front());
    absences_.pop_front();
    const auto keys = databases_.find(oldest.db);
    if (keys == databases_.end()) continue;
    const auto slot = keys->second.slots.find(oldest.segment);
    if (slot == keys->second.slots.end()) continue;
    slot->second.remembered = false;
    if (slot->second.entry.absent()) erase(oldest);
  }
}

void Keyspace::erase(const KeyName& name) {
  const auto keys = databases_.find(name.db);
  if (keys == databases_.end()) return;
  const auto slot = keys->second.slots.find(name.segment);
  if (slot == keys->second.slots.end()) return;
  if (slot->second.noted_end) ends_.erase({*slot->second.noted_end, name});
  keys->second.slots.erase(slot);
}

// The end of a key whose value is no longer known may still come: what unknown writes leave has it.
void Keyspace::forget(const KeyPath& path, bool changed) {
  const auto db = database_of(path);
  if (path.empty()) {
    touch_all(std::nullopt, false);
    emptied_ = false;
    databases_.clear();
    ends_.clear();
  } else if (db && path.size() == 1) {
    touch_all(*db, false);
    replace(*db, false);
  } else if (db) {
    const KeyName name{*db, path[1]};
    touch(name, changed);
    Entry& entry = at(name);
    entry.contents = Unknown{};
    if (entry.expiry.kind != Expiry::Kind::at) entry.expiry = {};
    settle(name);
  }
}

// A database of which all, or nothing, is known.
void Keyspace::replace(std::uint32_t db, bool emptied) {
  std::erase_if(ends_, [&](const auto& end) { return end.second.db == db; });
  databases_.insert_or_assign(db, Database{emptied, {}});
}

void Keyspace::empty(std::uint32_t db) {
  touch_all(db, true);
  replace(db, true);
}

void Keyspace::empty() {
  touch_all(std::nullopt, true);
  emptied_ = true;
  databases_.clear();
  ends_.clear();
  absences_.clear();
}

void Keyspace::swap(std::uint32_t one, std::uint32_t other) {
  for (const auto& [name, watch] : watches_) {
    if (name.db != one && name.db != other) continue;
    const KeyName counterpart{name.db == one ? other : one, name.segment};
    const Entry here = look(name), there = look(counterpart);
    if (here.absent() && there.absent()) continue;
    const auto watched = watch.lock();
    if (!watched) continue;
    watched->touched = true;
    watched->certain = watched->certain && (here.present() || there.present());
  }
  std::swap(database(one), database(other));
  std::set<std::pair<std::int64_t, KeyName>> ends;
  for (auto [at, name] : ends_) {
    if (name.db == one || name.db == other) name.db = name.db == one ? other : one;
    ends.emplace(at, std::move(name));
  }
  ends_ = std::move(ends);
}

void Keyspace::stay_bounded() {
  std::size_t keys = databases_.size();
  for (const auto& [db, database] : databases_) keys += database.slots.size();
  if (keys > most_keys) forget({});
}

// -- time

std::optional<std::int64_t> Keyspace::next_end() const {
  return ends_.empty() ? std::nullopt : std::optional(ends_.begin()->first);
}

std::vector<KeyName> Keyspace::end_before(std::int64_t now) {
  std::vector<KeyName> ended;
  while (!ends_.empty() && ends_.begin()->first < now) {
    KeyName name = std::move(ends_.extract(ends_.begin()).value().second);
    const auto slot = database(name.db).slots.find(name.segment);
    if (slot == database(name.db).slots.end()) continue;
    slot->second.noted_end.reset();
    Entry& entry = slot->second.entry;
    entry.expiry = {};
    if (entry.present()) entry.contents = Absent{};
    touch(name, !entry.unknown());
    settle(name);
    ended.push_back(std::move(name));
  }
  return ended;
}

// -- who watches

std::shared_ptr<const Keyspace::Watch> Keyspace::watch(const KeyName& name) {
  std::erase_if(watches_, [](const auto& watch) { return watch.second.expired(); });
  auto watch = std::make_shared<Watch>();
  watches_.emplace(name, watch);
  return watch;
}

void Keyspace::touch(const KeyName& name, bool certain) {
  const auto [begin, end] = watches_.equal_range(name);
  for (auto each = begin; each != end; ++each)
    if (const auto watch = each->second.lock()) {
      watch->certain = watch->touched ? watch->certain || certain : certain;
      watch->touched = true;
    }
}

// Before all keys are gone, or nothing is known of them any more. Who watches a key that was not
// there does not see it go.
void Keyspace::touch_all(std::optional<std::uint32_t> db, bool emptied) {
  for (const auto& [name, watch] : watches_) {
    if (db && name.db != *db) continue;
    const Entry entry = look(name);
    if (!emptied || !entry.absent()) touch(name, emptied && entry.present());
  }
}

}  // namespace understudy::redis::emulation
