// A statement as the executor runs it: SQLite's SQL over the tables of `contents`, the values that
// it takes, and what its answer looks like.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "protocols/sql/contents/table.hpp"
#include "protocols/sql/tree/tree.hpp"

namespace understudy::sql::emulator {

using contents::ColumnType;
using contents::Datum;
using contents::TypeKind;

/// Thrown by what translates, caught where a plan is made: the statement is not computed.
struct Unsure {
  std::string reason;
};

/// A column of a table, by the table's key and the column's number.
struct TableColumnName {
  std::string table;
  std::size_t column = 0;
  std::uint16_t attribute = 0;  ///< as answers number it
  friend auto operator<=>(const TableColumnName&, const TableColumnName&) = default;
};

/// A column of the rows that a common table gives.
struct PartColumn {
  std::size_t part = 0, column = 0;
  friend auto operator<=>(const PartColumn&, const PartColumn&) = default;
};

/// The value of ?1, ?2, … of a text.
struct Bound {
  static constexpr std::size_t no_slot = ~std::size_t{0};
  /// Whose value it is.
  enum class Source : std::uint8_t {
    request,   ///< `slot` of the request, or `constant`
    part,      ///< all rows of the common table `slot`, as a JSON list of lists
    begin,     ///< the last place in the table before the statement
    setting,   ///< of the session, by the name that is `slot` or `constant`
    variable,  ///< `slot` of the function's
    row,       ///< the column `slot` of the row that could not be put in
    now,       ///< when the transaction began
    clock,     ///< when the statement did
    uuid,      ///< a new one
    // Of the catalogue; see protocols/postgres/emulator/catalogue.hpp. `slot` is the number of the
    // relation.
    catalogue,  ///< its rows, as a JSON list of lists
    settled,    ///< names, as a JSON list
    settles,    ///< whether a name is settled that is among them, or one that is not
    objects,    ///< OIDs of what is known, as a JSON list
    regclass,   ///< the OID of the table that the value of the request names
    told        ///< what the function `slot` tells of objects, as a JSON object
  } source = Source::request;
  std::size_t slot = no_slot;  ///< of the request's values; `constant` where there is none
  ColumnType type = {};
  Datum constant = {};
  std::int64_t most = 0;    ///< a number may be as far from 0, so that no sum runs over; 0: any
  bool compared = false;    ///< of a number the value counts alone, which may be beyond the type
  bool assigned = false;    ///< put into a column: a numeric is rounded to its scale
  bool array = false;       ///< the elements of an array
  bool missing_ok = false;  ///< of a setting: one that there is not is NULL
  bool printed = false;     ///< the text that the server prints for it
  bool may_hide = false;    ///< NULL where it is not known
  /// What it has to be, so that the server does not refuse it.
  enum class Demand : std::uint8_t {
    none,
    pattern,   ///< a regular expression
    zone,      ///< a time zone
    field,     ///< of a moment, as date_trunc() names it
    number,    ///< written as one
    count,     ///< the same, above 0
    text,      ///< written as one
    presence,  ///< whether it is NULL, no more
    sameness   ///< it is `constant`
  } demand = Demand::none;
  std::optional<std::size_t> put_into = {};  ///< of UPDATE: nothing but the new value of a column
};

struct Text {
  std::string sql;
  std::vector<Bound> bounds;
};

struct Shown {
  std::string name;
  ColumnType type;
  std::optional<TableColumnName> origin;
  std::string relation = {};  ///< under which name its table stands in the statement
  bool plain = false;         ///< nothing but a column of a table that stands in FROM itself
};

/// A number that the request or the statement tells.
struct Count {
  std::size_t slot = Bound::no_slot;
  std::int64_t constant = 0;
  TypeKind kind = TypeKind::int8;  ///< of the place where it stands
};

/// What is put into one column of a new row.
struct Given {
  enum class Kind : std::uint8_t {
    value,
    number,   ///< the next one of a sequence
    fresh,    ///< what nobody knows
    computed  ///< the value at `place` of a row of the source
  } kind = Kind::value;
  Bound bound = {};
  std::size_t place = 0;
};

[[nodiscard]] inline bool contains_any(const std::set<std::size_t>& set,
                                       const std::vector<std::size_t>& columns) {
  return std::ranges::any_of(columns, [&](std::size_t each) { return set.contains(each); });
}

/// `text` finds a row behind the place ?1 that does not satisfy it.
struct PlannedCheck {
  std::string name;
  Text text;
};

/// Of a change of rows that are found first: `find` gives their places.
struct Part {
  std::string target;
  Text find, set;
  std::set<std::size_t> assigned, refreshed;
  std::set<std::size_t> momentary = {};  ///< columns that get this moment: see Plan
};

/// One WHEN of MERGE.
struct PlannedWhen {
  enum class Action : std::uint8_t { nothing, insert, update, remove } action = Action::nothing;
  std::size_t row = 0;                   ///< of `insert`: which of the plan's rows
  std::string sql = {};                  ///< else: changes the row at the place ?1
  std::vector<std::size_t> places = {};  ///< of ?2, ?3, … in the source's row
  std::set<std::size_t> assigned = {};
};

struct Plan {
  enum class Action : std::uint8_t {
    select,
    insert,
    update,
    remove,
    truncate,
    merge,
    refresh,
    call,
    number  ///< of a sequence
  };
  Action action = Action::select;
  std::string reason;  ///< why it is not computed; empty where it is

  Text text;  ///< of `insert` for each row
  std::vector<Shown> shown;
  /// Behind the shown columns of `select`: what the rows are sorted by. Rows that agree in all of
  /// it may come in any order.
  std::size_t keys = 0;
  /// DISTINCT ON: of rows that agree in so many of the keys the first one is shown.
  std::size_t told_apart = 0;
  std::optional<Count> limit, offset;
  bool locks = false;  ///< FOR UPDATE

  /// Of what is read every value has to be known.
  std::set<std::string> reads;
  std::set<TableColumnName> columns;
  /// Numbers of these columns may be as far from 0.
  std::vector<std::pair<TableColumnName, std::int64_t>> guards;

  std::string target;               ///< key of the table that is written
  std::set<std::size_t> assigned;   ///< columns that UPDATE sets
  std::set<std::size_t> refreshed;  ///< columns that get a value which nobody knows
  /// Of `insert`: for each row the columns in the order of the table.
  std::vector<std::vector<Given>> rows;
  std::vector<PlannedCheck> checks;  ///< by name
  /// Each finds a row behind the place ?1 that is refused, because another one agrees with it.
  std::vector<Text> meetings = {};
  /// Of INSERT … ON CONFLICT DO NOTHING: finds a row that agrees with the one of `proposed`, which
  /// is left out then.
  std::optional<Text> arbiter = {};
  std::set<std::size_t> returned;  ///< columns of the new row that RETURNING shows
  bool answers_conflict = false;   ///< ON CONFLICT
  bool updates_conflict = false;
  std::vector<std::string> targets;  ///< of `truncate`
  /// Of `truncate`: tables that refer to those that were named.
  std::vector<std::string> cascaded;
  /// Of `update`: whichever rows it changed, values that nobody knows are in these columns.
  bool blurs = false;
  /// Of `number`: which sequence gives its next one, or is set by what the source gives.
  struct SequenceUse {
    std::pair<std::uint32_t, std::size_t> sequence;
    std::int64_t increment = 1, most = 0;
    bool sets = false;
  };
  std::optional<SequenceUse> sequence = {};
  bool restarts = false;
  bool all_rows = false;  ///< of `remove`: whatever they are

  // ---- of PostgreSQL ----
  /// Beside `rows`, or none: what gives their computed values; each of its rows makes one.
  std::vector<Plan> sources;
  bool of_query = false;  ///< INSERT … SELECT: the source gives any number of rows
  bool in_order = false;  ///< its rows come in an order that is known
  /// Of `update` and `remove`: `sources` has one that gives the place of each row, the values that
  /// are assigned and those that are shown; `text` changes the row at the place ?1.
  bool by_rows = false;
  std::vector<std::size_t> set_columns;  ///< of `by_rows`: in the order of the assigned values
  Text after;                      ///< of `by_rows`: what is shown of the new row at the place ?1
  std::vector<PlannedWhen> whens;  ///< of `merge`: the source gives the place, which of these, …
  /// Columns that get a value of this moment: nobody knows it where the time is not known.
  std::set<std::size_t> momentary;
  bool needs_now = false;  ///< it shows one of those
  /// What is done before: common tables, where one of them changes something.
  std::vector<Plan> commons;
  std::vector<std::pair<PartColumn, std::int64_t>> part_guards;  ///< as `guards`
  /// Of `call`: the function, with the arguments that the source gives.
  std::shared_ptr<const tree::CreateRoutine> routine;

  // ---- of MySQL ----
  std::vector<Part> parts;        ///< of `update` and `remove`; of `insert`: of the row that is met
  std::set<std::size_t> shaping;  ///< slots whose values are shown
  enum class Clash : std::uint8_t { fails, ignored, replaces, updates } clash = Clash::fails;
  std::optional<Text> source;       ///< INSERT … SELECT: the rows
  std::vector<std::size_t> places;  ///< and into which columns
  bool multiple = false;            ///< UPDATE and DELETE of several tables
  std::set<std::string> named;      ///< of `call`: the tables that its body names
  tree::Name missing = {};          ///< the table that there is not, which it names
  bool looks_at_all = false;        ///< no key has a column that the condition names
  /// The condition of an UPDATE is met by columns that are just these values, each once; nothing
  /// where it is another one.
  std::optional<std::vector<Bound>> equal_to;

  /// A function may write.
  [[nodiscard]] bool writes() const noexcept {
    return action != Action::select || std::ranges::any_of(commons, &Plan::writes);
  }
};

}  // namespace understudy::sql::emulator
