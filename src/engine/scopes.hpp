// The scopes of a mock server: who shares live state with whom, over all services of one table.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/journal.hpp"
#include "engine/live_state.hpp"
#include "table/mapped_table.hpp"
#include "understudy/scope.hpp"

namespace understudy::engine {

/// One isolated copy of the live state of every service. Thread-safe.
class LiveScope {
 public:
  LiveScope(std::string_view name, std::shared_ptr<const table::MappedTable> table,
            Strictness strictness);

  /// Empty where it is that of one connection.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// Made on first use. Lives as long as the scope, and takes a lock: connections keep it.
  [[nodiscard]] LiveState& of(std::size_t service, const Protocol& protocol);
  /// The state before the first request, in all services.
  void reset();

 private:
  void begin();

  std::string name_;
  std::shared_ptr<const table::MappedTable> table_;
  Strictness strictness_;
  std::shared_ptr<match::Renaming> renaming_;
  bool used_ = false;
  std::mutex mutex_;
  std::vector<std::unique_ptr<LiveState>> states_;  // by service; null until used
};

/// All scopes of one table while it is served. Thread-safe. A connection asks when it comes and
/// when it names a scope, and holds what it is given.
class Scopes {
 public:
  static constexpr std::size_t default_limit = 1024;

  /// `limit`: how many scopes may be named beside the default one.
  Scopes(std::shared_ptr<const table::MappedTable> table, Strictness strictness, Scoping scoping,
         std::size_t limit = default_limit);

  [[nodiscard]] Scoping scoping() const noexcept { return scoping_; }
  [[nodiscard]] Strictness strictness() const noexcept { return strictness_; }
  [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

  /// That of a connection that names none.
  [[nodiscard]] std::shared_ptr<LiveScope> home();
  /// Made on first use; null where it is new and beyond the limit. A scope is never given up to
  /// make room for another: its clients would silently be answered from the state before their
  /// writes.
  [[nodiscard]] std::shared_ptr<LiveScope> named(std::string_view name);
  /// Null where nobody has named it: it is as it was from the beginning.
  [[nodiscard]] std::shared_ptr<LiveScope> find(std::string_view name);
  /// Resets the scope and forgets it as soon as no connection holds it. The default one stays.
  void drop(std::string_view name);

 private:
  struct Entry {
    std::shared_ptr<LiveScope> kept;  // null once dropped
    std::weak_ptr<LiveScope> used;    // by connections, after it was dropped
  };
  [[nodiscard]] std::shared_ptr<LiveScope> make(std::string_view name) const;

  std::shared_ptr<const table::MappedTable> table_;
  Strictness strictness_;
  Scoping scoping_;
  std::size_t limit_;
  std::shared_ptr<LiveScope> default_;
  std::mutex mutex_;
  std::map<std::string, Entry, std::less<>> named_;  // the default one is not in it
};

}  // namespace understudy::engine
