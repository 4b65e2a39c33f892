#include "protocols/redis/emulator/seeds.hpp"

#include <algorithm>
#include <cmath>

#include "protocols/redis/numbers.hpp"

namespace understudy::redis::emulation {

void Seeds::begin_recording() {
  earlier_ = agreed();
  earlier_complete_ = complete();
  told_.clear();
  complete_.clear();
  written_.clear();
  written_databases_.clear();
  written_everything_ = false;
}

bool Seeds::is_written(const KeyName& name) const {
  return written_everything_ || written_databases_.contains(name.db) || written_.contains(name);
}

void Seeds::told(const KeyName& name, const Entry& entry) {
  if (is_written(name)) return;
  const auto [known, added] = told_.try_emplace(name, entry);
  if (added || !known->second || entry.unknown()) return;
  if (known->second->unknown())
    known->second = entry;
  else if (known->second->contents != entry.contents)
    known->second.reset();
}

void Seeds::told(std::uint32_t db, const std::vector<std::string>& segments) {
  const bool touched =
      written_everything_ || written_databases_.contains(db) ||
      std::ranges::any_of(written_, [&](const KeyName& name) { return name.db == db; });
  if (touched || !complete_.insert(db).second) return;
  for (auto& [name, entry] : told_)  // what was told of another key came from outside
    if (name.db == db && entry && entry->present() &&
        std::ranges::find(segments, name.segment) == segments.end())
      entry.reset();
  for (const std::string& segment : segments) told({db, segment}, Entry{});
}

std::set<std::uint32_t> Seeds::complete() const {
  std::set<std::uint32_t> all = earlier_complete_;
  all.insert(complete_.begin(), complete_.end());
  return all;
}

void Seeds::told(const KeyName& name, const Expiry& expiry) {
  if (is_written(name)) return;
  if (expiry.kind != Expiry::Kind::never) return doubt(name);
  if (const auto known = told_.find(name); known != told_.end() && known->second)
    known->second->expiry = expiry;
}

void Seeds::doubt(const KeyName& name) {
  if (!is_written(name)) told_.insert_or_assign(name, std::nullopt);
}

void Seeds::written(const KeyPath& path) {
  if (path.empty()) {
    written_everything_ = true;
  } else if (const auto db = database_of(path)) {
    if (path.size() == 1)
      written_databases_.insert(*db);
    else
      written_.insert({*db, path[1]});
  }
}

namespace {

// That it was there although another recording, which tells all keys, does not have it.
bool is_more(const std::optional<Entry>& entry) {
  return entry && !entry->absent();
}

}  // namespace

Seeds::Told Seeds::agreed() const {
  Told all = earlier_;
  for (auto& [name, entry] : all)
    if (complete_.contains(name.db) && !told_.contains(name) && is_more(entry)) entry.reset();
  for (const auto& [name, entry] : told_) {
    const auto [known, added] = all.try_emplace(name, entry);
    if (added && earlier_complete_.contains(name.db) && is_more(entry)) known->second.reset();
    if (added || !known->second || (entry && entry->unknown())) continue;
    if (known->second->unknown())
      known->second = entry;
    else if (!entry || entry->contents != known->second->contents)
      known->second.reset();
    else if (entry->expiry != known->second->expiry)
      known->second->expiry = {Expiry::Kind::unknown, 0};
  }
  return all;
}

Keyspace Seeds::keyspace() const {
  Keyspace keys;
  for (const std::uint32_t db : complete()) keys.complete(db, {});
  for (const auto& [name, entry] : agreed()) {
    keys.at(name) = entry.value_or(Entry());
    keys.settle(name);
  }
  return keys;
}

// -- as a document: {db: 0, key: cart:7, hash: [field, value, …]}, `persistent` where the key is
// known not to end; {db: 0, complete: true} where these are all keys of a database

namespace {

Document score_document(double score) {
  return format_double(score, DoubleStyle::seventeen_digits);
}

struct Writer {
  Document& seed;

  void operator()(Unknown) const { seed["unknown"] = true; }
  void operator()(Absent) const { seed["absent"] = true; }
  void operator()(const String& value) const { seed["string"] = document_of(value); }
  void operator()(const List& list) const {
    Document& items = seed["list"] = Document::array();
    for (const std::string& item : list) items.push_back(document_of(item));
  }
  void operator()(const Hash& hash) const {
    Document& items = seed["hash"] = Document::array();
    for (const auto& [field, value] : hash.listed()) {
      items.push_back(document_of(field));
      items.push_back(document_of(*value));
    }
  }
  void operator()(const Set& set) const {
    Document& items = seed["set"] = Document::array();
    for (const auto& [member, nothing] : set.listed()) items.push_back(document_of(member));
  }
  void operator()(const SortedSet& set) const {
    Document& items = seed["sorted_set"] = Document::array();
    for (const auto& [score, member] : set.order()) {
      items.push_back(document_of(member));
      items.push_back(score_document(score));
    }
  }
};

using Items = std::vector<std::string>;

// The octets of a list of a document; nothing where it is none or has none.
std::optional<Items> items_of(const Document& seed, const char* kind) {
  const auto found = seed.find(kind);
  if (found == seed.end() || !found->is_array() || found->empty()) return std::nullopt;
  Items items;
  for (const Document& item : *found) {
    if (!item.is_string() && !item.is_binary()) return std::nullopt;
    items.push_back(octets_of(item));
  }
  return items;
}

Contents read_pairs(const Items& items) {
  Hash hash;
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) hash.put(items[i], items[i + 1]);
  return items.size() % 2 == 0 ? Contents(std::move(hash)) : Contents(Unknown{});
}

Contents read_scores(const Items& items) {
  SortedSet set;
  if (items.size() % 2 != 0) return Unknown{};
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    const auto score = parse_double(items[i + 1]);
    if (!score || std::isnan(*score)) return Unknown{};
    set.put(items[i], *score);
  }
  return set;
}

Contents read_contents(const Document& seed) {
  if (seed.contains("absent")) return Absent{};
  if (const auto value = seed.find("string"); value != seed.end())
    return value->is_string() || value->is_binary() ? Contents(octets_of(*value))
                                                    : Contents(Unknown{});
  if (const auto items = items_of(seed, "list")) return List(items->begin(), items->end());
  if (const auto items = items_of(seed, "hash")) return read_pairs(*items);
  if (const auto items = items_of(seed, "sorted_set")) return read_scores(*items);
  const auto items = items_of(seed, "set");
  if (!items) return Unknown{};
  Set set;
  for (const std::string& item : *items) set.put(item);
  return set;
}

std::optional<KeyName> read_name(const Document& seed) {
  if (!seed.is_object()) return std::nullopt;
  const auto db = seed.find("db");
  const auto key = seed.find("key");
  if (db == seed.end() || !db->is_number_unsigned() || key == seed.end()) return std::nullopt;
  if (!key->is_string() && !key->is_binary()) return std::nullopt;
  return KeyName{db->get<std::uint32_t>(), octets_of(*key)};
}

std::optional<std::uint32_t> read_complete(const Document& seed) {
  if (!seed.is_object() || !seed.contains("complete")) return std::nullopt;
  const auto db = seed.find("db");
  if (db == seed.end() || !db->is_number_unsigned()) return std::nullopt;
  return db->get<std::uint32_t>();
}

}  // namespace

Document Seeds::to_document() const {
  Document seeds = Document::array();
  const std::set<std::uint32_t> all = complete();
  for (const std::uint32_t db : all) seeds.push_back({{"db", db}, {"complete", true}});
  for (const auto& [name, told] : agreed()) {
    const bool unknown = !told || told->unknown();
    if (unknown && !all.contains(name.db)) continue;
    const std::optional<Entry> entry = told.value_or(Entry());
    Document seed = Document::object();
    seed["db"] = name.db;
    seed["key"] = document_of(name.segment);
    std::visit(Writer{seed}, entry->contents);
    if (entry->present() && entry->expiry.kind == Expiry::Kind::never) seed["persistent"] = true;
    seeds.push_back(std::move(seed));
  }
  return seeds;
}

void Seeds::merge(const Document& seeds) {
  begin_recording();
  if (!seeds.is_array()) return;
  for (const Document& seed : seeds) {
    if (const auto db = read_complete(seed)) complete_.insert(*db);
    const auto name = read_name(seed);
    if (!name) continue;
    Entry entry{read_contents(seed), {}};
    if (entry.unknown() && !seed.contains("unknown")) continue;
    if (entry.present() && !seed.contains("persistent")) entry.expiry.kind = Expiry::Kind::unknown;
    told(*name, entry);
  }
  begin_recording();
}

}  // namespace understudy::redis::emulation
