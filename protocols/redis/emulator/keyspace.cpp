#include "protocols/redis/emulator/keyspace.hpp"

#include <charconv>

namespace understudy::redis::emulation {

namespace {

// Of keys that something is known of. More than any recording has; only a client that makes up keys
// without end gets there.
constexpr std::size_t most_keys = std::size_t{1} << 20;

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

Entry& Keyspace::at(const KeyName& name) {
  Database& keys = database(name.db);
  return keys.entries.try_emplace(name.segment, Entry{nothing_in(keys.emptied), {}}).first->second;
}

Entry Keyspace::look(const KeyName& name) const {
  const auto database = databases_.find(name.db);
  if (database == databases_.end()) return {nothing_in(emptied_), {}};
  const auto entry = database->second.entries.find(name.segment);
  return entry == database->second.entries.end() ? Entry{nothing_in(database->second.emptied), {}}
                                                 : entry->second;
}

void Keyspace::forget(const KeyPath& path) {
  if (path.empty()) {
    emptied_ = false;
    databases_.clear();
  } else if (const auto db = database_of(path)) {
    if (path.size() == 1)
      databases_.insert_or_assign(*db, Database{});
    else
      at({*db, path[1]}) = {};
  }
}

void Keyspace::empty(std::uint32_t db) {
  databases_.insert_or_assign(db, Database{true, {}});
}

void Keyspace::empty() {
  emptied_ = true;
  databases_.clear();
}

void Keyspace::stay_bounded() {
  std::size_t keys = databases_.size();
  for (const auto& [db, database] : databases_) keys += database.entries.size();
  if (keys > most_keys) forget({});
}

}  // namespace understudy::redis::emulation
