// What is known of tables: their definitions, as far as they can be calculated with, and of which
// the rows are known.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "protocols/sql/contents/datum.hpp"
#include "protocols/sql/lower.hpp"
#include "protocols/sql/tree/definition.hpp"

namespace understudy::sql::contents {

enum class TypeKind : std::uint8_t {
  opaque,  ///< not calculated with: such a column is never known
  boolean,
  int2,
  int4,
  int8,
  numeric,  ///< see `scale`
  float4,   ///< of PostgreSQL: as the float8 of the same value
  float8,   ///< see ordered_bits()
  text,
  varchar,  ///< `length` characters; 0: any number
  uuid,
  inet,  ///< of one host alone: the text that the server prints
  date,
  time,
  timestamp,
  timestamptz,
  bytea,     ///< `\x` and lower-case hexadecimal digits
  interval,  ///< the text that the server prints, and nothing else: equal ones may differ in it
  json,
  jsonb,
  array,        ///< of `element`: the text that the server prints
  enumeration,  ///< one of the labels of `enumeration`
  // Of the catalogue alone.
  oid,
  name,      ///< compared octet by octet
  character  ///< "char": one octet, or none
};

/// PostgreSQL: CREATE TYPE … AS ENUM.
struct Enumeration {
  std::string name;  ///< its key in the catalogue
  std::vector<std::string> labels;
  friend auto operator<=>(const Enumeration&, const Enumeration&) = default;
};
/// The one that stands for all like it; it lives as long as the process. Thread-safe.
[[nodiscard]] const Enumeration* interned(Enumeration enumeration);

/// How texts are compared: see the collations of Database.
enum class Comparison : std::uint8_t { octets, folded, alike, padded };

[[nodiscard]] constexpr std::string_view name_of(Comparison comparison) noexcept {
  constexpr std::string_view names[] = {"binary", "folded", "alike", "padded"};
  return names[static_cast<std::size_t>(comparison)];
}

struct ColumnType {
  TypeKind kind = TypeKind::opaque;
  std::int32_t length = 0;  ///< of numeric its precision; 0 for what was computed
  bool bytewise = false;    ///< text that is compared octet by octet, whatever the database does
  Comparison comparison = Comparison::octets;
  /// Of text: `<` is known of letters and digits alone.
  bool plain_order = false;
  bool is_unsigned = false;
  /// Of numeric: its values are whole numbers of 10^-scale. `own_scale`: each is a text that has a
  /// scale of its own.
  std::int32_t scale = 0;
  static constexpr std::int32_t own_scale = -1;
  TypeKind element = TypeKind::opaque;
  const Enumeration* enumeration = nullptr;
  std::uint32_t collation = 0;  ///< of text: a number that stands for its name; 0: not known
  friend bool operator==(const ColumnType&, const ColumnType&) = default;
};

[[nodiscard]] constexpr bool is_text(TypeKind kind) noexcept {
  return kind == TypeKind::text || kind == TypeKind::varchar;
}
[[nodiscard]] constexpr bool is_whole(TypeKind kind) noexcept {
  return kind == TypeKind::int2 || kind == TypeKind::int4 || kind == TypeKind::int8;
}

/// Whether two values are equal exactly if they are kept alike.
[[nodiscard]] constexpr bool is_comparable(const ColumnType& type) noexcept {
  return type.kind != TypeKind::opaque && type.kind != TypeKind::interval &&
         type.kind != TypeKind::json && type.kind != TypeKind::jsonb &&
         type.scale != ColumnType::own_scale && type.element != TypeKind::numeric &&
         type.element != TypeKind::float4 && type.element != TypeKind::float8;
}

/// What a column holds where an insert says nothing of it.
struct Default {
  enum class Kind : std::uint8_t {
    constant,
    number,    ///< the next one of a sequence that belongs to the column
    fresh,     ///< a value of this moment or of chance: nobody knows it
    elsewhere  ///< not understood
  };
  Kind kind = Kind::constant;
  Datum value = {};
  std::string sequence = {};  ///< of `number`, where another one than the column's own may be meant
  bool moment = false;        ///< of `fresh`: the time at which the transaction began
  std::string named = {};     ///< of `number`: what the column's own sequence is called, if known
};

struct TableColumn {
  std::string name;
  ColumnType type;
  tree::Type declared = {};
  bool not_null = false;
  Default default_ = {};
  bool given_by_server = false;  ///< a value of the client's own is refused, or replaced
  bool lacks_default = false;    ///< it has neither DEFAULT nor numbers of its own
  bool is_refreshed = false;     ///< an UPDATE that changes the row puts this moment into it
  char identity = 0;             ///< GENERATED ALWAYS (a) or BY DEFAULT (d) AS IDENTITY
  bool generated = false;        ///< from other columns
  std::string comment = {};      ///< empty: none
  /// DEFAULT as it was written; null: not known.
  std::shared_ptr<const tree::Expression> written_default = {};
  /// To so many digits behind the second; nothing where that is not known.
  std::optional<std::int32_t> refreshed_digits = {};
  std::uint16_t attribute = 0;  ///< its number, which it keeps when others are dropped
};

struct UniqueKey {
  std::string name;  ///< empty where it is the server's choice
  std::vector<std::size_t> columns;
  bool primary = false;
};

/// A condition that every row satisfies, or makes NULL.
struct Check {
  std::string name;  ///< empty where it is the server's choice
  std::shared_ptr<const tree::Expression> condition;
  /// MariaDB: the column that it was written behind, and goes with; empty: it is the table's own.
  std::string column = {};
};

/// An index that is not unique.
struct PlainIndex {
  std::string name;  ///< empty where it is the server's choice
  std::vector<std::size_t> columns;
  bool of_reference = false;  ///< MySQL: made for a reference that had none
};

struct Reference {
  std::string name;  ///< empty where it is the server's choice
  std::vector<std::size_t> columns;
  std::string parent;           ///< its key in the catalogue
  std::vector<std::string> of;  ///< empty: its primary key
  tree::ForeignAction on_delete = tree::ForeignAction::no_action;
  tree::ForeignAction on_update = tree::ForeignAction::no_action;
  bool deferrable = false;  ///< it may be looked at when the transaction ends
  bool deferred = false;    ///< and is, unless the transaction says otherwise
};

/// A unique index of some rows alone, or of what is computed of them.
struct ConditionalKey {
  std::string name;
  std::vector<tree::KeyPart> parts;
  std::shared_ptr<const tree::Expression> where;  ///< null: of all rows
};

/// What CREATE INDEX made, unique or not: it goes with each of the columns that it names.
struct MadeIndex {
  std::string name;
  std::set<std::string> columns;
  std::vector<tree::KeyPart> parts = {};
  bool unique = false;
  bool plain = false;  ///< of columns, and nothing about it is unusual
};

/// Never changed once it is made: a table that is altered gets another one.
struct Definition {
  std::uint32_t id = 0;  ///< in the database it is the table `t<id>`, its columns `t<id>_c<number>`
  std::string key;       ///< in the catalogue
  tree::Name spelled = {};  ///< its name as it was declared
  std::vector<TableColumn> columns;
  std::vector<UniqueKey> keys;
  std::vector<ConditionalKey> conditional_keys = {};  ///< of PostgreSQL
  std::vector<Reference> references;
  std::vector<Check> checks;  ///< by name
  /// False where what is put into it may be refused or changed by something not understood.
  bool takes_rows = true;
  /// False where a removed row may do something not understood, too.
  bool gives_rows = true;
  std::uint16_t last_attribute = 0;
  std::string collation = {};  ///< of columns that have none of their own; empty: the database's
  bool folds_names = false;    ///< names of columns are the same in any case of letters
  std::vector<PlainIndex> indexes = {};  ///< of MySQL
  bool altered = false;                  ///< MySQL: its columns are not those that it was made with
  bool held = false;  ///< it was there before the recording: its owner is not known
  std::vector<MadeIndex> made_indexes = {};
  bool has_more_indexes = false;  ///< of PostgreSQL: whose names are not known
  std::string comment = {};       ///< empty: none
  /// Of a materialised view: what a REFRESH puts into it.
  std::shared_ptr<const tree::Query> shows = {};
  /// Those that are run for each row, by name; one that is not understood closes the table.
  std::vector<std::shared_ptr<const tree::CreateRoutine>> triggers = {};

  [[nodiscard]] std::optional<std::size_t> column(std::string_view name) const {
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (columns[i].name == name || (folds_names && lower(columns[i].name) == lower(name)))
        return i;
    return std::nullopt;
  }
  [[nodiscard]] std::string sql_name() const { return "t" + std::to_string(id); }
  [[nodiscard]] std::string sql_column(std::size_t i) const {
    return sql_name() + "_c" + std::to_string(i);
  }
};

struct TableState {
  std::shared_ptr<const Definition> definition;
  bool known = true;  ///< all its rows are
  /// Columns of which not every row's value is known, though the rows are.
  std::set<std::size_t> unknown = {};
  /// Those that hold a hidden_value() in rows whose value is not known.
  std::set<std::size_t> partial = {};

  [[nodiscard]] bool knows(std::size_t column) const {
    return !unknown.contains(column) && !partial.contains(column);
  }
};

/// Whether single cells of the column may be unknown: not where rows are told apart by it, or refer
/// to others.
[[nodiscard]] bool may_hide(const Definition& table, std::size_t column);

/// A query that has a name.
struct View {
  std::shared_ptr<const tree::Query> query;
  std::vector<std::string> columns;  ///< what they are called
  bool check_option = false;         ///< rows that it would not show are refused
};

/// A sequence that belongs to no column.
struct SequenceState {
  std::uint32_t id = 0;  ///< in place of a table's
  std::int64_t increment = 1;
};

/// Which tables there are. Copied where a transaction begins that may be rolled back.
struct TableBook {
  std::map<std::string, TableState, std::less<>> tables;
  std::map<std::string, View, std::less<>> views;
  /// Functions by name; null where it is not known which one it means.
  std::map<std::string, std::shared_ptr<const tree::CreateRoutine>, std::less<>> routines;
  std::map<std::string, SequenceState, std::less<>> sequences;
  std::set<std::string, std::less<>> types;                             ///< that statements made
  std::map<std::string, const Enumeration*, std::less<>> enumerations;  ///< among them
  bool complete = false;  ///< every table that there is, is among them
  /// Names of tables that may be there and of which nothing more is known: they may refer to
  /// others.
  std::set<std::string, std::less<>> forgotten;
  bool lost = false;  ///< or of any name
  /// Names that no table or view has: what else they are, if they are there, as pg_class.relkind
  /// tells it.
  std::map<std::string, char, std::less<>> beside;
  bool has_comments = true;  ///< a relation or a column may have one that is not known

  /// Whether it is known that no table has this name.
  [[nodiscard]] bool is_absent(std::string_view key) const {
    return !tables.contains(key) && !views.contains(key) && names_.contains(key) != as_others(key);
  }
  void note_absent(std::string_view key) { note(key, as_others(key)); }
  void note_doubtful(std::string_view key) { note(key, !as_others(key)); }
  /// From here on no name without a schema is in use but those of `tables` and `doubtful`; null:
  /// any may be.
  void note_others(const std::set<std::string, std::less<>>* doubtful) {
    others_absent_ = doubtful != nullptr;
    names_.clear();
    others_.clear();
    if (doubtful == nullptr) return;
    for (const std::string& name : *doubtful)
      (name.find('.') == std::string::npos ? names_ : others_).insert(name);
  }
  /// Whether other names without a schema than those of `tables`, `views` and noted() are in no
  /// use; else those of noted() are.
  [[nodiscard]] bool others_absent() const noexcept { return others_absent_; }
  [[nodiscard]] const std::set<std::string, std::less<>>& noted() const noexcept { return names_; }
  /// Names with a schema of what is no table, as far as they are known.
  [[nodiscard]] const std::set<std::string, std::less<>>& others() const noexcept {
    return others_;
  }
  /// From here on no name without a schema is in use: all of them were dropped.
  void note_public_empty() {
    others_absent_ = true;
    names_.clear();
  }
  /// Whether it is known which tables refer to others.
  [[nodiscard]] bool knows_references() const noexcept { return !lost && forgotten.empty(); }
  /// The names without a schema that are in use, or may be; nothing where any may be.
  [[nodiscard]] std::optional<std::set<std::string>> names_in_use() const {
    if (!others_absent_) return std::nullopt;
    return std::set<std::string>(names_.begin(), names_.end());
  }
  /// Whether no table or view has this name, with a schema, where all tables are known.
  [[nodiscard]] bool is_no_table(std::string_view key) const {
    return complete && !tables.contains(key) && !views.contains(key) && !others_.contains(key);
  }

 private:
  /// Whether a name is absent of which nothing is noted.
  [[nodiscard]] bool as_others(std::string_view key) const {
    return others_absent_ && key.find('.') == std::string_view::npos;
  }
  void note(std::string_view key, bool default_) {
    const auto found = names_.find(key);
    if (default_ && found != names_.end()) names_.erase(found);
    if (!default_ && found == names_.end()) names_.emplace(key);
  }
  bool others_absent_ = false;
  std::set<std::string, std::less<>> names_;   ///< those of which the contrary holds
  std::set<std::string, std::less<>> others_;  ///< names with a schema of what is no table
};

}  // namespace understudy::sql::contents
