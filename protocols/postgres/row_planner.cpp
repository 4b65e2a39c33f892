#include "protocols/postgres/row_planner.hpp"

#include <algorithm>
#include <utility>

#include "protocols/postgres/equalities.hpp"
#include "protocols/sql/statement.hpp"

namespace understudy::postgres {
namespace {

/// All tables that a tree names anywhere: what the planner must have seen of it.
std::size_t mentions_in(const ParseTree& node) {
  std::size_t count = node.is_object() && node.contains("relname") ? 1 : 0;
  if (node.is_structured())
    for (const ParseTree& each : node) count += mentions_in(each);
  return count;
}

class Planner {
 public:
  sql::RowPlan plan(const ParseTree& statement) {
    for (const auto& [kind, node] : statement.items()) top(kind, node);
    // A mention that was not seen is a table of which nothing may be claimed.
    if (lost_ || mentions_ != mentions_in(statement)) return {};
    plan_.each_once = plan_.each_once && mentions_ == 1;
    return std::move(plan_);
  }

 private:
  void top(const std::string& kind, const ParseTree& node) {
    if (kind == "SelectStmt") {
      select(node, false);
      if (text_at(node, "op") == "SETOP_NONE")
        show(node, "targetList", !node.contains("groupClause"));
    } else if (kind == "InsertStmt" || kind == "UpdateStmt" || kind == "DeleteStmt") {
      change(kind, node, false);
      plan_.returning = true;
      show(node, "returningList", true);
    } else {
      lost_ = true;
    }
  }

  void statement(const ParseTree& wrapped, bool nested) {
    for (const auto& [kind, node] : wrapped.items()) {
      if (kind == "SelectStmt")
        select(node, nested);
      else if (kind == "InsertStmt" || kind == "UpdateStmt" || kind == "DeleteStmt")
        change(kind, node, nested);
      else
        lost_ = true;
    }
  }

  // --- one level of a query -------------------------------------------------------------------

  struct Level {
    std::vector<Equalities::Relation> relations;
    Equalities equalities;
    std::vector<std::pair<const ParseTree*, std::pair<std::size_t, std::size_t>>> conditions;
    std::vector<std::pair<std::string, std::pair<std::size_t, std::size_t>>> usings;
    bool nested = false;
  };

  void select(const ParseTree& node, bool nested) {
    const std::size_t names = expressions_.size();
    with(node, nested);
    if (text_at(node, "op") != "SETOP_NONE") {
      select(at(node, "larg"), nested);
      select(at(node, "rarg"), nested);
      walk_rest(node, {"larg", "rarg", "withClause"});
    } else {
      Level level;
      level.nested = nested;
      for (const ParseTree& item : at(node, "fromClause")) from(item, level);
      finish(level, node);
      for (std::size_t i = 0; i < level.relations.size(); ++i) add_read(level, i);
      walk_rest(node, {"fromClause", "withClause"});
      level_ = std::move(level);
    }
    expressions_.resize(names);
  }

  /// All conditions of a level, once its relations are known.
  void finish(Level& level, const ParseTree& node) {
    level.equalities.set_relations(level.relations, !level.nested);
    for (const auto& [condition, range] : level.conditions)
      level.equalities.add(*condition, range.first, range.second);
    for (const auto& [column, range] : level.usings)
      if (range.second == range.first + 2)
        level.equalities.add_using(column, range.first, range.first + 1, range.first, range.second);
    if (node.contains("whereClause"))
      level.equalities.add(at(node, "whereClause"), 0, level.relations.size());
  }

  void add_read(const Level& level, std::size_t relation) {
    const std::string& table = level.relations[relation].table;
    if (!table.empty()) plan_.reads.push_back({table, level.equalities.conditions_of(relation)});
  }

  void from(const ParseTree& item, Level& level) {
    if (item.contains("RangeVar")) {
      table(at(item, "RangeVar"), level);
    } else if (item.contains("JoinExpr")) {
      join(at(item, "JoinExpr"), level);
    } else {
      // A sub-select or function: no table of this level, but a relation that has columns.
      level.relations.push_back({});
      const bool select = item.contains("RangeSubselect");
      if (select)
        statement(at(item, "RangeSubselect", "subquery"),
                  level.nested || flag_at(at(item, "RangeSubselect"), "lateral"));
      else
        walk(item);
    }
  }

  void table(const ParseTree& node, Level& level) {
    ++mentions_;
    const std::string name = text_at(node, "relname");
    const std::string alias =
        node.contains("alias") ? text_at(at(node, "alias"), "aliasname") : name;
    const bool expression =
        !node.contains("schemaname") && std::ranges::find(expressions_, name) != expressions_.end();
    // Renamed columns (`t AS x(a, b)`) are not followed.
    const bool renamed = node.contains("alias") && at(node, "alias").contains("colnames");
    const std::string table = expression ? std::string() : table_of(node);
    if (renamed && !table.empty()) plan_.reads.push_back({table, {}});
    level.relations.push_back({alias, renamed ? std::string() : table});
  }

  void join(const ParseTree& node, Level& level) {
    const std::size_t first = level.relations.size();
    from(at(node, "larg"), level);
    const std::size_t middle = level.relations.size();
    from(at(node, "rarg"), level);
    const std::size_t last = level.relations.size();
    const std::string type = text_at(node, "jointype");
    std::pair<std::size_t, std::size_t> range = {0, 0};
    if (type == "JOIN_INNER")
      range = {first, last};
    else if (type == "JOIN_LEFT")
      range = {middle, last};
    else if (type == "JOIN_RIGHT")
      range = {first, middle};
    if (node.contains("alias")) range = {0, 0};  // an alias over the join hides the tables' own
    if (node.contains("quals")) {
      level.conditions.push_back({&at(node, "quals"), range});
      walk(at(node, "quals"));
    }
    const bool two_tables = middle == first + 1 && last == middle + 1;
    if (two_tables && range.first < range.second)
      for (const ParseTree& column : at(node, "usingClause"))
        if (column.contains("String") && type == "JOIN_INNER")
          level.usings.push_back({text_at(at(column, "String"), "sval"), range});
  }

  void with(const ParseTree& node, bool nested) {
    if (!node.contains("withClause")) return;
    const ParseTree& clause = at(node, "withClause");
    const ParseTree& expressions = at(clause, "ctes");
    if (flag_at(clause, "recursive"))
      for (const ParseTree& each : expressions) name_expression(each);
    for (const ParseTree& each : expressions) {
      statement(at(each, "CommonTableExpr", "ctequery"), nested);
      if (!flag_at(clause, "recursive")) name_expression(each);
    }
  }

  void name_expression(const ParseTree& node) {
    expressions_.push_back(text_at(at(node, "CommonTableExpr"), "ctename"));
  }

  /// Sub-selects of expressions.
  void walk(const ParseTree& node) {
    if (node.is_array()) {
      for (const ParseTree& each : node) walk(each);
    } else if (node.is_object()) {
      for (const auto& [key, value] : node.items()) {
        if (key == "SelectStmt")
          select(value, true);
        else if (key == "RangeVar")
          mention(value);
        else
          walk(value);
      }
    }
  }

  /// A table at a place that is not followed.
  void mention(const ParseTree& node) {
    ++mentions_;
    const std::string table = table_of(node);
    if (!table.empty()) plan_.reads.push_back({table, {}});
  }

  void walk_rest(const ParseTree& node, std::initializer_list<std::string_view> done) {
    for (const auto& [key, value] : node.items())
      if (std::ranges::find(done, std::string_view(key)) == done.end()) walk(value);
  }

  // --- changes ----------------------------------------------------------------------------------

  void change(const std::string& kind, const ParseTree& node, bool nested) {
    const std::size_t names = expressions_.size();
    with(node, nested);
    sql::PlannedChange planned;
    planned.in_expression = nested || !plan_.changes.empty() || !expressions_.empty();
    planned.table = table_of(at(node, "relation"));
    if (planned.table.empty()) lost_ = true;
    if (kind == "InsertStmt")
      insert(node, planned);
    else
      modify(kind, node, planned);
    plan_.changes.push_back(std::move(planned));
    expressions_.resize(names);
  }

  void insert(const ParseTree& node, sql::PlannedChange& planned) {
    ++mentions_;
    planned.kind = RowChange::Kind::insert;
    for (const ParseTree& column : at(node, "cols"))
      planned.columns.push_back(text_at(at(column, "ResTarget"), "name"));
    if (!node.contains("selectStmt"))
      planned.rows.emplace_back();  // DEFAULT VALUES
    else
      insert_rows(at(node, "selectStmt", "SelectStmt"), planned);
    if (node.contains("onConflictClause")) conflict(at(node, "onConflictClause"), planned);
    walk_rest(node, {"relation", "selectStmt", "withClause"});
    level_ = Level();
    level_.relations = {{planned.table, planned.table}};
    level_.equalities.set_relations(level_.relations, true);
  }

  void insert_rows(const ParseTree& source, sql::PlannedChange& planned) {
    planned.rows_known = source.contains("valuesLists") && !planned.columns.empty();
    if (!source.contains("valuesLists")) return select(source, false);
    for (const ParseTree& list : at(source, "valuesLists")) {
      std::vector<sql::Operand> row;
      for (const ParseTree& item : at(list, "List", "items")) row.push_back(operand_of(item));
      planned.rows.push_back(std::move(row));
    }
    if (!planned.rows_known) planned.rows.clear();
    walk(source);
  }

  void conflict(const ParseTree& clause, sql::PlannedChange& planned) {
    if (text_at(clause, "action") != "ONCONFLICT_UPDATE") return;
    planned.kind = RowChange::Kind::upsert;
    if (clause.contains("infer"))
      for (const ParseTree& element : at(at(clause, "infer"), "indexElems")) {
        const std::string column = text_at(at(element, "IndexElem"), "name");
        if (!column.empty()) planned.target.push_back(column);
      }
    for (const ParseTree& target : at(clause, "targetList")) {
      const ParseTree& node = at(target, "ResTarget");
      planned.set.emplace_back(text_at(node, "name"), excluded_or_value(at(node, "val"), planned));
    }
  }

  static sql::Operand excluded_or_value(const ParseTree& node, const sql::PlannedChange& planned) {
    if (!node.contains("ColumnRef") || planned.rows.size() != 1) return operand_of(node);
    const ParseTree& fields = at(node, "ColumnRef", "fields");
    if (fields.size() != 2 || !fields[1].contains("String") ||
        text_at(at(fields[0], "String"), "sval") != "excluded")
      return {};
    const auto column =
        std::ranges::find(planned.columns, text_at(at(fields[1], "String"), "sval"));
    const auto index = static_cast<std::size_t>(column - planned.columns.begin());
    return index < planned.rows[0].size() ? planned.rows[0][index] : sql::Operand();
  }

  void modify(const std::string& kind, const ParseTree& node, sql::PlannedChange& planned) {
    const bool update = kind == "UpdateStmt";
    planned.kind = update ? RowChange::Kind::update : RowChange::Kind::remove;
    const char* sources = update ? "fromClause" : "usingClause";
    Level level;
    table(at(node, "relation"), level);
    for (const ParseTree& item : at(node, sources)) from(item, level);
    finish(level, node);
    planned.where = level.equalities.conditions_of(0);
    for (std::size_t i = 1; i < level.relations.size(); ++i) add_read(level, i);
    if (update)
      for (const ParseTree& target : at(node, "targetList")) {
        const ParseTree& column = at(target, "ResTarget");
        const bool whole = !column.contains("indirection") && column.contains("val");
        planned.set.emplace_back(text_at(column, "name"),
                                 whole ? operand_of(at(column, "val")) : sql::Operand());
      }
    walk_rest(node, {"relation", sources, "withClause"});
    level_ = std::move(level);
  }

  // --- what the result shows
  // ----------------------------------------------------------------------

  /// Of the level that was read last, which is the outermost.
  void show(const ParseTree& node, const char* list, bool each_once) {
    if (!node.contains(list)) return;
    const ParseTree& targets = node[list];
    if (targets.size() == 1 && show_star(at(targets[0], "ResTarget", "val"))) {
      plan_.each_once = each_once;
      return;
    }
    for (const ParseTree& target : targets) {
      const ParseTree& value = at(target, "ResTarget", "val");
      if (is_star(value)) return plan_.outputs.clear();
      const auto column = level_.equalities.resolve(value);
      plan_.outputs.push_back(
          column ? sql::PlannedOutput{level_.relations[column->relation].table, column->name}
                 : sql::PlannedOutput{});
    }
    plan_.each_once = each_once;
  }

  static bool is_star(const ParseTree& value) {
    return value.contains("ColumnRef") && !at(value, "ColumnRef", "fields").empty() &&
           at(value, "ColumnRef", "fields").back().contains("A_Star");
  }

  bool show_star(const ParseTree& value) {
    if (!is_star(value)) return false;
    const ParseTree& fields = at(value, "ColumnRef", "fields");
    for (const Equalities::Relation& relation : level_.relations) {
      const bool named =
          fields.size() == 2 && text_at(at(fields[0], "String"), "sval") == relation.alias;
      const bool only = fields.size() == 1 && level_.relations.size() == 1;
      if (!named && !only) continue;
      plan_.outputs = {{relation.table, ""}};
      return true;
    }
    return false;
  }

  sql::RowPlan plan_;
  Level level_;
  std::vector<std::string> expressions_;  // names of common table expressions in reach
  std::size_t mentions_ = 0;
  bool lost_ = false;
};

}  // namespace

std::string table_of(const ParseTree& range_var) {
  const std::string name = text_at(range_var, "relname");
  const std::string schema = text_at(range_var, "schemaname");
  if (schema == "pg_catalog" || schema == "information_schema" ||
      (schema.empty() && name.starts_with("pg_")))
    return {};
  return schema.empty() || schema == "public" ? name : schema + "." + name;
}

sql::RowPlan row_plan_of(std::string_view pattern) {
  const auto tree = parse_tree_of(sql::sql_of_pattern(pattern, sql::Dialect::postgres));
  if (!tree || !tree->is_object()) return {};
  return Planner().plan(*tree);
}

}  // namespace understudy::postgres
