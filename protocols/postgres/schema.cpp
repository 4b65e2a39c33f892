#include "protocols/postgres/schema.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "protocols/postgres/parse_tree.hpp"
#include "protocols/postgres/request.hpp"
#include "protocols/postgres/row_planner.hpp"
#include "protocols/sql/functions.hpp"
#include "protocols/sql/schema_text.hpp"

namespace understudy::postgres {
namespace {

/// `["a", "b"]` of a list of String nodes.
std::vector<std::string> strings_of(const ParseTree& list) {
  std::vector<std::string> names;
  for (const ParseTree& each : list) names.push_back(text_at(at(each, "String"), "sval"));
  return names;
}

/// The name of a function, without its schema.
std::string function_of(const ParseTree& call) {
  const std::vector<std::string> names = strings_of(at(call, "funcname"));
  return names.empty() ? std::string() : names.back();
}

std::vector<std::string> sorted(std::vector<std::string> names) {
  std::ranges::sort(names);
  return names;
}

/// What PostgreSQL calls a constraint that has no name of its own.
std::string name_for(const std::string& table, const std::vector<std::string>& columns,
                     const std::string& suffix) {
  std::string name = table.substr(table.rfind('.') + 1);
  for (const std::string& column : columns) name += "_" + column;
  return name + "_" + suffix;
}

/// A random or sequential value that the server makes up for each row.
bool generates(const ParseTree& expression) {
  static const std::set<std::string> generators = {
      "nextval", "gen_random_uuid", "uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4",
      "uuidv4",  "uuidv7"};
  if (expression.contains("TypeCast")) return generates(at(expression, "TypeCast", "arg"));
  return expression.contains("FuncCall") &&
         generators.contains(function_of(at(expression, "FuncCall")));
}

/// Whether an expression calls nothing that could read tables.
bool is_pure(const ParseTree& expression) {
  if (expression.is_array())
    return std::ranges::all_of(expression, [](const ParseTree& each) { return is_pure(each); });
  if (!expression.is_object()) return true;
  for (const auto& [key, value] : expression.items())
    if ((key == "FuncCall" &&
         sql::effect_of_function(function_of(value)) != sql::FunctionEffect::pure) ||
        !is_pure(value))
      return false;
  return true;
}

bool is_null(const ParseTree& expression) {
  if (expression.contains("TypeCast")) return is_null(at(expression, "TypeCast", "arg"));
  return expression.contains("A_Const") && flag_at(at(expression, "A_Const"), "isnull");
}

/// The column that an index is over. Of `lower(email)` too: values that differ in case alone count
/// as equal here anyway (see Cell). Nothing for other expressions.
std::optional<std::string> indexed_column(const ParseTree& element) {
  if (element.contains("name")) return text_at(element, "name");
  static const std::set<std::string> folding = {"lower", "upper", "btrim", "rtrim", "ltrim"};
  const ParseTree* expression = &at(element, "expr");
  while (expression->contains("TypeCast") || expression->contains("FuncCall")) {
    if (expression->contains("TypeCast")) {
      expression = &at(*expression, "TypeCast", "arg");
      continue;
    }
    const ParseTree& call = at(*expression, "FuncCall");
    if (!folding.contains(function_of(call)) || at(call, "args").size() != 1) return std::nullopt;
    expression = &at(call, "args")[0];
  }
  const ParseTree& fields = at(*expression, "ColumnRef", "fields");
  if (fields.size() != 1 || !fields[0].contains("String")) return std::nullopt;
  return text_at(at(fields[0], "String"), "sval");
}

/// All columns that an expression names.
void add_columns(const ParseTree& expression, std::vector<std::string>& columns) {
  if (expression.is_object() && expression.contains("ColumnRef"))
    for (const ParseTree& field : at(expression, "ColumnRef", "fields"))
      columns.push_back(text_at(at(field, "String"), "sval"));
  if (expression.is_structured())
    for (const ParseTree& each : expression) add_columns(each, columns);
}

class SchemaReader {
 public:
  SchemaReader(const SchemaFile& file, Schema& schema, Diagnostics& problems)
      : file_(file), schema_(schema), problems_(problems) {}

  void read() {
    for (const sql::SchemaStatement& statement : sql::schema_statements(file_.text, sql_mode())) {
      place_ = sql::place_of(file_, statement.line);
      const auto tree = parse_tree_of(statement.text);
      if (!tree)
        problems_.push_back({Severity::error, file_.name, statement.line,
                             "a statement that PostgreSQL's grammar does not accept",
                             "correct it, or leave it out: only tables and indexes matter here"});
      else
        for (const auto& [kind, node] : tree->items()) take(kind, node);
    }
  }

 private:
  void take(const std::string& kind, const ParseTree& node) {
    if (kind == "CreateStmt") return create(node);
    if (kind == "CreateTableAsStmt") return create_as(node);
    if (kind == "IndexStmt") return index(node);
    if (kind == "AlterTableStmt") return alter(node);
    if (kind == "DropStmt") return drop(node);
    if (kind == "RenameStmt" || kind == "AlterObjectSchemaStmt") return rename(node);
    if (kind == "CreateTrigStmt") return in_doubt(node, "a trigger");
    if (kind == "RuleStmt") return in_doubt(node, "a rule");
    if (kind == "DoStmt")
      for (auto& [name, table] : schema_) doubt(name, "what a DO block changes is not known");
    // All else concerns no table, or only what is in it.
  }

  void doubt(const std::string& table, const std::string& what) {
    sql::doubt(schema_, table, place_ + ": " + what);
  }
  void in_doubt(const ParseTree& node, const std::string& what) {
    doubt(table_of(at(node, "relation")), what);
  }

  // --- CREATE TABLE
  // -------------------------------------------------------------------------------

  void create(const ParseTree& node) {
    const std::string name = table_of(at(node, "relation"));
    if (text_at(at(node, "relation"), "relpersistence") == "t")
      return doubt(name, "a temporary table of that name");
    if (name.empty() || (flag_at(node, "if_not_exists") && schema_.contains(name))) return;
    schema_[name] = TableFacts();
    if (node.contains("inhRelations")) {
      doubt(name, "it inherits, or is a partition");
      for (const ParseTree& parent : node["inhRelations"])
        doubt(table_of(at(parent, "RangeVar")), "another table inherits from it");
    }
    if (node.contains("partspec")) doubt(name, "it is partitioned");
    if (node.contains("ofTypename")) doubt(name, "its columns are those of a type");
    for (const ParseTree& element : at(node, "tableElts"))
      if (element.contains("ColumnDef"))
        column(name, element["ColumnDef"]);
      else if (element.contains("Constraint"))
        constraint(name, element["Constraint"], {});
      else
        doubt(name, "its columns are those of another table");
  }

  void create_as(const ParseTree& node) {
    const std::string name = table_of(at(node, "into", "rel"));
    if (name.empty()) return;
    schema_[name] = TableFacts();
    doubt(name, "its columns are those of a query");
  }

  void column(const std::string& table, const ParseTree& node) {
    const std::string name = text_at(node, "colname");
    ColumnFacts& facts = schema_[table].columns[name];
    const std::vector<std::string> type = strings_of(at(node, "typeName", "names"));
    static const std::set<std::string> serials = {"serial",  "serial4",     "bigserial",
                                                  "serial8", "smallserial", "serial2"};
    facts.generated = !type.empty() && serials.contains(type.back());
    for (const ParseTree& each : at(node, "constraints"))
      constraint(table, at(each, "Constraint"), {name});
  }

  /// `own`: the column behind which it stands; none for a constraint of the table.
  void constraint(const std::string& table, const ParseTree& node, std::vector<std::string> own) {
    TableFacts& facts = schema_[table];
    const std::string type = text_at(node, "contype");
    if (type == "CONSTR_PRIMARY" || type == "CONSTR_UNIQUE") {
      unique(table, node, own.empty() ? strings_of(at(node, "keys")) : own,
             type == "CONSTR_PRIMARY");
    } else if (type == "CONSTR_FOREIGN") {
      std::vector<std::string> columns = own.empty() ? strings_of(at(node, "fk_attrs")) : own;
      const std::string given = text_at(node, "conname");
      foreign_[{table, given.empty() ? name_for(table, columns, "fkey") : given}] = columns;
      reference(facts, node, std::move(columns));
    } else if (type == "CONSTR_EXCLUSION") {
      doubt(table, "an exclusion constraint");
    } else if (!own.empty()) {
      ColumnFacts& column = facts.columns[own[0]];
      if (type == "CONSTR_NOTNULL") column.not_null = true;
      if (type == "CONSTR_IDENTITY") column.generated = true;
      if (type == "CONSTR_GENERATED") column.defaults = true;
      if (type == "CONSTR_DEFAULT") set_default(table, column, at(node, "raw_expr"));
    }
  }

  void set_default(const std::string& table, ColumnFacts& column, const ParseTree& expression) {
    column.generated = generates(expression);
    column.defaults = !column.generated && !is_null(expression);
    if (column.defaults && !is_pure(expression))
      doubt(table, "what a column's default calls may read tables");
  }

  void unique(const std::string& table, const ParseTree& node, std::vector<std::string> columns,
              bool primary) {
    TableFacts& facts = schema_[table];
    const std::string given = text_at(node, "conname");
    if (node.contains("indexname"))
      return use_index(facts, text_at(node, "indexname"), given, primary);
    if (primary)
      for (const std::string& each : columns) facts.columns[each].not_null = true;
    if (primary) facts.primary_key = columns;
    const std::string name = !given.empty() ? given
                             : primary      ? name_for(table, {}, "pkey")
                                            : name_for(table, columns, "key");
    facts.unique.push_back(
        {name, sorted(std::move(columns)), !flag_at(node, "nulls_not_distinct"), {}});
  }

  /// ADD CONSTRAINT … USING INDEX: the index gets the name of the constraint.
  static void use_index(TableFacts& facts, const std::string& index, const std::string& name,
                        bool primary) {
    for (UniqueSet& set : facts.unique) {
      if (set.name != index) continue;
      if (!name.empty()) set.name = name;
      if (primary) facts.primary_key = set.columns;
    }
  }

  static void reference(TableFacts& facts, const ParseTree& node,
                        std::vector<std::string> columns) {
    const auto follows = [&](const char* action) {
      const std::string letter = text_at(node, action);
      return !letter.empty() && letter != "a" && letter != "r";
    };
    facts.references.push_back({std::move(columns), table_of(at(node, "pktable")),
                                strings_of(at(node, "pk_attrs")),
                                follows("fk_del_action") || follows("fk_upd_action")});
  }

  // --- what changes a table
  // -------------------------------------------------------------------------

  void index(const ParseTree& node) {
    const std::string table = table_of(at(node, "relation"));
    const auto found = schema_.find(table);
    if (found == schema_.end() || !flag_at(node, "unique")) return;
    std::vector<std::string> columns;
    for (const ParseTree& each : at(node, "indexParams")) {
      const auto column = indexed_column(at(each, "IndexElem"));
      if (!column) return doubt(table, "a unique index over an expression");
      columns.push_back(*column);
    }
    std::vector<std::string> condition;
    if (node.contains("whereClause")) add_columns(node["whereClause"], condition);
    if (node.contains("whereClause") && condition.empty())
      return doubt(table, "a partial index of which the condition is not understood");
    std::string name = text_at(node, "idxname");
    if (name.empty()) name = name_for(table, columns, "idx");
    found->second.unique.push_back({name, sorted(std::move(columns)),
                                    !flag_at(node, "nulls_not_distinct"), std::move(condition)});
  }

  void alter(const ParseTree& node) {
    const std::string table = table_of(at(node, "relation"));
    if (!schema_.contains(table)) return;
    for (const ParseTree& each : at(node, "cmds")) {
      const ParseTree& command = at(each, "AlterTableCmd");
      alter(table, text_at(command, "subtype"), text_at(command, "name"), at(command, "def"));
    }
  }

  void alter(const std::string& table, const std::string& kind, const std::string& name,
             const ParseTree& definition) {
    static const std::set<std::string> inert = {
        "AT_ValidateConstraint", "AT_ChangeOwner",     "AT_SetStatistics",   "AT_SetStorage",
        "AT_SetRelOptions",      "AT_ResetRelOptions", "AT_ReplicaIdentity", "AT_ClusterOn",
        "AT_DropCluster",        "AT_SetLogged",       "AT_SetUnLogged",     "AT_SetTableSpace",
        "AT_SetOptions",         "AT_AlterColumnType", "AT_SetIdentity",     "AT_DisableTrig",
        "AT_DisableTrigAll",     "AT_DisableTrigUser", "AT_EnableTrig",      "AT_EnableTrigAll",
        "AT_EnableTrigUser",     "AT_SetCompression"};
    ColumnFacts* column = nullptr;
    TableFacts& facts = schema_[table];
    if (const auto found = facts.columns.find(name); found != facts.columns.end())
      column = &found->second;
    if (kind == "AT_AddColumn") return this->column(table, at(definition, "ColumnDef"));
    if (kind == "AT_AddConstraint") return constraint(table, at(definition, "Constraint"), {});
    if (kind == "AT_DropConstraint") return drop_constraint(table, name);
    if (inert.contains(kind)) return;
    if (column == nullptr) return doubt(table, "a change of it that is not followed");
    if (kind == "AT_AddIdentity") {
      column->generated = true;
    } else if (kind == "AT_SetNotNull" || kind == "AT_DropNotNull") {
      column->not_null = kind == "AT_SetNotNull";
    } else if (kind == "AT_ColumnDefault") {
      *column = {column->not_null, false, false};
      if (!definition.is_null()) set_default(table, *column, definition);
    } else if (kind == "AT_DropColumn") {
      drop_column(facts, name);
    } else {
      doubt(table, "a change of it that is not followed");
    }
  }

  void drop_constraint(const std::string& table, const std::string& name) {
    TableFacts& facts = schema_[table];
    const auto named = [&](const UniqueSet& set) { return set.name == name; };
    const auto foreign = foreign_.find({table, name});
    if (std::ranges::any_of(facts.unique, named))
      std::erase_if(facts.unique, named);
    else if (foreign != foreign_.end())
      std::erase_if(facts.references,
                    [&](const ForeignKey& each) { return each.columns == foreign->second; });
    else if (!name.ends_with("_check"))
      doubt(table, "a constraint was dropped that is not known");
  }

  /// Constraints over it go with it.
  static void drop_column(TableFacts& facts, const std::string& name) {
    const auto over = [&](const auto& each) {
      return std::ranges::find(each.columns, name) != each.columns.end();
    };
    facts.columns.erase(name);
    std::erase_if(facts.unique, over);
    std::erase_if(facts.references, over);
    std::erase(facts.primary_key, name);
  }

  void drop(const ParseTree& node) {
    const std::string type = text_at(node, "removeType");
    for (const ParseTree& object : at(node, "objects")) {
      const std::vector<std::string> names = strings_of(at(object, "List", "items"));
      if (names.empty()) continue;
      if (type == "OBJECT_INDEX") {
        for (auto& [name, table] : schema_)
          std::erase_if(table.unique, [&](const auto& set) { return set.name == names.back(); });
      } else if (type == "OBJECT_TABLE") {
        const bool elsewhere = names.size() > 1 && names[names.size() - 2] != "public";
        schema_.erase(elsewhere ? names[names.size() - 2] + "." + names.back() : names.back());
      }
    }
  }

  void rename(const ParseTree& node) {
    const std::string type = text_at(node, "renameType");
    const bool harmless = type == "OBJECT_INDEX" || type == "OBJECT_SEQUENCE";
    if (harmless) return;
    in_doubt(node, "it was renamed, or something of it");
    if (type != "OBJECT_TABLE") return;
    const TableFacts facts = schema_[table_of(at(node, "relation"))];
    schema_.erase(table_of(at(node, "relation")));
    schema_[text_at(node, "newname")] = facts;
  }

  const SchemaFile& file_;
  Schema& schema_;
  Diagnostics& problems_;
  std::string place_;
  /// The columns of foreign keys, by table and name.
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> foreign_;
};

/// One name in two schemas: a search_path decides which one is meant.
void doubt_namesakes(const SchemaFile& file, Schema& schema) {
  std::map<std::string, int> tables;
  const auto bare = [](const std::string& name) { return name.substr(name.rfind('.') + 1); };
  for (const auto& [name, table] : schema) ++tables[bare(name)];
  for (auto& [name, table] : schema)
    if (tables[bare(name)] > 1)
      sql::doubt(schema, name, file.name + ": two schemas have such a table");
}

}  // namespace

void read_schema(const SchemaFile& file, Schema& schema, Diagnostics& problems) {
  SchemaReader(file, schema, problems).read();
  doubt_namesakes(file, schema);
}

}  // namespace understudy::postgres
