// CREATE, ALTER, DROP and TRUNCATE of libpg_query's JSON.
#include <functional>
#include <set>
#include <utility>

#include "protocols/postgres/request.hpp"
#include "protocols/postgres/tree_reading.hpp"

namespace understudy::postgres::trees {
namespace {

using tree::ObjectKind;
using Statement = tree::Statement;

template <class Node>
Statement as_definition(Node node) {
  Statement statement;
  statement.node = std::move(node);
  return statement;
}

ObjectKind object_kind(const std::string& type) {
  static const std::map<std::string, ObjectKind> kinds = {
      {"OBJECT_TABLE", ObjectKind::table},
      {"OBJECT_FOREIGN_TABLE", ObjectKind::table},
      {"OBJECT_VIEW", ObjectKind::view},
      {"OBJECT_MATVIEW", ObjectKind::materialized_view},
      {"OBJECT_INDEX", ObjectKind::index},
      {"OBJECT_SEQUENCE", ObjectKind::sequence},
      {"OBJECT_TYPE", ObjectKind::type},
      {"OBJECT_DOMAIN", ObjectKind::domain},
      {"OBJECT_SCHEMA", ObjectKind::schema},
      {"OBJECT_DATABASE", ObjectKind::database},
      {"OBJECT_FUNCTION", ObjectKind::function},
      {"OBJECT_PROCEDURE", ObjectKind::procedure},
      {"OBJECT_ROUTINE", ObjectKind::function},
      {"OBJECT_TRIGGER", ObjectKind::trigger},
      {"OBJECT_RULE", ObjectKind::rule},
      {"OBJECT_POLICY", ObjectKind::policy},
      {"OBJECT_EXTENSION", ObjectKind::extension},
      {"OBJECT_ROLE", ObjectKind::role},
      {"OBJECT_COLUMN", ObjectKind::column},
      {"OBJECT_TABCONSTRAINT", ObjectKind::constraint}};
  const auto found = kinds.find(type);
  return found == kinds.end() ? ObjectKind::other : found->second;
}

// ---- columns and constraints ----

tree::ForeignAction action_of(const std::string& letter) {
  if (letter == "c") return tree::ForeignAction::cascade;
  if (letter == "n") return tree::ForeignAction::set_null;
  if (letter == "d") return tree::ForeignAction::set_default;
  return letter == "r" ? tree::ForeignAction::restrict : tree::ForeignAction::no_action;
}

std::vector<tree::KeyPart> parts_named(const std::vector<std::string>& columns) {
  std::vector<tree::KeyPart> parts;
  for (const std::string& each : columns) {
    parts.emplace_back();
    parts.back().column = each;
  }
  return parts;
}

void read_foreign(const ParseTree& node, tree::Constraint& constraint) {
  constraint.parts = parts_named(strings_of(at(node, "fk_attrs")));
  constraint.parent = name_of_table(at(node, "pktable"));
  constraint.parent_columns = strings_of(at(node, "pk_attrs"));
  constraint.on_delete = action_of(text_at(node, "fk_del_action"));
  constraint.on_update = action_of(text_at(node, "fk_upd_action"));
}

void read_exclusion(const ParseTree& node, tree::Constraint& constraint, TreeReading& reading) {
  for (const ParseTree& each : at(node, "exclusions")) {
    const ParseTree& items = at(each, "List", "items");
    if (items.size() != 2) continue;
    tree::KeyPart part = key_parts_of(ParseTree::array({items[0]}), reading).front();
    part.operator_ = name_of_list(at(items[1], "List", "items")).name;
    constraint.parts.push_back(std::move(part));
  }
  constraint.expression = optional_expression(at(node, "where_clause"), reading);
}

/// A constraint with a node of its own; nothing for NOT NULL, DEFAULT and their like.
std::optional<tree::Constraint> constraint_of(const ParseTree& node, TreeReading& reading) {
  using Kind = tree::Constraint::Kind;
  const std::string type = text_at(node, "contype");
  tree::Constraint constraint;
  constraint.name = text_at(node, "conname");
  constraint.using_index = text_at(node, "indexname");
  constraint.nulls_not_distinct = flag_at(node, "nulls_not_distinct");
  constraint.deferrable = flag_at(node, "deferrable");
  constraint.deferred = flag_at(node, "initdeferred");
  constraint.has_more = !at(node, "including").empty() || !at(node, "options").empty();
  constraint.parts = parts_named(strings_of(at(node, "keys")));
  if (type == "CONSTR_PRIMARY") {
    constraint.kind = Kind::primary;
  } else if (type == "CONSTR_UNIQUE") {
    constraint.kind = Kind::unique;
  } else if (type == "CONSTR_FOREIGN") {
    constraint.kind = Kind::foreign;
    read_foreign(node, constraint);
  } else if (type == "CONSTR_CHECK") {
    constraint.kind = Kind::check;
    constraint.expression = optional_expression(at(node, "raw_expr"), reading);
  } else if (type == "CONSTR_EXCLUSION") {
    constraint.kind = Kind::exclusion;
    read_exclusion(node, constraint, reading);
  } else {
    return std::nullopt;
  }
  return constraint;
}

void read_column_constraint(const ParseTree& node, tree::ColumnDefinition& column,
                            TreeReading& reading) {
  const std::string type = text_at(node, "contype");
  if (auto constraint = constraint_of(node, reading)) {
    if (constraint->parts.empty() && constraint->kind != tree::Constraint::Kind::check)
      constraint->parts = parts_named({column.name});
    if (constraint->kind == tree::Constraint::Kind::primary) column.not_null = true;
    column.constraints.push_back(std::move(*constraint));
  } else if (type == "CONSTR_NOTNULL") {
    column.not_null = true;
  } else if (type == "CONSTR_IDENTITY") {
    column.identity = column.not_null = true;
    column.identity_always = text_at(node, "generated_when") == "a";
    column.identity_options = !at(node, "options").empty();
  } else if (type == "CONSTR_ATTR_DEFERRABLE" && !column.constraints.empty()) {
    column.constraints.back().deferrable = true;  // of the one before it
  } else if (type == "CONSTR_ATTR_DEFERRED" && !column.constraints.empty()) {
    column.constraints.back().deferrable = column.constraints.back().deferred = true;
  } else if (type == "CONSTR_GENERATED") {
    column.generated = optional_expression(at(node, "raw_expr"), reading);
  } else if (type == "CONSTR_DEFAULT") {
    column.default_ = optional_expression(at(node, "raw_expr"), reading);
  }
}

bool is_serial(const std::string& type) {
  return type == "serial" || type == "serial4" || type == "bigserial" || type == "serial8" ||
         type == "smallserial" || type == "serial2";
}

tree::ColumnDefinition column_of(const ParseTree& node, TreeReading& reading) {
  tree::ColumnDefinition column;
  column.name = text_at(node, "colname");
  column.type = type_of(at(node, "typeName"));
  if (is_serial(column.type.name.name)) column.identity = column.not_null = true;
  column.collation = name_of_list(at(node, "collClause", "collname")).name;
  for (const ParseTree& each : at(node, "constraints"))
    read_column_constraint(at(each, "Constraint"), column, reading);
  return column;
}

// ---- tables ----

void read_element(const ParseTree& element, tree::CreateTable& table, TreeReading& reading) {
  const auto [kind, node] = kind_of(element);
  if (kind == "ColumnDef") {
    table.columns.push_back(column_of(*node, reading));
  } else if (kind == "TableLikeClause") {
    table.like.push_back(name_of_table(at(*node, "relation")));
  } else if (auto constraint = constraint_of(*node, reading)) {
    table.constraints.push_back(std::move(*constraint));
  }
}

Statement create_table(const ParseTree& node, TreeReading& reading) {
  tree::CreateTable table;
  table.name = name_of_table(at(node, "relation"));
  table.temporary = text_at(at(node, "relation"), "relpersistence") == "t";
  table.if_not_exists = flag_at(node, "if_not_exists");
  for (const ParseTree& each : at(node, "inhRelations"))
    table.inherits.push_back(name_of_table(at(each, "RangeVar")));
  table.partition = node.contains("partbound");
  table.partitioned = node.contains("partspec");
  table.of_type = name_of_list(at(node, "ofTypename", "names"));
  for (const ParseTree& each : at(node, "tableElts")) read_element(each, table, reading);
  return as_definition(std::move(table));
}

Statement create_foreign_table(const ParseTree& node, TreeReading& reading) {
  Statement statement = create_table(at(node, "base"), reading);
  statement.as<tree::CreateTable>()->foreign = true;
  return statement;
}

Statement create_table_as(const ParseTree& node, TreeReading& reading) {
  tree::CreateTable table;
  table.name = name_of_table(at(node, "into", "rel"));
  table.temporary = text_at(at(node, "into", "rel"), "relpersistence") == "t";
  table.if_not_exists = flag_at(node, "if_not_exists");
  table.materialized_view = text_at(node, "objtype") == "OBJECT_MATVIEW";
  for (const std::string& each : strings_of(at(node, "into", "colNames"))) {
    table.columns.emplace_back();
    table.columns.back().name = each;
  }
  if (at(node, "query").contains("SelectStmt"))
    table.query = wrapped_query(at(node, "query"), reading);
  else
    reading.failure = "a table of a prepared statement";
  return as_definition(std::move(table));
}

Statement create_view(const ParseTree& node, TreeReading& reading) {
  tree::CreateView view;
  view.name = name_of_table(at(node, "view"));
  view.temporary = text_at(at(node, "view"), "relpersistence") == "t";
  view.replace = flag_at(node, "replace");
  view.columns = strings_of(at(node, "aliases"));
  view.query = wrapped_query(at(node, "query"), reading);
  view.check_option = text_at(node, "withCheckOption") != "NO_CHECK_OPTION";
  for (const ParseTree& option : at(node, "options"))
    if (text_at(at(option, "DefElem"), "defname") == "check_option") view.check_option = true;
  return as_definition(std::move(view));
}

/// See tree::CreateIndex.
bool has_more(const ParseTree& index) {
  const std::string method = text_at(index, "accessMethod");
  const bool usual = (method.empty() || method == "btree") && at(index, "options").empty() &&
                     text_at(index, "tableSpace").empty();
  return !usual || std::ranges::any_of(at(index, "indexParams"), [](const ParseTree& each) {
    const ParseTree& part = at(each, "IndexElem");
    const std::string nulls = text_at(part, "nulls_ordering");
    return !at(part, "opclass").empty() || !(nulls.empty() || nulls == "SORTBY_NULLS_DEFAULT");
  });
}

Statement create_index(const ParseTree& node, TreeReading& reading) {
  tree::CreateIndex index;
  index.name = text_at(node, "idxname");
  index.table = name_of_table(at(node, "relation"));
  index.unique = flag_at(node, "unique");
  index.if_not_exists = flag_at(node, "if_not_exists");
  index.parts = key_parts_of(at(node, "indexParams"), reading);
  index.where = optional_expression(at(node, "whereClause"), reading);
  index.nulls_not_distinct = flag_at(node, "nulls_not_distinct");
  for (const ParseTree& each : at(node, "indexIncludingParams"))
    index.including.push_back(text_at(at(each, "IndexElem"), "name"));
  index.has_more = has_more(node);
  return as_definition(std::move(index));
}

// ---- ALTER TABLE ----

const std::map<std::string, tree::AlterAction::Kind>& alter_kinds() {
  using Kind = tree::AlterAction::Kind;
  static const std::map<std::string, Kind> kinds = {
      {"AT_AddColumn", Kind::add_column},
      {"AT_DropColumn", Kind::drop_column},
      {"AT_ColumnDefault", Kind::set_default},
      {"AT_SetNotNull", Kind::set_not_null},
      {"AT_DropNotNull", Kind::drop_not_null},
      {"AT_AlterColumnType", Kind::set_type},
      {"AT_AddIdentity", Kind::set_identity},
      {"AT_DropIdentity", Kind::drop_identity},
      {"AT_DropExpression", Kind::drop_expression},
      {"AT_AddConstraint", Kind::add_constraint},
      {"AT_DropConstraint", Kind::drop_constraint},
      {"AT_AddInherit", Kind::add_parent},
      {"AT_DropInherit", Kind::drop_parent},
      {"AT_AttachPartition", Kind::attach_partition},
      {"AT_DetachPartition", Kind::detach_partition},
      {"AT_DetachPartitionFinalize", Kind::detach_partition},
      {"AT_EnableRowSecurity", Kind::row_security},
      {"AT_DisableRowSecurity", Kind::row_security},
      {"AT_ForceRowSecurity", Kind::row_security},
      {"AT_NoForceRowSecurity", Kind::row_security},
      {"AT_EnableTrig", Kind::trigger},
      {"AT_EnableAlwaysTrig", Kind::trigger},
      {"AT_EnableReplicaTrig", Kind::trigger},
      {"AT_EnableTrigAll", Kind::trigger},
      {"AT_EnableTrigUser", Kind::trigger},
      {"AT_DisableTrig", Kind::trigger},
      {"AT_DisableTrigAll", Kind::trigger},
      {"AT_DisableTrigUser", Kind::trigger},
      {"AT_ValidateConstraint", Kind::inert},
      {"AT_ChangeOwner", Kind::inert},
      {"AT_SetStatistics", Kind::inert},
      {"AT_SetStorage", Kind::inert},
      {"AT_SetCompression", Kind::inert},
      {"AT_SetRelOptions", Kind::inert},
      {"AT_ResetRelOptions", Kind::inert},
      {"AT_ReplicaIdentity", Kind::inert},
      {"AT_ClusterOn", Kind::inert},
      {"AT_DropCluster", Kind::inert},
      {"AT_SetLogged", Kind::inert},
      {"AT_SetUnLogged", Kind::inert},
      {"AT_SetTableSpace", Kind::inert},
      {"AT_SetOptions", Kind::inert},
      {"AT_ResetOptions", Kind::inert},
      {"AT_SetIdentity", Kind::inert}};
  return kinds;
}

tree::AlterAction alter_action(const ParseTree& node, TreeReading& reading) {
  using Kind = tree::AlterAction::Kind;
  tree::AlterAction action;
  const auto found = alter_kinds().find(text_at(node, "subtype"));
  if (found != alter_kinds().end()) action.kind = found->second;
  action.name = text_at(node, "name");
  action.cascade = text_at(node, "behavior") == "DROP_CASCADE";
  action.if_exists = flag_at(node, "missing_ok");
  const ParseTree& definition = at(node, "def");
  if (action.kind == Kind::add_column) {
    action.column = column_of(at(definition, "ColumnDef"), reading);
  } else if (action.kind == Kind::set_type) {
    action.type = type_of(at(definition, "ColumnDef", "typeName"));
    action.collation = column_of(at(definition, "ColumnDef"), reading).collation;
    action.expression = optional_expression(at(definition, "ColumnDef", "raw_default"), reading);
  } else if (action.kind == Kind::set_default) {
    action.expression = optional_expression(definition, reading);
  } else if (action.kind == Kind::add_constraint) {
    action.constraint = constraint_of(at(definition, "Constraint"), reading);
    if (!action.constraint) action.kind = Kind::other;
  } else if (action.kind == Kind::add_parent || action.kind == Kind::drop_parent) {
    action.table = name_of_table(at(definition, "RangeVar"));
  } else if (action.kind == Kind::attach_partition || action.kind == Kind::detach_partition) {
    action.table = name_of_table(at(definition, "PartitionCmd", "name"));
  }
  return action;
}

Statement alter_table(const ParseTree& node, TreeReading& reading) {
  tree::AlterTable alter;
  alter.name = name_of_table(at(node, "relation"));
  alter.kind = object_kind(text_at(node, "objtype"));
  alter.if_exists = flag_at(node, "missing_ok");
  for (const ParseTree& each : at(node, "cmds"))
    alter.actions.push_back(alter_action(at(each, "AlterTableCmd"), reading));
  return as_definition(std::move(alter));
}

/// The name of what is no relation: a list of names, or a function with its arguments.
tree::Name name_of_object(const ParseTree& object) {
  if (object.contains("ObjectWithArgs"))
    return name_of_list(at(object, "ObjectWithArgs", "objname"));
  if (object.contains("TypeName")) return name_of_list(at(object, "TypeName", "names"));
  if (object.contains("String")) return {"", text_at(at(object, "String"), "sval")};
  return name_of_list(at(object, "List", "items"));
}

bool is_relation(ObjectKind kind) {
  return kind == ObjectKind::table || kind == ObjectKind::view ||
         kind == ObjectKind::materialized_view || kind == ObjectKind::index ||
         kind == ObjectKind::sequence;
}

Statement rename(const ParseTree& node, TreeReading&) {
  using Kind = tree::AlterAction::Kind;
  const ObjectKind kind = object_kind(text_at(node, "renameType"));
  const std::string name = text_at(node, "subname"), new_name = text_at(node, "newname");
  const bool part = kind == ObjectKind::column || kind == ObjectKind::constraint;
  if (part || is_relation(kind)) {
    tree::AlterTable alter;
    alter.name = name_of_table(at(node, "relation"));
    alter.kind = part ? object_kind(text_at(node, "relationType")) : kind;
    if (kind == ObjectKind::constraint) alter.kind = ObjectKind::table;
    alter.if_exists = flag_at(node, "missing_ok");
    tree::AlterAction action;
    action.kind = kind == ObjectKind::column       ? Kind::rename_column
                  : kind == ObjectKind::constraint ? Kind::rename_index
                                                   : Kind::rename_table;
    action.name = name;
    if (part)
      action.new_name = new_name;
    else
      action.table = {alter.name.schema, new_name};
    alter.actions.push_back(std::move(action));
    return as_definition(std::move(alter));
  }
  tree::AlterOther other;
  other.kind = kind;
  other.name = node.contains("object")     ? name_of_object(at(node, "object"))
               : node.contains("relation") ? tree::Name{"", name}
                                           : tree::Name{"", name};
  other.new_name = new_name;
  return as_definition(std::move(other));
}

Statement set_schema(const ParseTree& node, TreeReading&) {
  const ObjectKind kind = object_kind(text_at(node, "objectType"));
  if (is_relation(kind)) {
    tree::AlterTable alter;
    alter.name = name_of_table(at(node, "relation"));
    alter.kind = kind;
    tree::AlterAction action;
    action.kind = tree::AlterAction::Kind::set_schema;
    action.name = text_at(node, "newschema");
    alter.actions.push_back(std::move(action));
    return as_definition(std::move(alter));
  }
  tree::AlterOther other;
  other.kind = kind;
  other.name = name_of_object(at(node, "object"));
  other.new_schema = text_at(node, "newschema");
  return as_definition(std::move(other));
}

// ---- DROP and TRUNCATE ----

Statement drop(const ParseTree& node, TreeReading&) {
  tree::Drop drop;
  drop.kind = object_kind(text_at(node, "removeType"));
  drop.if_exists = flag_at(node, "missing_ok");
  drop.cascade = text_at(node, "behavior") == "DROP_CASCADE";
  const bool of_table = drop.kind == ObjectKind::trigger || drop.kind == ObjectKind::rule ||
                        drop.kind == ObjectKind::policy;
  for (const ParseTree& object : at(node, "objects")) {
    if (!of_table) {
      drop.names.push_back(name_of_object(object));
      continue;
    }
    std::vector<std::string> names = strings_of(at(object, "List", "items"));
    if (names.empty()) continue;
    drop.names.push_back({"", names.back()});
    names.pop_back();
    if (!names.empty()) drop.table.name = names.back();
    if (names.size() > 1) drop.table.schema = names[names.size() - 2];
  }
  return as_definition(std::move(drop));
}

Statement truncate(const ParseTree& node, TreeReading&) {
  tree::Truncate truncate;
  for (const ParseTree& each : at(node, "relations")) {
    const ParseTree& table = at(each, "RangeVar");
    truncate.tables.push_back({name_of_table(table), !flag_at(table, "inh"), {}, {}});
  }
  truncate.cascade = text_at(node, "behavior") == "DROP_CASCADE";
  truncate.restart_identity = flag_at(node, "restart_seqs");
  return as_definition(std::move(truncate));
}

// ---- routines, triggers, rules, policies ----

void read_option(const ParseTree& option, tree::CreateRoutine& routine) {
  using Volatility = tree::CreateRoutine::Volatility;
  const std::string name = text_at(option, "defname");
  const ParseTree& value = at(option, "arg");
  const std::string text = text_at(at(value, "String"), "sval");
  if (name == "language") routine.language = text;
  if (name == "volatility")
    routine.volatility = text == "immutable" ? Volatility::immutable
                         : text == "stable"  ? Volatility::stable
                                             : Volatility::volatile_;
  static const std::set<std::string> known = {"language", "volatility", "security",  "as",
                                              "parallel", "cost",       "leakproof", "rows"};
  routine.has_more = routine.has_more || !known.contains(name);
  if (name == "security") routine.security_definer = flag_at(at(value, "Boolean"), "boolval");
  if (name == "as") {
    const std::vector<std::string> parts = strings_of(at(value, "List", "items"));
    if (!parts.empty()) routine.body = parts[0];
  }
}

/// The statements of a body in SQL; nothing of them where one is not understood.
void read_sql_body(tree::CreateRoutine& routine, TreeReading& reading) {
  std::vector<Statement> statements;
  for (const std::string_view text : sql::split(routine.body, sql_mode())) {
    const auto parsed = parse_tree_of(text);
    if (!parsed || !parsed->is_object()) return;
    TreeReading inner{reading.depth, {}};
    statements.push_back(statement_of(*parsed, inner));
    if (!inner.failure.empty()) return;
  }
  routine.body.clear();
  routine.statements = std::move(statements);
}

void read_atomic_body(const ParseTree& body, tree::CreateRoutine& routine, TreeReading& reading) {
  if (body.contains("ReturnStmt")) {
    tree::Query query;
    tree::Select select;
    select.outputs.push_back({expression_of(at(body, "ReturnStmt", "returnval"), reading), {}});
    query.body = std::move(select);
    routine.statements.push_back(as_definition(std::move(query)));
    return;
  }
  for (const ParseTree& outer : at(body, "List", "items"))
    for (const ParseTree& each : at(outer, "List", "items"))
      routine.statements.push_back(statement_of(each, reading));
}

Statement create_routine(const ParseTree& node, TreeReading& reading) {
  tree::CreateRoutine routine;
  routine.kind = flag_at(node, "is_procedure") ? ObjectKind::procedure : ObjectKind::function;
  routine.name = name_of_list(at(node, "funcname"));
  routine.replace = flag_at(node, "replace");
  for (const ParseTree& each : at(node, "parameters")) {
    const ParseTree& parameter = at(each, "FunctionParameter");
    routine.parameters.push_back(text_at(parameter, "name"));
    routine.parameter_types.push_back(type_of(at(parameter, "argType")));
    const std::string mode = text_at(parameter, "mode");
    if ((mode != "FUNC_PARAM_IN" && mode != "FUNC_PARAM_DEFAULT") || parameter.contains("defexpr"))
      routine.has_more = true;
  }
  routine.returns = type_of(at(node, "returnType"));
  for (const ParseTree& each : at(node, "options")) read_option(at(each, "DefElem"), routine);
  if (node.contains("sql_body"))
    read_atomic_body(at(node, "sql_body"), routine, reading);
  else if (routine.language == "sql")
    read_sql_body(routine, reading);
  return as_definition(std::move(routine));
}

Statement create_trigger(const ParseTree& node, TreeReading&) {
  // TRIGGER_TYPE_… of PostgreSQL's pg_trigger.h.
  constexpr long long before = 2, insert = 4, remove = 8, update = 16, truncate = 32, instead = 64;
  tree::CreateRoutine trigger;
  trigger.kind = ObjectKind::trigger;
  trigger.name = {"", text_at(node, "trigname")};
  trigger.table = name_of_table(at(node, "relation"));
  trigger.function = name_of_list(at(node, "funcname"));
  trigger.each_row = flag_at(node, "row");
  for (const char* more : {"whenClause", "columns", "args", "transitionRels", "isconstraint"})
    trigger.has_more = trigger.has_more || node.contains(more);
  const long long timing = number_at(node, "timing"), events = number_at(node, "events");
  trigger.timing = timing == before ? "before" : timing == instead ? "instead of" : "after";
  if ((events & insert) != 0) trigger.events.emplace_back("insert");
  if ((events & update) != 0) trigger.events.emplace_back("update");
  if ((events & remove) != 0) trigger.events.emplace_back("delete");
  if ((events & truncate) != 0) trigger.events.emplace_back("truncate");
  return as_definition(std::move(trigger));
}

Statement create_rule(const ParseTree& node, TreeReading& reading) {
  tree::CreateRule rule;
  rule.name = text_at(node, "rulename");
  rule.table = name_of_table(at(node, "relation"));
  const std::string event = text_at(node, "event");
  rule.event = event == "CMD_INSERT"   ? "insert"
               : event == "CMD_UPDATE" ? "update"
               : event == "CMD_DELETE" ? "delete"
                                       : "select";
  rule.instead = flag_at(node, "instead");
  rule.where = optional_expression(at(node, "whereClause"), reading);
  for (const ParseTree& each : at(node, "actions"))
    rule.actions.push_back(statement_of(each, reading));
  return as_definition(std::move(rule));
}

Statement create_policy(const ParseTree& node, TreeReading& reading) {
  tree::CreatePolicy policy;
  policy.name = text_at(node, "policy_name");
  policy.table = name_of_table(at(node, "table"));
  policy.using_ = optional_expression(at(node, "qual"), reading);
  policy.check = optional_expression(at(node, "with_check"), reading);
  return as_definition(std::move(policy));
}

// ---- sequences, types, schemas and the rest ----

Statement create_sequence(const ParseTree& node, TreeReading&) {
  tree::CreateSequence sequence;
  sequence.name = name_of_table(at(node, "sequence"));
  sequence.temporary = text_at(at(node, "sequence"), "relpersistence") == "t";
  sequence.if_not_exists = flag_at(node, "if_not_exists");
  for (const ParseTree& each : at(node, "options")) {
    const ParseTree& option = at(each, "DefElem");
    const std::string name = text_at(option, "defname");
    const ParseTree& number = at(option, "arg", "Integer");
    const bool counts = !number.is_null() && number_at(number, "ival") > 0;
    if (name == "start" && counts) {
      sequence.start = number_at(number, "ival");
    } else if (name == "increment" && counts) {
      sequence.increment = number_at(number, "ival");
    } else {
      sequence.has_more = true;
    }
  }
  return as_definition(std::move(sequence));
}

Statement create_enum(const ParseTree& node, TreeReading&) {
  tree::CreateType type;
  type.name = name_of_list(at(node, "typeName"));
  type.labels = strings_of(at(node, "vals"));
  return as_definition(std::move(type));
}

Statement create_range(const ParseTree& node, TreeReading&) {
  tree::CreateType type;
  type.name = name_of_list(at(node, "typeName"));
  return as_definition(std::move(type));
}

Statement create_composite(const ParseTree& node, TreeReading& reading) {
  tree::CreateType type;
  type.name = name_of_table(at(node, "typevar"));
  for (const ParseTree& each : at(node, "coldeflist"))
    type.columns.push_back(column_of(at(each, "ColumnDef"), reading));
  return as_definition(std::move(type));
}

Statement create_domain(const ParseTree& node, TreeReading& reading) {
  tree::CreateType type;
  type.kind = ObjectKind::domain;
  type.name = name_of_list(at(node, "domainname"));
  type.base = type_of(at(node, "typeName"));
  for (const ParseTree& each : at(node, "constraints")) {
    const ParseTree& constraint = at(each, "Constraint");
    if (text_at(constraint, "contype") == "CONSTR_NOTNULL") type.not_null = true;
    if (text_at(constraint, "contype") == "CONSTR_DEFAULT")
      type.default_ = optional_expression(at(constraint, "raw_expr"), reading);
    if (auto all_of = constraint_of(constraint, reading))
      type.constraints.push_back(std::move(*all_of));
  }
  return as_definition(std::move(type));
}

Statement create_schema(const ParseTree& node, TreeReading& reading) {
  tree::CreateOther schema;
  schema.kind = ObjectKind::schema;
  schema.name = {"", text_at(node, "schemaname")};
  schema.if_not_exists = flag_at(node, "if_not_exists");
  for (const ParseTree& each : at(node, "schemaElts"))
    schema.elements.push_back(statement_of(each, reading));
  return as_definition(std::move(schema));
}

Statement create_other(ObjectKind kind, std::string name, bool if_not_exists) {
  tree::CreateOther other;
  other.kind = kind;
  other.name = {"", std::move(name)};
  other.if_not_exists = if_not_exists;
  return as_definition(std::move(other));
}

Statement alter_other(ObjectKind kind, tree::Name name) {
  tree::AlterOther other;
  other.kind = kind;
  other.name = std::move(name);
  return as_definition(std::move(other));
}

/// Whether ALTER SEQUENCE sets nothing but its type and its cache.
bool keeps_numbers(const ParseTree& node) {
  const ParseTree& options = at(node, "options");
  return std::ranges::all_of(options, [](const ParseTree& each) {
    const std::string name = text_at(at(each, "DefElem"), "defname");
    return name == "as" || name == "cache";
  });
}

using ReadDefinition = std::function<Statement(const ParseTree&, TreeReading&)>;

std::map<std::string, ReadDefinition> other_definition_readers() {
  return {
      {"CreatedbStmt",
       [](const ParseTree& node, TreeReading&) {
         return create_other(ObjectKind::database, text_at(node, "dbname"), false);
       }},
      {"CreateExtensionStmt",
       [](const ParseTree& node, TreeReading&) {
         return create_other(ObjectKind::extension, text_at(node, "extname"),
                             flag_at(node, "if_not_exists"));
       }},
      {"CreateRoleStmt",
       [](const ParseTree& node, TreeReading&) {
         return create_other(ObjectKind::role, text_at(node, "role"), false);
       }},
      {"DefineStmt",
       [](const ParseTree& node, TreeReading&) {
         const bool aggregate = text_at(node, "kind") == "OBJECT_AGGREGATE";
         return create_other(aggregate ? ObjectKind::function : ObjectKind::other,
                             name_of_list(at(node, "defnames")).name,
                             flag_at(node, "if_not_exists"));
       }},
      {"DropdbStmt",
       [](const ParseTree& node, TreeReading&) {
         tree::Drop drop;
         drop.kind = ObjectKind::database;
         drop.names.push_back({"", text_at(node, "dbname")});
         drop.if_exists = flag_at(node, "missing_ok");
         return as_definition(std::move(drop));
       }},
      {"DropRoleStmt",
       [](const ParseTree& node, TreeReading&) {
         tree::Drop drop;
         drop.kind = ObjectKind::role;
         drop.if_exists = flag_at(node, "missing_ok");
         return as_definition(std::move(drop));
       }},
      {"AlterSeqStmt",
       [](const ParseTree& node, TreeReading&) {
         auto altered = alter_other(ObjectKind::sequence, name_of_table(at(node, "sequence")));
         if (auto* sequence = std::get_if<tree::AlterOther>(&altered.node))
           sequence->keeps_numbers = keeps_numbers(node);
         return altered;
       }},
      {"AlterEnumStmt",
       [](const ParseTree& node, TreeReading&) {
         return alter_other(ObjectKind::type, name_of_list(at(node, "typeName")));
       }},
      {"AlterDomainStmt",
       [](const ParseTree& node, TreeReading&) {
         return alter_other(ObjectKind::domain, name_of_list(at(node, "typeName")));
       }},
      {"AlterFunctionStmt",
       [](const ParseTree& node, TreeReading&) {
         return alter_other(ObjectKind::function, name_of_list(at(node, "func", "objname")));
       }},
      {"AlterPolicyStmt",
       [](const ParseTree& node, TreeReading& reading) {
         tree::CreatePolicy policy;
         policy.name = text_at(node, "policy_name");
         policy.table = name_of_table(at(node, "table"));
         policy.using_ = optional_expression(at(node, "qual"), reading);
         return as_definition(std::move(policy));
       }},
      {"AlterRoleStmt",
       [](const ParseTree&, TreeReading&) { return alter_other(ObjectKind::role, {}); }},
      {"AlterRoleSetStmt",
       [](const ParseTree&, TreeReading&) { return alter_other(ObjectKind::role, {}); }},
      {"AlterDatabaseStmt",
       [](const ParseTree& node, TreeReading&) {
         return alter_other(ObjectKind::database, {"", text_at(node, "dbname")});
       }},
      {"AlterDatabaseSetStmt",
       [](const ParseTree& node, TreeReading&) {
         return alter_other(ObjectKind::database, {"", text_at(node, "dbname")});
       }},
      {"AlterExtensionStmt",
       [](const ParseTree& node, TreeReading&) {
         return alter_other(ObjectKind::extension, {"", text_at(node, "extname")});
       }},
      {"AlterOwnerStmt",
       [](const ParseTree& node, TreeReading&) {
         return alter_other(object_kind(text_at(node, "objectType")),
                            name_of_object(at(node, "object")));
       }},
  };
}

const std::map<std::string, ReadDefinition>& definition_readers() {
  static const std::map<std::string, ReadDefinition> all = [] {
    std::map<std::string, ReadDefinition> all_of = other_definition_readers();
    all_of.insert({{"CreateStmt", create_table},
                   {"CreateForeignTableStmt", create_foreign_table},
                   {"CreateTableAsStmt", create_table_as},
                   {"ViewStmt", create_view},
                   {"IndexStmt", create_index},
                   {"AlterTableStmt", alter_table},
                   {"RenameStmt", rename},
                   {"AlterObjectSchemaStmt", set_schema},
                   {"DropStmt", drop},
                   {"TruncateStmt", truncate},
                   {"CreateFunctionStmt", create_routine},
                   {"CreateTrigStmt", create_trigger},
                   {"RuleStmt", create_rule},
                   {"CreatePolicyStmt", create_policy},
                   {"CreateSeqStmt", create_sequence},
                   {"CreateEnumStmt", create_enum},
                   {"CreateRangeStmt", create_range},
                   {"CompositeTypeStmt", create_composite},
                   {"CreateDomainStmt", create_domain},
                   {"CreateSchemaStmt", create_schema}});
    return all_of;
  }();
  return all;
}

}  // namespace

std::vector<tree::KeyPart> key_parts_of(const ParseTree& list, TreeReading& reading) {
  std::vector<tree::KeyPart> parts;
  for (const ParseTree& each : list) {
    const ParseTree& node = at(each, "IndexElem");
    tree::KeyPart part;
    part.column = text_at(node, "name");
    part.expression = optional_expression(at(node, "expr"), reading);
    part.collation = name_of_list(at(node, "collation")).name;
    part.descending = text_at(node, "ordering") == "SORTBY_DESC";
    parts.push_back(std::move(part));
  }
  return parts;
}

bool read_definition(const std::string& kind, const ParseTree& node, TreeReading& reading,
                     tree::Statement& statement) {
  const auto found = definition_readers().find(kind);
  if (found == definition_readers().end()) return false;
  statement = found->second(node, reading);
  return true;
}

}  // namespace understudy::postgres::trees
