#include "protocols/mysql/row_planner.hpp"

#include <algorithm>
#include <utility>

#include "protocols/mysql/names.hpp"
#include "protocols/sql/facts/query_levels.hpp"
#include "protocols/sql/lexer.hpp"
#include "protocols/sql/tree/parse_mysql.hpp"

namespace understudy::mysql {
namespace {

using sql::Equalities;
using sql::Level;
using sql::Operand;
using sql::PlannedChange;
namespace tree = sql::tree;

/// Tables of the server itself have no rows that statements name.
std::string name_of_table(const tree::Name& table) {
  return is_catalogue(folded(table.schema)) ? std::string() : spelled_name(table);
}

bool has_odd_name(std::string_view text, sql::Mode mode) {
  sql::Lexer lexer(text, mode);
  for (sql::Token token = lexer.next(); token.kind != sql::TokenKind::end; token = lexer.next()) {
    const bool name = token.kind == sql::TokenKind::word || token.kind == sql::TokenKind::quoted;
    if (name && is_odd_name(token.text)) return true;
  }
  return false;
}

/// LAST_INSERT_ID(…) makes the OK tell another number.
class CallsLastInsertId final : public tree::Visitor {
 public:
  using Visitor::visit;
  void visit(const tree::Expression& expression) override {
    const auto* call = expression.as<tree::Call>();
    found = found || (call != nullptr && call->name.name == "last_insert_id");
    descend(expression);
  }
  bool found = false;
};

class Planner {
 public:
  Planner() : levels_(sql::Dialect::mysql, name_of_table) {}

  StatementPlan plan(const tree::Statement& statement) {
    if (const auto* query = statement.as<tree::Query>()) {
      this->query(*query);
    } else if (const auto* insert = statement.as<tree::Insert>()) {
      this->insert(*insert, statement);
    } else if (const auto* update = statement.as<tree::Update>()) {
      this->update(*update);
    } else if (const auto* remove = statement.as<tree::Delete>()) {
      this->remove(*remove);
    } else {
      return {};
    }
    if (levels_.lost()) return {};
    plan_.rows.reads = std::move(levels_.reads);
    plan_.rows.each_once =
        plan_.rows.each_once && plan_.rows.reads.size() + plan_.rows.changes.size() == 1;
    return std::move(plan_);
  }

 private:
  using Assignments = std::vector<tree::Assignment>;

  void query(const tree::Query& query) {
    const Level level = levels_.read(query, false);
    if (level.outputs != nullptr) show(*level.outputs, level);
    plan_.rows.each_once = !plan_.items.empty() && !level.grouped && level.sources.size() == 1;
  }

  void show_changed(const std::vector<tree::Output>& returning, const Level& level) {
    if (returning.empty()) return;
    levels_.visit_all(returning);
    plan_.rows.returning = plan_.rows.each_once = true;
    show(returning, level);
  }

  [[nodiscard]] std::string column_of(const tree::Assignment& assignment) const {
    return folded(assignment.columns.front().name());
  }

  // ---- INSERT and REPLACE ----

  void insert(const tree::Insert& insert, const tree::Statement& statement) {
    const auto* table = insert.table.as<tree::TableName>();
    if (table == nullptr) return levels_.lose();
    PlannedChange change;
    change.kind = RowChange::Kind::insert;
    change.table = name_of_table(table->name);
    if (change.table.empty()) return levels_.lose();
    levels_.enter(insert.with, false);
    for (const std::string& column : insert.columns) change.columns.push_back(folded(column));
    rows(insert, change);
    update_duplicates(insert, change);
    if (insert.conflict.action == tree::Conflict::Action::replace) replace(change);
    CallsLastInsertId calls;
    calls.descend(statement);
    plan_.insert_id_is_of_row = change.kind == RowChange::Kind::insert && change.rows_known &&
                                change.rows.size() == 1 && !calls.found;
    Level level;
    level.sources = {{change.table, change.table}};
    level.simple = true;
    plan_.rows.changes.push_back(std::move(change));
    show_changed(insert.returning, level);
  }

  void rows(const tree::Insert& insert, PlannedChange& change) {
    if (insert.query) {
      change.rows_known = false;
      levels_.read(*insert.query, false);
      return;
    }
    for (const auto& given : insert.rows) {
      levels_.visit_all(given);
      std::vector<Operand>& row = change.rows.emplace_back();
      for (const tree::Expression& value : given) row.push_back(sql::operand_of(value));
    }
    // Without a list of columns only a row of no values tells its columns.
    const bool empty = change.rows.size() == 1 && change.rows[0].empty();
    change.rows_known = insert.columns_told || empty;
    for (const auto& row : change.rows)
      if (change.rows_known && row.size() != change.columns.size()) levels_.lose();
    if (!change.rows_known) change.rows.clear();
  }

  /// Which unique key a row may already be there by, the statement does not tell: no `target`.
  void update_duplicates(const tree::Insert& insert, PlannedChange& change) {
    if (insert.conflict.action != tree::Conflict::Action::update) return;
    change.kind = RowChange::Kind::upsert;
    levels_.visit_all(insert.conflict.set);
    for (const tree::Assignment& each : insert.conflict.set)
      change.set.emplace_back(column_of(each), given(each.value, insert, change));
  }

  /// VALUES(c), or `new.c` of a row that is called `new`, is what the insert gives to c.
  [[nodiscard]] Operand given(const tree::Expression& value, const tree::Insert& insert,
                              const PlannedChange& change) const {
    const auto* column = value.as<tree::Column>();
    if (const auto* call = value.as<tree::Call>()) {
      const bool values = call->name.name == "values" || call->name.name == "value";
      column =
          values && call->arguments.size() == 1 ? call->arguments[0].as<tree::Column>() : nullptr;
    } else if (column != nullptr) {
      const bool of_row = column->path.size() == 2 && !insert.row_alias.empty() &&
                          insert.row_alias_columns.empty() &&
                          folded(column->path[0]) == folded(insert.row_alias);
      if (!of_row) column = nullptr;
    }
    if (column == nullptr) return sql::operand_of(value);
    if (change.rows.size() != 1) return {};
    const auto found = std::ranges::find(change.columns, folded(column->name()));
    const auto index = static_cast<std::size_t>(found - change.columns.begin());
    return index < change.rows[0].size() ? change.rows[0][index] : Operand();
  }

  /// The row that was there, if one was, has the new values afterwards.
  static void replace(PlannedChange& change) {
    change.kind = RowChange::Kind::upsert;
    for (std::size_t i = 0; i < change.columns.size(); ++i) {
      const bool known = change.rows.size() == 1 && i < change.rows[0].size() &&
                         change.rows[0][i].kind != Operand::Kind::omitted;
      change.set.emplace_back(change.columns[i], known ? change.rows[0][i] : Operand());
    }
  }

  // ---- UPDATE and DELETE ----

  /// Changes to one table are counted by the answer, those to several only together.
  static PlannedChange change_of(RowChange::Kind kind, const Level& level,
                                 const Equalities& equalities, std::size_t source) {
    PlannedChange change;
    change.kind = kind;
    change.table = level.sources[source].table;
    change.where = equalities.conditions_of(source);
    change.in_expression = level.sources.size() > 1;
    return change;
  }

  /// The sub-selects behind the tables, and what WHERE says.
  template <class Change>
  Equalities restrict(const Change& change, const Level& level) {
    levels_.visit_child(change.where);
    levels_.visit_all(change.order);
    levels_.visit_child(change.limit);
    return levels_.equalities_of(level, change.where);
  }

  void update(const tree::Update& update) {
    levels_.enter(update.with, false);
    Level level;
    levels_.add_sources(update.tables, level);
    levels_.visit_all(update.set);
    const Equalities equalities = restrict(update, level);
    // All tables of a joined UPDATE may be written: which ones, names without a table do not tell.
    for (std::size_t i = 0; i < level.sources.size(); ++i) {
      if (level.sources[i].table.empty()) continue;
      PlannedChange change = change_of(RowChange::Kind::update, level, equalities, i);
      for (const tree::Assignment& each : update.set) {
        const auto column = equalities.resolve(each.columns.front());
        if (column && column->source != i) continue;
        change.set.emplace_back(column_of(each), column ? sql::operand_of(each.value) : Operand());
      }
      plan_.rows.changes.push_back(std::move(change));
    }
  }

  void remove(const tree::Delete& remove) {
    levels_.enter(remove.with, false);
    if (!remove.targets.empty()) return remove_from_several(remove);
    Level level;
    level.simple = true;
    levels_.add_source(remove.table, level);
    if (level.sources.size() != 1 || level.sources[0].table.empty()) return levels_.lose();
    const Equalities equalities = restrict(remove, level);
    plan_.rows.changes.push_back(change_of(RowChange::Kind::remove, level, equalities, 0));
    show_changed(remove.returning, level);
  }

  /// DELETE a, b FROM a JOIN b … and DELETE FROM a, b USING a JOIN b …
  void remove_from_several(const tree::Delete& remove) {
    Level level;
    levels_.add_sources(remove.from, level);
    const Equalities equalities = restrict(remove, level);
    std::vector<bool> removes(level.sources.size(), false);
    for (const tree::Name& target : remove.targets) {
      const auto source = target_of(target, level);
      if (!source) return levels_.lose();
      removes[*source] = true;
    }
    for (std::size_t i = 0; i < level.sources.size(); ++i) {
      if (!removes[i]) {
        levels_.add_read(level, equalities, i);
        continue;
      }
      PlannedChange change = change_of(RowChange::Kind::remove, level, equalities, i);
      change.in_expression = true;
      plan_.rows.changes.push_back(std::move(change));
    }
  }

  /// The source that `a`, `a.*`, `s.a` or `s.a.*` means.
  [[nodiscard]] std::optional<std::size_t> target_of(const tree::Name& target,
                                                     const Level& level) const {
    const std::string key = name_of_table(target);
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < level.sources.size(); ++i) {
      const sql::Source& source = level.sources[i];
      const bool meant = target.schema.empty() ? source.alias == key : source.table == key;
      if (!meant) continue;
      if (found || source.table.empty()) return std::nullopt;
      found = i;
    }
    return found;
  }

  // ---- what the result shows ----

  void show(const std::vector<tree::Output>& outputs, const Level& level) {
    using Item = StatementPlan::Item;
    const bool tables = std::ranges::none_of(
        level.sources, [](const sql::Source& each) { return each.table.empty(); });
    if (!level.simple || !tables) return;
    for (const tree::Output& output : outputs) {
      const bool star = output.expression.as<tree::Star>() != nullptr;
      const bool column = output.expression.as<tree::Column>() != nullptr;
      plan_.items.push_back(star ? Item::star : column ? Item::column : Item::other);
    }
  }

  sql::QueryLevels levels_;
  StatementPlan plan_;
};

}  // namespace

StatementPlan statement_plan_of(std::string_view pattern, sql::Mode mode) {
  const std::string text = sql::sql_of_pattern(pattern, sql::Dialect::mysql);
  if (has_odd_name(text, mode)) return {};
  const tree::Statement statement = tree::parse_mysql(text, mode);
  if (!statement.understood() || statement.depends_on_version) return {};
  return Planner().plan(statement);
}

}  // namespace understudy::mysql
