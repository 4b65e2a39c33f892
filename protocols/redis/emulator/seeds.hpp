// What was there before the first write of each recording, as far as the recordings show it.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "protocols/redis/emulator/keyspace.hpp"
#include "understudy/document.hpp"

namespace understudy::redis::emulation {

class Seeds {
 public:
  /// What told() and written() say from here on is of another recording.
  void begin_recording();
  /// A key held this. Counts where nothing wrote the key before; another thing in the same
  /// recording came from outside of it, so that the key is left unknown.
  void told(const KeyName& name, const Entry& entry);
  void told(const KeyName& name, const Expiry& expiry);
  /// These were all the keys of a database.
  void told(std::uint32_t db, const std::vector<std::string>& segments);
  /// What was told of a key that nothing wrote does not hold for long.
  void doubt(const KeyName& name);
  void written(const KeyPath& path);

  /// What all recordings agree on.
  [[nodiscard]] Keyspace keyspace() const;
  [[nodiscard]] Document to_document() const;
  /// As another recording. Takes what it can read.
  void merge(const Document& seeds);

 private:
  // Nothing where it was told in several ways.
  using Told = std::map<KeyName, std::optional<Entry>>;

  [[nodiscard]] bool is_written(const KeyName& name) const;
  [[nodiscard]] Told agreed() const;
  [[nodiscard]] std::set<std::uint32_t> complete() const;

  Told earlier_;
  Told told_;
  std::set<std::uint32_t> earlier_complete_, complete_;  // databases of which all keys were told
  std::set<KeyName> written_;
  std::set<std::uint32_t> written_databases_;
  bool written_everything_ = false;
};

}  // namespace understudy::redis::emulation
