// What a definition (CREATE, ALTER, DROP, RENAME, GRANT …) reads and writes: the tables that it
// names and their entries in the catalogue, and what it says of views, triggers, routines and
// cascades, by which one table's rows come from another.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/sql/statement.hpp"

namespace understudy::mysql {

/// First of the keys of the catalogue; the second is the table.
inline constexpr std::string_view catalog_key = "@catalog";
/// First of the keys of stored functions and procedures; the second is the name.
inline constexpr std::string_view routine_key = "@routine";

/// A table or routine as a statement spells it, as the key of its rows: see
/// MysqlAnalyser::table_key.
using NameKey = std::function<std::string(const std::string& name)>;

struct Definition {
  enum class Object : std::uint8_t {
    other,
    table,
    view,
    trigger,
    routine,
    index,
    database,
    account
  };
  enum class Verb : std::uint8_t {
    other,
    create,
    alter,
    drop,
    rename,
    maintain  ///< ANALYZE, CHECK, FLUSH …: rows stay as they are
  };
  Verb verb = Verb::other;
  Object object = Object::other;
  std::vector<std::string> names;      ///< lower case, `schema.name` where they are spelled so
  std::string on;                      ///< the table of a trigger or index
  std::string body;                    ///< of a view, trigger, routine, or CREATE TABLE … SELECT
  std::vector<std::string> mentioned;  ///< tables of REFERENCES and LIKE
  bool if_exists = false;              ///< IF EXISTS or IF NOT EXISTS
  bool or_replace = false;
  /// Referenced tables whose rows take those of this table with them (CASCADE, SET NULL …).
  std::set<std::string> cascades_from;
};

/// Nothing where it is not understood.
[[nodiscard]] std::optional<Definition> definition_of(std::string_view sql, sql::Mode mode);

/// Whether an OK with so many warnings tells that the definition changed nothing: IF NOT EXISTS
/// with its note for each of the names.
[[nodiscard]] bool did_nothing(const Definition& definition, std::uint64_t warnings);

/// KILL, HELP, RESET QUERY CACHE … : no table and no definition is the matter.
[[nodiscard]] bool is_harmless(std::string_view sql, sql::Mode mode);

/// What SHOW and DESCRIBE depend on, in names that are no keys yet; nothing where it is not
/// definitions alone, or not known.
[[nodiscard]] std::optional<sql::Dependencies> shown_by(std::string_view sql, sql::Mode mode);

/// What definitions say of how tables depend on each other.
class Relations {
 public:
  void learn(std::string_view sql, sql::Mode mode, const NameKey& key_of);
  /// A result shows columns of `base` for a statement that names only `view`.
  void learn_view(const std::string& view, const std::string& base);

  /// Adds what `found`, whose names are keys already, reads and writes beside. Functions that
  /// nothing declares may write.
  void expand(sql::Dependencies& found) const;
  /// The keys of a definition, already expanded.
  [[nodiscard]] sql::Dependencies of(const Definition& definition, sql::Mode mode,
                                     const NameKey& key_of) const;

 private:
  struct Effects {
    std::set<KeyPath> reads, writes;
    std::set<std::string> calls;
    bool anything = false;  ///< dynamic SQL
  };
  static Effects body_effects(std::string_view body, sql::Mode mode, const NameKey& key_of);
  void expand_routine(const std::string& name, sql::Dependencies& found,
                      std::set<std::string>& done) const;

  std::map<std::string, std::set<std::string>> views_;               // the tables behind
  std::map<std::string, std::pair<std::string, Effects>> triggers_;  // by name: table, body
  std::map<std::string, Effects> routines_;
  std::map<std::string, std::set<std::string>> cascades_;  // by the referenced table
};

}  // namespace understudy::mysql
