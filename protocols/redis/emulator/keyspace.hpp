// All keys of all databases, as far as they are known.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "protocols/redis/emulator/contents.hpp"
#include "protocols/redis/emulator/script_cache.hpp"
#include "understudy/analyser.hpp"
#include "understudy/emulator.hpp"

namespace understudy::redis::emulation {

/// A key by its database and its segment (see segment_of() in effects.hpp).
struct KeyName {
  std::uint32_t db = 0;
  std::string segment;

  friend auto operator<=>(const KeyName&, const KeyName&) = default;
};

/// The database that a path is in, or is; nothing for `{}` and for facts of the server.
[[nodiscard]] std::optional<std::uint32_t> database_of(const KeyPath& path);

/// Entries are kept only of keys of which more is known than of their whole database.
class Keyspace {
 public:
  using Watch = Emulator::Watch;

  /// Null where no entry is kept: then is_emptied() says what is known.
  [[nodiscard]] Entry* find(const KeyName& name);
  /// The entry of a key, made where there is none yet. Who changes it calls settle() afterwards.
  /// Stays where it is until then, and until the next forget or empty.
  [[nodiscard]] Entry& at(const KeyName& name);
  /// Without making one.
  [[nodiscard]] Entry look(const KeyName& name) const;
  /// Whether a key without an entry is absent; else it is unknown.
  [[nodiscard]] bool is_emptied(std::uint32_t db) const;
  /// The segments of all keys in a database, sorted; nothing where it is not sure of them all.
  [[nodiscard]] std::optional<std::vector<std::string>> segments(std::uint32_t db) const;

  /// An entry may have changed: notes when it ends, and forgets one that says nothing.
  void settle(const KeyName& name);
  /// What is at and below a path is unknown. Facts of the server are none of its business.
  /// `changed`: it is certain that something there has changed.
  void forget(const KeyPath& path, bool changed = false);
  /// Every key of a database, or of all, is known to be absent.
  void empty(std::uint32_t db);
  void empty();
  /// These are all the keys of a database. What was known of them stays known.
  void complete(std::uint32_t db, const std::vector<std::string>& segments);
  void swap(std::uint32_t one, std::uint32_t other);
  /// Forgets everything where there is more than can be kept.
  void stay_bounded();

  /// The earliest known end of a key, in milliseconds since 1970; it is there still at that moment.
  [[nodiscard]] std::optional<std::int64_t> next_end() const;
  /// Keys whose end lies before `now` are absent, those of which it was not sure unknown. Which
  /// they were.
  [[nodiscard]] std::vector<KeyName> end_before(std::int64_t now);

  [[nodiscard]] ScriptCache& scripts() noexcept { return scripts_; }
  [[nodiscard]] const ScriptCache& scripts() const noexcept { return scripts_; }

  [[nodiscard]] std::shared_ptr<const Watch> watch(const KeyName& name);
  /// Those that watch the key see that it was changed.
  void touch(const KeyName& name, bool certain = true);

 private:
  struct Slot {
    Entry entry;
    std::optional<std::int64_t> noted_end{};  // as in ends_
    bool remembered = false;                  // is in absences_
  };
  struct Database {
    bool emptied = false;  // keys without an entry are absent, else unknown
    std::unordered_map<std::string, Slot> slots{};
  };
  [[nodiscard]] Database& database(std::uint32_t db);
  [[nodiscard]] const Database* known(std::uint32_t db) const;
  void note_end(const KeyName& name, Slot& slot);
  void remember_absence(const KeyName& name);
  void erase(const KeyName& name);
  void replace(std::uint32_t db, bool emptied);
  void touch_all(std::optional<std::uint32_t> db, bool emptied);

  bool emptied_ = false;  // so are those of databases without an entry
  std::map<std::uint32_t, Database> databases_;
  std::set<std::pair<std::int64_t, KeyName>> ends_;
  std::deque<KeyName> absences_;  // in databases that were not emptied, oldest first
  std::multimap<KeyName, std::weak_ptr<Watch>> watches_;
  ScriptCache scripts_;
};

}  // namespace understudy::redis::emulation
