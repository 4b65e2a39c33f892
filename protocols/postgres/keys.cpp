#include "protocols/postgres/keys.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "protocols/postgres/parse_tree.hpp"
#include "protocols/postgres/request.hpp"
#include "protocols/sql/functions.hpp"
#include "understudy/document_text.hpp"

namespace understudy::postgres {
namespace {

const KeyPath everything;
const KeyPath catalogue = {"@catalog"};
const KeyPath sequences = {std::string(outside_transactions)};
const KeyPath advisory_locks = {"@advisory_locks"};

/// Statements that change nothing that a query could see.
bool is_inert(const std::string& statement) {
  static const std::set<std::string> inert = {"VacuumStmt", "CheckPointStmt",     "LockStmt",
                                              "LoadStmt",   "ConstraintsSetStmt", "ClusterStmt",
                                              "ReindexStmt"};
  return inert.contains(statement);
}

/// System views that show more than definitions.
bool counts_rows(std::string_view name) {
  return name.starts_with("pg_stat") || name == "pg_locks" || name == "pg_sequences" ||
         name == "pg_cursors" || name == "pg_prepared_statements" || name == "pg_prepared_xacts";
}

class TreeReader {
 public:
  sql::Dependencies read(const ParseTree& statement) {
    for (const auto& [kind, node] : statement.items()) read_statement(kind, node);
    found_.effect = found_.writes.empty() ? Effect::read : Effect::write;
    // What a write is answered with depends on what it writes to.
    for (const KeyPath& path : found_.writes) add(found_.reads, path);
    return std::move(found_);
  }

 private:
  static void add(std::vector<KeyPath>& paths, const KeyPath& path) {
    if (std::ranges::find(paths, path) == paths.end()) paths.push_back(path);
  }

  void read_statement(const std::string& kind, const ParseTree& node) {
    if (kind == "SelectStmt" || kind == "InsertStmt" || kind == "UpdateStmt" ||
        kind == "DeleteStmt" || kind == "MergeStmt" || kind == "TruncateStmt" || kind == "CopyStmt")
      return read_node(kind, node);
    if (kind == "ExplainStmt") return read_explain(node);
    if (is_inert(kind)) return;
    const bool opaque = kind == "DoStmt" || kind == "CallStmt";
    found_.understood = found_.understood && !opaque;
    add(found_.writes, everything);  // DDL
  }

  void read_explain(const ParseTree& node) {
    add(found_.reads, everything);  // costs follow statistics
    const std::string options =
        node.contains("options") ? json_text(node["options"]) : std::string();
    if (options.find("\"analyze\"") != std::string::npos && node.contains("query"))
      walk(node["query"]);
  }

  void read_node(const std::string& kind, const ParseTree& node) {
    const std::size_t names = expressions_.size();
    read_expressions(at(node, "withClause"));
    if (kind == "TruncateStmt") {
      for (const ParseTree& each : node.value("relations", ParseTree::array()))
        if (each.contains("RangeVar")) relation(each["RangeVar"], true);
    } else if (kind == "CopyStmt") {
      if (node.contains("relation")) relation(node["relation"], node.value("is_from", false));
      if (node.contains("query")) walk(node["query"]);
      if (!node.contains("filename")) return leave(names);
      found_.understood = false;
    } else {
      const bool writes = kind != "SelectStmt" && node.contains("relation");
      if (writes) relation(node["relation"], true);
      // Its identity column or serial takes a number, which neither a rollback nor a failure gives
      // back.
      if (kind == "InsertStmt" && writes)
        add(found_.writes, {sequences.front(), node["relation"].value("relname", "")});
      if (kind == "SelectStmt" && node.contains("intoClause")) add(found_.writes, everything);
      for (const auto& [key, value] : node.items())
        if (!(writes && key == "relation") && key != "withClause") walk(value);
    }
    leave(names);
  }

  void leave(std::size_t names) { expressions_.resize(names); }

  /// A common table expression is one in what follows it, with RECURSIVE in all of the clause.
  void read_expressions(const ParseTree& with) {
    const bool recursive = flag_at(with, "recursive");
    for (const ParseTree& each : at(with, "ctes"))
      if (recursive) expressions_.push_back(text_at(at(each, "CommonTableExpr"), "ctename"));
    for (const ParseTree& each : at(with, "ctes")) {
      walk(at(each, "CommonTableExpr", "ctequery"));
      if (!recursive) expressions_.push_back(text_at(at(each, "CommonTableExpr"), "ctename"));
    }
  }

  void relation(const ParseTree& node, bool written) {
    const std::string name = node.value("relname", "");
    const std::string schema = node.value("schemaname", "");
    if (schema.empty() && !written && std::ranges::find(expressions_, name) != expressions_.end())
      return;
    const bool system = schema == "pg_catalog" || schema == "information_schema" ||
                        (schema.empty() && name.starts_with("pg_"));
    const KeyPath path = system ? (counts_rows(name) ? everything : catalogue)
                         : schema.empty() || schema == "public" ? KeyPath{name}
                                                                : KeyPath{schema + "." + name};
    add(written ? found_.writes : found_.reads, path);
  }

  void function(const ParseTree& call) {
    std::string name, schema;
    for (const ParseTree& part : call.value("funcname", ParseTree::array()))
      if (part.contains("String")) schema = std::exchange(name, part["String"].value("sval", ""));
    switch (sql::effect_of_function(name)) {
      case sql::FunctionEffect::pure:
        return;
      case sql::FunctionEffect::sequence:
        // Inserting moves a sequence as well, unseen: what comes next depends on everything.
        add(found_.writes, sequences);
        return add(found_.reads, everything);
      case sql::FunctionEffect::advisory:
        add(found_.writes, advisory_locks);
        return add(found_.reads, advisory_locks);
      case sql::FunctionEffect::unknown:
        break;
    }
    if (schema == "pg_catalog" || name.starts_with("pg_") || name.starts_with("has_") ||
        name.starts_with("to_reg") || name == "format_type" || name == "obj_description" ||
        name == "col_description" || name == "set_config")
      return add(found_.reads, catalogue);
    add(found_.reads, everything);
    found_.understood = false;
  }

  void walk(const ParseTree& node) {
    if (node.is_array()) {
      for (const ParseTree& each : node) walk(each);
    } else if (node.is_object()) {
      for (const auto& [key, value] : node.items()) {
        if (key == "RangeVar")
          relation(value, false);
        else if (key == "SelectStmt" || key == "InsertStmt" || key == "UpdateStmt" ||
                 key == "DeleteStmt" || key == "MergeStmt")
          read_node(key, value);
        else if (key == "larg" || key == "rarg")
          operand(value);
        else if (key == "FuncCall")
          function(value), walk(value);
        else
          walk(value);
      }
    }
  }

  /// The sides of UNION and of JOIN; those of a set operation are SelectStmts without a wrapper.
  void operand(const ParseTree& value) {
    if (value.is_object() && value.contains("op"))
      read_node("SelectStmt", value);
    else
      walk(value);
  }

  sql::Dependencies found_;
  std::vector<std::string> expressions_;  // names of common table expressions in reach
};

}  // namespace

sql::Dependencies keys_of(std::string_view sql) {
  const auto tree = parse_tree_of(sql);
  if (!tree || !tree->is_object()) return sql::dependencies_of(sql, sql_mode());
  return TreeReader().read(*tree);
}

}  // namespace understudy::postgres
