// Queries and changes of libpg_query's JSON.
#include <utility>

#include "protocols/postgres/tree_reading.hpp"

namespace understudy::postgres::trees {
namespace {

template <class Node>
tree::Statement change_of(Node node) {
  tree::Statement statement;
  statement.node = std::move(node);
  return statement;
}

// ---- tables ----

void read_alias(const ParseTree& alias, tree::Relation& relation) {
  relation.alias = text_at(alias, "aliasname");
  relation.alias_columns = strings_of(at(alias, "colnames"));
}

tree::Relation table_of_range(const ParseTree& node) {
  tree::Relation relation;
  relation.source = tree::TableName{name_of_table(node), !flag_at(node, "inh"), {}, {}};
  relation.offset = static_cast<std::uint32_t>(number_at(node, "location"));
  read_alias(at(node, "alias"), relation);
  return relation;
}

tree::Relation relation_of(const ParseTree& item, TreeReading& reading);

tree::Relation join_of(const ParseTree& node, TreeReading& reading) {
  tree::Join join;
  const std::string kind = text_at(node, "jointype");
  join.left = relation_of(at(node, "larg"), reading);
  join.right = relation_of(at(node, "rarg"), reading);
  join.natural = flag_at(node, "isNatural");
  join.on = optional_expression(at(node, "quals"), reading);
  join.using_ = strings_of(at(node, "usingClause"));
  const bool bare = !join.on && join.using_.empty() && !join.natural;
  join.kind = kind == "JOIN_LEFT"    ? tree::Join::Kind::left
              : kind == "JOIN_RIGHT" ? tree::Join::Kind::right
              : kind == "JOIN_FULL"  ? tree::Join::Kind::full
              : bare                 ? tree::Join::Kind::cross
                                     : tree::Join::Kind::inner;
  tree::Relation relation;
  relation.source = std::move(join);
  read_alias(at(node, "alias"), relation);
  return relation;
}

tree::Relation function_of_range(const ParseTree& node, TreeReading& reading) {
  tree::TableFunction function;
  for (const ParseTree& each : at(node, "functions")) {
    const ParseTree& items = at(each, "List", "items");
    if (!items.empty()) function.calls.push_back(expression_of(items[0], reading));
  }
  function.lateral = flag_at(node, "lateral");
  function.ordinality = flag_at(node, "ordinality");
  tree::Relation relation;
  relation.source = std::move(function);
  read_alias(at(node, "alias"), relation);
  for (const ParseTree& each : at(node, "coldeflist"))
    relation.alias_columns.push_back(text_at(at(each, "ColumnDef"), "colname"));
  return relation;
}

/// XMLTABLE: a function of its document.
tree::Relation xml_table(const ParseTree& node, TreeReading& reading) {
  tree::Call call;
  call.name.name = "xmltable";
  for (const char* each : {"docexpr", "rowexpr"})
    if (node.contains(each)) call.arguments.push_back(expression_of(at(node, each), reading));
  tree::TableFunction function;
  function.calls.push_back(tree::Expression{std::move(call)});
  tree::Relation relation;
  relation.source = std::move(function);
  read_alias(at(node, "alias"), relation);
  return relation;
}

tree::Relation relation_of(const ParseTree& item, TreeReading& reading) {
  const TreeReading::Level level(reading);
  const auto [kind, node] = kind_of(item);
  if (!level.sound()) return {};
  if (kind == "RangeVar") return table_of_range(*node);
  if (kind == "JoinExpr") return join_of(*node, reading);
  if (kind == "RangeFunction") return function_of_range(*node, reading);
  if (kind == "RangeTableFunc") return xml_table(*node, reading);
  if (kind == "RangeTableSample") {
    tree::Relation relation = relation_of(at(*node, "relation"), reading);
    relation.sampled = true;
    return relation;
  }
  tree::Relation relation;
  if (kind != "RangeSubselect") {
    reading.failure = kind + " is not known";
    return relation;
  }
  relation.source =
      tree::Derived{wrapped_query(at(*node, "subquery"), reading), flag_at(*node, "lateral")};
  read_alias(at(*node, "alias"), relation);
  return relation;
}

std::vector<tree::Relation> relations_of(const ParseTree& list, TreeReading& reading) {
  std::vector<tree::Relation> relations;
  for (const ParseTree& each : list) relations.push_back(relation_of(each, reading));
  return relations;
}

// ---- parts of statements ----

tree::With with_of(const ParseTree& node, TreeReading& reading) {
  tree::With with;
  const ParseTree& clause = at(node, "withClause");
  with.recursive = flag_at(clause, "recursive");
  for (const ParseTree& each : at(clause, "ctes")) {
    const ParseTree& table = at(each, "CommonTableExpr");
    with.tables.push_back({text_at(table, "ctename"), strings_of(at(table, "aliascolnames")),
                           statement_of(at(table, "ctequery"), reading)});
  }
  return with;
}

std::vector<tree::Output> outputs_of(const ParseTree& list, TreeReading& reading) {
  std::vector<tree::Output> outputs;
  for (const ParseTree& each : list) {
    const ParseTree& target = at(each, "ResTarget");
    outputs.push_back({expression_of(at(target, "val"), reading), text_at(target, "name")});
  }
  return outputs;
}

/// SET a = 1, (b, c) = (SELECT …): the latter is one assignment of two columns.
std::vector<tree::Assignment> assignments_of(const ParseTree& list, TreeReading& reading) {
  std::vector<tree::Assignment> assignments;
  for (const ParseTree& each : list) {
    const ParseTree& target = at(each, "ResTarget");
    tree::Column column{{text_at(target, "name")}};
    const ParseTree& several = at(target, "val", "MultiAssignRef");
    if (number_at(several, "colno") > 1 && !assignments.empty()) {
      assignments.back().columns.push_back(std::move(column));
      continue;
    }
    tree::Assignment assignment;
    assignment.columns.push_back(std::move(column));
    assignment.value = expression_of(at(target, "val"), reading);
    assignment.partial = target.contains("indirection");
    assignments.push_back(std::move(assignment));
  }
  return assignments;
}

tree::Into into_of(const ParseTree& clause) {
  tree::Into into;
  into.table = name_of_table(at(clause, "rel"));
  into.temporary = text_at(at(clause, "rel"), "relpersistence") == "t";
  return into;
}

std::vector<tree::Locking> locking_of(const ParseTree& list) {
  std::vector<tree::Locking> all;
  for (const ParseTree& each : list) {
    const ParseTree& clause = at(each, "LockingClause");
    tree::Locking locking;
    const std::string strength = text_at(clause, "strength");
    if (strength == "LCS_FORSHARE" || strength == "LCS_FORKEYSHARE")
      locking.strength = tree::Locking::Strength::share;
    for (const ParseTree& table : at(clause, "lockedRels"))
      locking.of.push_back(name_of_table(at(table, "RangeVar")));
    locking.skip_locked = text_at(clause, "waitPolicy") == "LockWaitSkip";
    locking.no_wait = text_at(clause, "waitPolicy") == "LockWaitError";
    all.push_back(std::move(locking));
  }
  return all;
}

// ---- queries ----

tree::Select select_of(const ParseTree& node, TreeReading& reading) {
  tree::Select select;
  const ParseTree& distinct = at(node, "distinctClause");
  select.distinct = !distinct.is_null();
  for (const ParseTree& each : distinct)
    if (each.is_object() && !each.empty())
      select.distinct_on.push_back(expression_of(each, reading));
  select.outputs = outputs_of(at(node, "targetList"), reading);
  if (node.contains("intoClause")) select.into = into_of(at(node, "intoClause"));
  select.from = relations_of(at(node, "fromClause"), reading);
  select.where = optional_expression(at(node, "whereClause"), reading);
  for (const ParseTree& each : at(node, "groupClause")) {
    if (each.contains("GroupingSet")) select.grouping = "sets";
    if (!(each.contains("GroupingSet") && at(each, "GroupingSet", "content").is_null()))
      select.group.push_back(expression_of(each, reading));
  }
  select.having = optional_expression(at(node, "havingClause"), reading);
  for (const ParseTree& each : at(node, "windowClause")) {
    const ParseTree& window = at(each, "WindowDef");
    tree::NamedWindow named{text_at(window, "name"), window_of(window, reading)};
    named.window.only_name = false;
    named.window.base = text_at(window, "refname");
    select.windows.push_back(std::move(named));
  }
  return select;
}

tree::Values values_of_lists(const ParseTree& lists, TreeReading& reading) {
  tree::Values values;
  for (const ParseTree& list : lists)
    values.rows.push_back(expressions_of(at(list, "List", "items"), reading));
  return values;
}

tree::SetOperation set_operation(const ParseTree& node, TreeReading& reading) {
  tree::SetOperation operation;
  const std::string kind = text_at(node, "op");
  using Kind = tree::SetOperation::Kind;
  operation.kind = kind == "SETOP_UNION"       ? Kind::union_
                   : kind == "SETOP_INTERSECT" ? Kind::intersect
                                               : Kind::except;
  operation.all = flag_at(node, "all");
  tree::Query left = query_of(at(node, "larg"), reading);
  auto* chain = std::get_if<tree::SetOperation>(&left.body);
  const bool bare = left.order.empty() && !left.limit && !left.offset && left.with.tables.empty();
  if (chain != nullptr && bare && chain->kind == operation.kind && chain->all == operation.all &&
      operation.kind != Kind::except)
    operation.operands = std::move(chain->operands);
  else
    operation.operands.push_back(std::move(left));
  operation.operands.push_back(query_of(at(node, "rarg"), reading));
  return operation;
}

}  // namespace

tree::Query query_of(const ParseTree& node, TreeReading& reading) {
  const TreeReading::Level level(reading);
  tree::Query query;
  if (!level.sound()) return query;
  query.with = with_of(node, reading);
  if (text_at(node, "op") != "SETOP_NONE")
    query.body = set_operation(node, reading);
  else if (node.contains("valuesLists"))
    query.body = values_of_lists(at(node, "valuesLists"), reading);
  else
    query.body = select_of(node, reading);
  query.order = order_of(at(node, "sortClause"), reading);
  query.limit = optional_expression(at(node, "limitCount"), reading);
  query.offset = optional_expression(at(node, "limitOffset"), reading);
  query.with_ties = text_at(node, "limitOption") == "LIMIT_OPTION_WITH_TIES";
  query.locking = locking_of(at(node, "lockingClause"));
  return query;
}

tree::Box<tree::Query> wrapped_query(const ParseTree& node, TreeReading& reading) {
  if (!node.contains("SelectStmt")) {
    if (reading.failure.empty()) reading.failure = "a query that is none";
    return tree::Query();
  }
  return query_of(at(node, "SelectStmt"), reading);
}

tree::Statement insert_of(const ParseTree& node, TreeReading& reading) {
  tree::Insert insert;
  insert.with = with_of(node, reading);
  insert.table = table_of_range(at(node, "relation"));
  insert.columns_told = node.contains("cols");
  for (const ParseTree& each : at(node, "cols"))
    insert.columns.push_back(text_at(at(each, "ResTarget"), "name"));
  const ParseTree& source = at(node, "selectStmt", "SelectStmt");
  const bool plain = source.contains("valuesLists") && !source.contains("sortClause") &&
                     !source.contains("limitCount") && !source.contains("withClause") &&
                     !source.contains("limitOffset");
  insert.default_values = source.is_null();
  if (plain)
    insert.rows = values_of_lists(at(source, "valuesLists"), reading).rows;
  else if (!source.is_null())
    insert.query = query_of(source, reading);
  if (node.contains("onConflictClause")) {
    const ParseTree& clause = at(node, "onConflictClause");
    const bool update = text_at(clause, "action") == "ONCONFLICT_UPDATE";
    insert.conflict.action =
        update ? tree::Conflict::Action::update : tree::Conflict::Action::nothing;
    insert.conflict.target = key_parts_of(at(clause, "infer", "indexElems"), reading);
    insert.conflict.constraint = text_at(at(clause, "infer"), "conname");
    insert.conflict.target_where = optional_expression(at(clause, "infer", "whereClause"), reading);
    insert.conflict.set = assignments_of(at(clause, "targetList"), reading);
    insert.conflict.where = optional_expression(at(clause, "whereClause"), reading);
  }
  insert.returning = outputs_of(at(node, "returningList"), reading);
  return change_of(std::move(insert));
}

/// WHERE, which may be CURRENT OF a cursor.
template <class Change>
void read_where(const ParseTree& node, Change& change, TreeReading& reading) {
  if (at(node, "whereClause").contains("CurrentOfExpr"))
    change.cursor = text_at(at(node, "whereClause", "CurrentOfExpr"), "cursor_name");
  else
    change.where = optional_expression(at(node, "whereClause"), reading);
  change.returning = outputs_of(at(node, "returningList"), reading);
}

tree::Statement update_of(const ParseTree& node, TreeReading& reading) {
  tree::Update update;
  update.with = with_of(node, reading);
  update.tables.push_back(table_of_range(at(node, "relation")));
  update.set = assignments_of(at(node, "targetList"), reading);
  update.from = relations_of(at(node, "fromClause"), reading);
  read_where(node, update, reading);
  return change_of(std::move(update));
}

tree::Statement delete_of(const ParseTree& node, TreeReading& reading) {
  tree::Delete remove;
  remove.with = with_of(node, reading);
  remove.table = table_of_range(at(node, "relation"));
  remove.from = relations_of(at(node, "usingClause"), reading);
  read_where(node, remove, reading);
  return change_of(std::move(remove));
}

tree::Statement merge_of(const ParseTree& node, TreeReading& reading) {
  using Action = tree::Merge::When::Action;
  tree::Merge merge;
  merge.with = with_of(node, reading);
  merge.table = table_of_range(at(node, "relation"));
  merge.source = relation_of(at(node, "sourceRelation"), reading);
  merge.on = optional_expression(at(node, "joinCondition"), reading);
  for (const ParseTree& each : at(node, "mergeWhenClauses")) {
    const ParseTree& clause = at(each, "MergeWhenClause");
    const std::string command = text_at(clause, "commandType");
    tree::Merge::When when;
    when.matched = flag_at(clause, "matched");
    when.condition = optional_expression(at(clause, "condition"), reading);
    when.action = command == "CMD_UPDATE"   ? Action::update
                  : command == "CMD_INSERT" ? Action::insert
                  : command == "CMD_DELETE" ? Action::remove
                                            : Action::nothing;
    if (when.action == Action::insert)
      for (const ParseTree& target : at(clause, "targetList"))
        when.columns.push_back(text_at(at(target, "ResTarget"), "name"));
    else
      when.set = assignments_of(at(clause, "targetList"), reading);
    when.values = expressions_of(at(clause, "values"), reading);
    merge.whens.push_back(std::move(when));
  }
  return change_of(std::move(merge));
}

}  // namespace understudy::postgres::trees
