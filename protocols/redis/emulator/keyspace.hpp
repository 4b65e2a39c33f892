// All keys of all databases, as far as they are known.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "protocols/redis/emulator/contents.hpp"
#include "understudy/analyser.hpp"

namespace understudy::redis::emulation {

/// A key by its database and its segment (see segment_of() in effects.hpp).
struct KeyName {
  std::uint32_t db = 0;
  std::string segment;

  friend auto operator<=>(const KeyName&, const KeyName&) = default;
};

/// The database that a path is in, or is; nothing for `{}` and for facts of the server.
[[nodiscard]] std::optional<std::uint32_t> database_of(const KeyPath& path);

class Keyspace {
 public:
  /// The entry of a key, made where there is none yet. Stays where it is until the next forget or
  /// empty.
  [[nodiscard]] Entry& at(const KeyName& name);
  /// Without making one.
  [[nodiscard]] Entry look(const KeyName& name) const;
  /// What is at and below a path is unknown. Facts of the server are none of its business.
  void forget(const KeyPath& path);
  /// Every key of a database, or of all, is known to be absent.
  void empty(std::uint32_t db);
  void empty();
  /// Forgets everything where there is more than can be kept.
  void stay_bounded();

 private:
  struct Database {
    bool emptied = false;  // keys without an entry are absent, else unknown
    std::unordered_map<std::string, Entry> entries;
  };
  [[nodiscard]] Database& database(std::uint32_t db);

  bool emptied_ = false;  // so are those of databases without an entry
  std::map<std::uint32_t, Database> databases_;
};

}  // namespace understudy::redis::emulation
