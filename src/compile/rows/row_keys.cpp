#include "compile/rows/row_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "compile/rows/row_book.hpp"
#include "compile/rows/row_relations.hpp"
#include "compile/rows/row_traffic.hpp"
#include "table/hash.hpp"

namespace understudy::compile {
namespace {

using Paths = std::vector<KeyPath>;

bool mentions(const RowFacts& rows, const std::string& table) {
  return std::ranges::count(rows.reads, table, &RowAccess::table) > 0 ||
         std::ranges::count(rows.changes, table, &RowChange::table) > 0;
}

bool is_sequence(const KeyPath& path) {
  return path.size() == 2 && path[0] == outside_transactions;
}

/// The name under which a key says that a row with a value is there, whatever else changes in it.
std::string presence_of(const std::string& column) {
  return "@present " + column;
}
/// The same where other columns matter too, with which the column may be unique together.
std::string uniqueness_of(const std::string& column) {
  return "@unique " + column;
}
/// The column that a key's name is about.
std::string column_behind(const std::string& name) {
  return name.starts_with('@') ? name.substr(name.find(' ') + 1) : name;
}

/// The values that a condition names; nothing where there is none on the column.
std::optional<Values> named(const std::vector<RowCondition>& where, const std::string& column) {
  const RowCondition* condition = condition_on(where, column);
  return condition == nullptr ? std::nullopt : std::optional(values_of(*condition));
}

/// Adds the key of each value of a column, {orders, account_id, =3}, or the column as a whole.
void add_keys(Paths& paths, const std::string& table, const std::string& column,
              const std::optional<Values>& values) {
  if (!values) return paths.push_back({table, column});
  for (const std::string& value : *values) paths.push_back({table, column, value});
}

}  // namespace

class RowKeys::Book {
 public:
  Book(const std::vector<Step>& steps, const Schema& schema, std::set<std::string> numbered)
      : numbered_(std::move(numbered)),
        evidence_(steps, schema),
        relations_(find_relations(steps, evidence_)),
        book_(steps, evidence_, relations_),
        traffic_(steps, evidence_, book_) {
    for (const Step& packed : steps) static_cast<void>(reads_of(FullStep(packed), &keyed_));
  }

  [[nodiscard]] Paths reads_of(const FullStep& step) const { return reads_of(step, nullptr); }
  [[nodiscard]] Paths writes_of(const FullStep& step, bool answered) const {
    const RowFacts& rows = step.rows;
    Paths paths;
    for (const KeyPath& path : step.writes) {
      const bool told =
          path.size() == 1 && std::ranges::count(rows.changes, path[0], &RowChange::table) > 0;
      if (told) {
        for (const RowChange& change : rows.changes)
          if (change.table == path[0]) add_change(paths, step, change, answered);
      } else if (is_sequence(path)) {
        add_sequence(paths, step, path);
      } else {
        paths.push_back(path);
      }
    }
    return paths;
  }
  [[nodiscard]] const Declarations& declarations() const noexcept {
    return evidence_.declarations();
  }

 private:
  using Columns = std::map<std::string, std::set<std::string>>;  // by table

  // --- what a request depends on
  // ------------------------------------------------------------------

  [[nodiscard]] Paths reads_of(const FullStep& step, Columns* keyed) const {
    const RowFacts& rows = step.rows;
    Paths paths;
    for (const KeyPath& path : step.reads) {
      if (path.size() == 1 && mentions(rows, path[0]))
        add_table(paths, step, path[0], keyed);
      else if (is_sequence(path))
        add_sequence(paths, step, path);
      else if (!path.empty() || !is_explained(rows))
        paths.push_back(path);
    }
    return paths;
  }

  /// An error may have any cause, but not where it names a unique constraint that is declared.
  [[nodiscard]] bool is_explained(const RowFacts& rows) const {
    const TableFacts* facts = rows.violation ? evidence_.declared(rows.violation->table) : nullptr;
    return facts != nullptr && is_declared(*facts, *rows.violation);
  }

  void add_table(Paths& paths, const FullStep& step, const std::string& table,
                 Columns* keyed) const {
    const RowFacts& rows = step.rows;
    for (const RowAccess& access : rows.reads)
      if (access.table == table) add_rows(paths, table, access.where, keyed);
    for (const RowChange& change : rows.changes) {
      if (change.table != table) continue;
      if (is_insert(change)) {
        add_insert(paths, change, keyed);
        add_number(paths, step, change, keyed);
      } else {
        add_rows(paths, table, change.where, keyed);
      }
      if (change.kind == RowChange::Kind::update) add_unique(paths, change, keyed);
      add_parents(paths, change, keyed);
      add_children(paths, change, keyed);
    }
  }

  void add(Paths& paths, const std::string& table, const std::string& column,
           const std::optional<Values>& values, Columns* keyed) const {
    add_keys(paths, table, column, values);
    if (keyed != nullptr) (*keyed)[table].insert(column);
  }

  /// By the condition that makes the best key.
  void add_rows(Paths& paths, const std::string& table, const std::vector<RowCondition>& where,
                Columns* keyed) const {
    if (where.empty()) return paths.push_back({table});
    const auto best = std::ranges::min_element(
        where, {}, [&](const RowCondition& each) { return traffic_.cost(table, each.column); });
    add(paths, table, best->column, values_of(*best), keyed);
  }

  /// An insert is answered otherwise where a row with its values is there already.
  void add_insert(Paths& paths, const RowChange& change, Columns* keyed) const {
    if (change.rows.empty() || change.rows.front().empty()) return paths.push_back({change.table});
    std::vector<std::string> names;
    for (const auto& [name, cell] : change.rows.front()) names.push_back(name);
    const auto cheapest_first = [&](std::vector<std::string>& columns) {
      std::ranges::sort(columns, {}, [&](const std::string& name) {
        return std::pair(traffic_.cost(change.table, name), name);
      });
    };
    cheapest_first(names);
    std::vector<std::string> columns = evidence_.distinguishing(change.table, std::move(names));
    // A row that is met agrees in all columns of the target: one of them is enough.
    std::vector<std::string> target = change.target;
    cheapest_first(target);
    const bool met = std::ranges::any_of(target, [&](const std::string& name) {
      return std::ranges::find(columns, name) != columns.end();
    });
    if (!met && !target.empty()) columns.push_back(target.front());
    // What else is in that row matters only to an upsert, which changes it.
    const bool upsert = change.kind == RowChange::Kind::upsert;
    for (const std::string& column : columns)
      add(paths, change.table, upsert ? column : uniqueness_of(column), given(change, column),
          keyed);
  }

  /// What an insert gives to a column. NULL meets no other row, unless the schema says so.
  [[nodiscard]] std::optional<Values> given(const RowChange& change,
                                            const std::string& column) const {
    const TableFacts* facts = evidence_.declared(change.table);
    const bool nulls_meet =
        facts != nullptr && std::ranges::any_of(facts->unique, [&](const UniqueSet& set) {
          return !set.nulls_distinct && std::ranges::find(set.columns, column) != set.columns.end();
        });
    return nulls_meet ? column_of(change.rows, column) : values_of(change.rows, column);
  }

  [[nodiscard]] Numbering numbering(const FullStep& step, const RowChange& change) const {
    const Numbering found = evidence_.numbering(step, change);
    return found == Numbering::own && numbered_.contains(change.table) ? Numbering::shared : found;
  }

  /// The number that its answer shows is no other row's.
  void add_number(Paths& paths, const FullStep& step, const RowChange& change,
                  Columns* keyed) const {
    const RowsSeen* shown = returned_rows(step, change.table);
    if (shown == nullptr || numbering(step, change) != Numbering::own) return;
    for (const std::string& column : evidence_.numbered(change))
      add(paths, change.table, presence_of(column), column_of(shown->rows, column), keyed);
  }

  /// So is an update, where its new value is unique. One that computes it (n = n + 1) is not taken
  /// to meet such a constraint.
  void add_unique(Paths& paths, const RowChange& change, Columns* keyed) const {
    if (const TableFacts* facts = evidence_.declared(change.table)) {
      for (const UniqueSet& set : facts->unique) add_unique(paths, change, set, keyed);
      return;
    }
    for (const auto& [column, cell] : change.set) {
      if (is_value(cell) && evidence_.may_be_unique(change.table, column))
        add(paths, change.table, presence_of(column), Values{*cell}, keyed);
    }
  }

  /// The row agrees in all columns with one that it meets: one of them is enough, best one of which
  /// it is known what stands there, because it is set or was asked for.
  void add_unique(Paths& paths, const RowChange& change, const UniqueSet& set,
                  Columns* keyed) const {
    bool concerned = std::ranges::any_of(
        set.condition, [&](const std::string& column) { return change.set.contains(column); });
    std::vector<std::pair<std::string, std::optional<Values>>> columns;
    for (const std::string& column : set.columns) {
      const auto cell = change.set.find(column);
      const bool changes = cell != change.set.end();
      concerned |= changes;
      if (changes && cell->second && !is_value(cell->second) && set.nulls_distinct) return;
      columns.emplace_back(column, !changes        ? named(change.where, column)
                                   : !cell->second ? std::nullopt
                                                   : std::optional(Values{*cell->second}));
    }
    if (!concerned) return;
    const auto& [column, values] = *std::ranges::min_element(columns, {}, [&](const auto& each) {
      return std::pair(!each.second, traffic_.cost(change.table, each.first));
    });
    const bool alone = set.columns.size() == 1 && set.condition.empty();
    add(paths, change.table, alone ? presence_of(column) : uniqueness_of(column), values, keyed);
  }

  /// A row may only refer to one that is there.
  void add_parents(Paths& paths, const RowChange& change, Columns* keyed) const {
    for (const RowRelation& relation : relations_) {
      if (relation.child != change.table) continue;
      const std::string column = presence_of(relation.key);
      for (const Row& row : change.rows)
        if (row.contains(relation.column) || row.empty() ||
            evidence_.has_default(change.table, relation.column))
          add(paths, relation.parent, column, values_of({row}, relation.column), keyed);
      if (const auto set = change.set.find(relation.column); set != change.set.end())
        add(paths, relation.parent, column, values_of({change.set}, relation.column), keyed);
    }
  }

  /// A row to which others refer may not be removed, or takes them with it.
  void add_children(Paths& paths, const RowChange& change, Columns* keyed) const {
    for (const RowRelation& relation : relations_)
      if (relation.parent == change.table && unsettles(change, relation.key))
        add(paths, relation.child, relation.column, named(change.where, relation.key), keyed);
  }

  /// Whether rows that refer to a column may have to follow.
  static bool unsettles(const RowChange& change, const std::string& key) {
    return change.kind == RowChange::Kind::remove ||
           (change.kind == RowChange::Kind::update && change.set.contains(key));
  }

  /// `path` is that of all inserts into one table.
  void add_sequence(Paths& paths, const FullStep& step, const KeyPath& path) const {
    Numbering widest = Numbering::none;
    bool told = false;
    for (const RowChange& change : step.rows.changes) {
      if (change.table != path[1]) continue;
      told = true;
      widest = std::max(widest, numbering(step, change));
    }
    if (!told || widest == Numbering::shared)
      paths.push_back(path);
    else if (widest == Numbering::own)
      paths.push_back({path[0], path[1],
                       fmt::format("{:016x}", table::hash_of(step.analysis.identity.canonical))});
  }

  // --- what it changes
  // ------------------------------------------------------------------------------

  void add_change(Paths& paths, const FullStep& step, const RowChange& change,
                  bool answered) const {
    const auto keyed = keyed_.find(change.table);
    if (keyed == keyed_.end()) {
      paths.push_back({change.table});
    } else {
      for (const std::string& name : keyed->second)
        if (concerns(change, name))
          add_keys(paths, change.table, name,
                   book_.touched(step, change, column_behind(name), answered));
      // So that whoever reads the whole table sees a change of which no column's key tells.
      paths.push_back({change.table, "@any"});
    }
    add_cascades(paths, step, change, answered);
  }

  /// Whether a change can matter to a key of that name.
  [[nodiscard]] bool concerns(const RowChange& change, const std::string& name) const {
    if (!name.starts_with('@') || change.kind != RowChange::Kind::update) return true;
    if (name == presence_of(column_behind(name))) return change.set.contains(column_behind(name));
    return evidence_.bears_on_uniqueness(change, column_behind(name));
  }

  /// Rows that refer to changed ones may change with them, those that refer to these as well, and
  /// so on. Each row is followed once, by whatever way it is reached: tables refer to each other.
  struct Cascade {
    std::map<std::pair<std::string, std::string>, Values> followed;  ///< by table and column
    std::set<std::string> whole;                                     ///< tables
    std::vector<std::pair<std::string, RowCondition>> left;          ///< rows of a table
    std::set<KeyPath> paths;

    /// `values` of a column whose rows may change; nothing: they are not known.
    void add(const RowRelation& relation, const std::optional<Values>& values) {
      if (!values) return add_whole(relation.child);
      Values& before = followed[{relation.child, relation.column}];
      RowCondition where{relation.column, {}};
      for (const std::string& value : *values)
        if (before.insert(value).second) where.values.push_back(value);
      if (!where.values.empty()) left.emplace_back(relation.child, std::move(where));
    }
    void add_whole(const std::string& table) {
      if (whole.insert(table).second) left.emplace_back(table, RowCondition{});
    }
  };

  void add_cascades(Paths& paths, const FullStep& step, const RowChange& change,
                    bool answered) const {
    Cascade cascade;
    for (const RowRelation& relation : relations_)
      if (relation.parent == change.table && relation.follows && unsettles(change, relation.key))
        cascade.add(relation, book_.touched(step, change, relation.key, answered, Wanted::all));
    while (!cascade.left.empty()) {
      const auto [table, where] = std::move(cascade.left.back());
      cascade.left.pop_back();
      if (where.column.empty())
        follow_whole(cascade, table);
      else if (!cascade.whole.contains(table))
        follow(cascade, table, where, answered);
    }
    paths.insert(paths.end(), cascade.paths.begin(), cascade.paths.end());
  }

  void follow_whole(Cascade& cascade, const std::string& table) const {
    cascade.paths.insert({table});
    for (const RowRelation& relation : relations_)
      if (relation.parent == table && relation.follows) cascade.add_whole(relation.child);
  }

  void follow(Cascade& cascade, const std::string& table, const RowCondition& where,
              bool answered) const {
    const auto values = [&](const std::string& column, Wanted wanted = Wanted::named) {
      return answered || column == where.column ? book_.values_where(table, {where}, column, wanted)
                                                : std::nullopt;
    };
    Paths paths;
    const auto keyed = keyed_.find(table);
    if (keyed == keyed_.end()) {
      paths.push_back({table});
    } else {
      for (const std::string& name : keyed->second)
        add_keys(paths, table, name, values(column_behind(name)));
      paths.push_back({table, "@any"});
    }
    cascade.paths.insert(paths.begin(), paths.end());
    for (const RowRelation& relation : relations_)
      if (relation.parent == table && relation.follows)
        cascade.add(relation, values(relation.key, Wanted::all));
  }

  std::set<std::string> numbered_;
  RowEvidence evidence_;
  std::vector<RowRelation> relations_;
  RowBook book_;
  RowTraffic traffic_;
  Columns keyed_;
};

RowKeys::RowKeys(const std::vector<Step>& steps, const Schema& schema,
                 std::set<std::string> numbered)
    : book_(std::make_unique<Book>(steps, schema, std::move(numbered))) {}
RowKeys::~RowKeys() = default;

std::vector<KeyPath> RowKeys::reads_of(const FullStep& step) const {
  return book_->reads_of(step);
}
std::vector<KeyPath> RowKeys::writes_of(const FullStep& step, bool answered) const {
  return book_->writes_of(step, answered);
}

const Declarations& RowKeys::declarations() const noexcept {
  return book_->declarations();
}

}  // namespace understudy::compile
