#include "compile/row_keys.hpp"

#include <algorithm>
#include <utility>

#include "compile/row_book.hpp"

namespace understudy::compile {
namespace {

/// Adds the key of each value of a column: {orders, account_id, =3}.
void add_keys(std::vector<KeyPath>& paths, const std::string& table, const std::string& column,
              const auto& values) {
  for (const std::string& value : values) paths.push_back({table, column, value});
}

bool concerns(const RowFacts& rows, const std::string& table) {
  return std::ranges::count(rows.reads, table, &RowAccess::table) > 0 ||
         std::ranges::count(rows.changes, table, &RowChange::table) > 0;
}

bool is_sequence(const KeyPath& path) {
  return path.size() == 2 && path[0] == outside_transactions;
}

}  // namespace

class RowKeys::Book {
 public:
  explicit Book(const std::vector<Step>& steps) : rows_(steps) {
    for (const Step& step : steps) rank(step);
    for (const Step& step : steps) static_cast<void>(reads_of(step, &keyed_));
  }

  [[nodiscard]] StepKeys of(const Step& step) const {
    return {reads_of(step, nullptr), writes_of(step, true), writes_of(step, false)};
  }

 private:
  using Columns = std::map<std::string, std::set<std::string>>;  // by table

  /// Counts for each column of a table the writes of which it is not known what they do to it.
  void rank(const Step& step) {
    if (step.analysis.effect != Effect::write) return;
    for (const RowChange& change : step.analysis.rows.changes)
      for (const std::string& column : rows_.condition_columns(change.table))
        if (!rows_.touched(step, change, column, true)) ++unknown_[{change.table, column}];
  }

  /// The condition that makes the narrowest key; null where there is none.
  [[nodiscard]] const RowCondition* best(const std::string& table,
                                         const std::vector<RowCondition>& where) const {
    const RowCondition* best = nullptr;
    std::pair<std::size_t, std::size_t> cost;
    for (const RowCondition& each : where) {
      const auto unknown = unknown_.find({table, each.column});
      const std::pair<std::size_t, std::size_t> candidate = {
          unknown == unknown_.end() ? 0 : unknown->second, ~rows_.variety(table, each.column)};
      if (best != nullptr && cost <= candidate) continue;
      best = &each;
      cost = candidate;
    }
    return best;
  }

  void add_rows(std::vector<KeyPath>& paths, const std::string& table,
                const std::vector<RowCondition>& where, Columns* keyed) const {
    const RowCondition* condition = best(table, where);
    if (condition == nullptr) return paths.push_back({table});
    add_keys(paths, table, condition->column, condition->values);
    if (keyed != nullptr) (*keyed)[table].insert(condition->column);
  }

  /// An insert is answered otherwise where a row with its values is there already.
  void add_insert(std::vector<KeyPath>& paths, const RowChange& change, Columns* keyed) const {
    std::vector<std::string> columns = rows_.distinguishing(change);
    for (const std::string& target : change.target)
      if (std::ranges::find(columns, target) == columns.end()) columns.push_back(target);
    for (const std::string& column : columns)
      for (const Row& row : change.rows) {
        const auto cell = row.find(column);
        if (cell == row.end() || !cell->second) return paths.push_back({change.table});
        add_keys(paths, change.table, column, std::set<std::string>{*cell->second});
        if (keyed != nullptr) (*keyed)[change.table].insert(column);
      }
    if (change.rows.empty() || change.rows.front().empty()) paths.push_back({change.table});
  }

  void add_table(std::vector<KeyPath>& paths, const RowFacts& rows, const std::string& table,
                 Columns* keyed) const {
    for (const RowAccess& access : rows.reads)
      if (access.table == table) add_rows(paths, table, access.where, keyed);
    for (const RowChange& change : rows.changes) {
      if (change.table != table) continue;
      const bool inserts =
          change.kind == RowChange::Kind::insert || change.kind == RowChange::Kind::upsert;
      if (inserts)
        add_insert(paths, change, keyed);
      else
        add_rows(paths, table, change.where, keyed);
    }
  }

  [[nodiscard]] bool takes_number(const RowFacts& rows, const std::string& table) const {
    if (std::ranges::count(rows.changes, table, &RowChange::table) == 0) return true;
    return std::ranges::any_of(rows.changes, [&](const RowChange& change) {
      return change.table == table && rows_.takes_number(change);
    });
  }

  [[nodiscard]] std::vector<KeyPath> reads_of(const Step& step, Columns* keyed) const {
    const RowFacts& rows = step.analysis.rows;
    std::vector<KeyPath> paths;
    for (const KeyPath& path : step.analysis.reads) {
      if (path.size() == 1 && concerns(rows, path[0]))
        add_table(paths, rows, path[0], keyed);
      else if (!is_sequence(path) || takes_number(rows, path[1]))
        paths.push_back(path);
    }
    return paths;
  }

  [[nodiscard]] std::vector<KeyPath> writes_of(const Step& step, bool answered) const {
    const RowFacts& rows = step.analysis.rows;
    std::vector<KeyPath> paths;
    for (const KeyPath& path : step.analysis.writes) {
      const bool told =
          path.size() == 1 && std::ranges::count(rows.changes, path[0], &RowChange::table) > 0;
      if (told) {
        for (const RowChange& change : rows.changes)
          if (change.table == path[0]) add_change(paths, step, change, answered);
      } else if (!is_sequence(path) || takes_number(rows, path[1])) {
        paths.push_back(path);
      }
    }
    return paths;
  }

  void add_change(std::vector<KeyPath>& paths, const Step& step, const RowChange& change,
                  bool answered) const {
    const auto keyed = keyed_.find(change.table);
    if (keyed == keyed_.end()) return paths.push_back({change.table});
    for (const std::string& column : keyed->second) {
      if (const auto values = rows_.touched(step, change, column, answered))
        add_keys(paths, change.table, column, *values);
      else
        paths.push_back({change.table, column});
    }
  }

  RowBook rows_;
  std::map<std::pair<std::string, std::string>, std::size_t> unknown_;
  Columns keyed_;
};

RowKeys::RowKeys(const std::vector<Step>& steps) : book_(std::make_unique<Book>(steps)) {}
RowKeys::~RowKeys() = default;

StepKeys RowKeys::of(const Step& step) const {
  return book_->of(step);
}

}  // namespace understudy::compile
