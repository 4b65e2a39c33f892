// The run-time parameters (GUCs) of one connection, transactional as in the server.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace understudy::postgres {

/// Names the connection's scope; not one of its settings: nothing rolls it back.
inline constexpr std::string_view scope_setting = "understudy.scope";

/// Before the names of temporary tables: what the connection did with them (temporary_tables.hpp).
inline constexpr std::string_view temporary_prefix = "understudy.temporary.";
/// The same in a question.
inline constexpr std::string_view temporary_word = "temporary table ";

class Settings {
 public:
  /// Sets a value as the connection begins: what RESET goes back to.
  void start_with(std::string_view name, std::string_view value);
  /// The client is told this setting, and from now on its changes.
  void tell(std::string_view name);
  /// Keeps `value` as it is; see `canonical_setting`.
  void set(std::string_view name, std::string_view value, bool local = false);
  void reset(std::string_view name);
  /// RESET ALL. Who the session is stays, and so does what is known of temporary tables.
  void reset_all();
  /// DISCARD ALL.
  void discard_all();
  /// DISCARD TEMP.
  void drop_temporary();

  /// The value, in any case of the name; nothing where it is not known.
  [[nodiscard]] std::optional<std::string> value(std::string_view name) const;
  [[nodiscard]] std::string value_or(std::string_view name, std::string_view otherwise) const;

  /// Of the settings that an application makes up (`app.tenant`): name and value.
  [[nodiscard]] std::vector<std::pair<std::string_view, std::string_view>> custom() const;

  /// The same with those that have no value any more: they are empty, not unknown.
  [[nodiscard]] std::vector<std::pair<std::string_view, std::string_view>> custom_ever() const;

  /// Of temporary tables: name and hash of what was done with it.
  [[nodiscard]] std::vector<std::pair<std::string_view, std::string_view>> temporary() const;
  /// Set until the transaction ends.
  [[nodiscard]] bool is_local(const std::string& name) const { return locals_.contains(name); }

  /// Another number after every call that may have changed a value.
  [[nodiscard]] std::uint64_t version() const noexcept { return version_; }

  // A transaction block undoes on rollback, and SET LOCAL at its end.
  void begin();
  void commit();
  void rollback();
  void savepoint();
  /// Back to the savepoint at `depth`, counted from 0 for the outermost.
  void rollback_to(std::size_t depth);
  void release(std::size_t depth);

  /// Reported settings whose value is not what the client was told last; then it counts as told.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> take_changes();

 private:
  using Values = std::map<std::string, std::string, std::less<>>;  // by lower-case name
  Values defaults_, current_, told_;
  /// Values to go back to when the transaction ends; nothing for a setting that had none.
  std::map<std::string, std::optional<std::string>> locals_;
  std::optional<Values> at_begin_;
  std::set<std::string, std::less<>> custom_;  ///< names that were ever set
  std::vector<Values> savepoints_;
  std::uint64_t version_ = 1;
};

/// The name as SHOW and ParameterStatus spell it (TimeZone, DateStyle), of one in any case.
[[nodiscard]] std::string display_name(std::string_view name);
/// Whether a change is told to the client by ParameterStatus.
[[nodiscard]] bool is_reported(std::string_view name) noexcept;
/// The value as the server would keep it: `utf-8` is UTF8, `ISO` is `ISO, MDY`, `true` is on.
[[nodiscard]] std::string canonical_setting(std::string_view name, std::string_view value,
                                            std::string_view present);
/// Whether that is how SHOW spells it. Of other settings only a recording tells.
[[nodiscard]] bool is_spelled_as_set(std::string_view name);
/// What a server answers to SHOW out of the box; empty where that is not known here.
[[nodiscard]] std::string_view default_setting(std::string_view name) noexcept;

}  // namespace understudy::postgres
