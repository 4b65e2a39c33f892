// SET, EXPLAIN, CALL, COPY and all that is no query, change or definition, of libpg_query's JSON.
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "protocols/postgres/tree_reading.hpp"

namespace understudy::postgres::trees {
namespace {

using sql::Kind;

template <class Node>
tree::Statement as_statement(Node node) {
  tree::Statement statement;
  statement.node = std::move(node);
  return statement;
}

tree::Statement set(const ParseTree& node, TreeReading& reading) {
  const std::string kind = text_at(node, "kind");
  if (kind == "VAR_RESET" || kind == "VAR_RESET_ALL")
    return as_statement(tree::Utility{Kind::reset, {}, text_at(node, "name")});
  tree::Set set;
  tree::Set::Setting setting;
  setting.scope = flag_at(node, "is_local") ? tree::Set::Setting::Scope::local
                                            : tree::Set::Setting::Scope::session;
  setting.name = text_at(node, "name");
  for (const ParseTree& each : at(node, "args")) {
    const ParseTree& option = at(each, "DefElem");  // SET TRANSACTION …
    if (option.is_null()) {
      setting.values.push_back(expression_of(each, reading));
      continue;
    }
    tree::Set::Setting part{setting.scope, text_at(option, "defname"), {}};
    if (option.contains("arg")) part.values.push_back(expression_of(at(option, "arg"), reading));
    set.settings.push_back(std::move(part));
  }
  if (set.settings.empty()) set.settings.push_back(std::move(setting));
  return as_statement(std::move(set));
}

tree::Statement transaction(const ParseTree& node, TreeReading&) {
  static const std::map<std::string, Kind> kinds = {{"TRANS_STMT_BEGIN", Kind::begin},
                                                    {"TRANS_STMT_START", Kind::begin},
                                                    {"TRANS_STMT_COMMIT", Kind::commit},
                                                    {"TRANS_STMT_ROLLBACK", Kind::rollback},
                                                    {"TRANS_STMT_SAVEPOINT", Kind::savepoint},
                                                    {"TRANS_STMT_RELEASE", Kind::release},
                                                    {"TRANS_STMT_ROLLBACK_TO", Kind::rollback_to}};
  const auto found = kinds.find(text_at(node, "kind"));
  tree::Utility utility;
  utility.kind = found == kinds.end() ? Kind::unknown : found->second;
  utility.verb = "transaction";
  utility.name = text_at(node, "savepoint_name");
  return as_statement(std::move(utility));
}

tree::Statement explain(const ParseTree& node, TreeReading& reading) {
  tree::Utility utility;
  utility.kind = Kind::explain;
  utility.statement = statement_of(at(node, "query"), reading);
  for (const ParseTree& each : at(node, "options")) {
    const ParseTree& option = at(each, "DefElem");
    if (text_at(option, "defname") != "analyze") continue;
    const std::string off = text_at(at(option, "arg", "String"), "sval");
    utility.executes = off != "false" && off != "off" && off != "0";
  }
  return as_statement(std::move(utility));
}

tree::Statement copy(const ParseTree& node, TreeReading& reading) {
  tree::Transfer transfer;
  transfer.table = name_of_table(at(node, "relation"));
  transfer.columns = strings_of(at(node, "attlist"));
  transfer.into_table = flag_at(node, "is_from");
  transfer.server_file = node.contains("filename");
  if (at(node, "query").contains("SelectStmt")) {
    transfer.query = wrapped_query(at(node, "query"), reading);
  } else if (node.contains("query")) {  // COPY (INSERT … RETURNING …) TO
    tree::With with;
    with.tables.push_back({"copied", {}, statement_of(at(node, "query"), reading)});
    tree::Query query;
    query.with = std::move(with);
    query.body = tree::Values();
    transfer.query = std::move(query);
  }
  return as_statement(std::move(transfer));
}

tree::Statement call(const ParseTree& node, TreeReading& reading) {
  tree::Utility utility;
  utility.kind = Kind::call;
  ParseTree wrapped;
  wrapped["FuncCall"] = at(node, "funccall");
  utility.arguments.push_back(expression_of(wrapped, reading));
  return as_statement(std::move(utility));
}

tree::Statement do_block(const ParseTree& node, TreeReading&) {
  tree::Utility utility;
  utility.verb = "do";
  for (const ParseTree& each : at(node, "args")) {
    const std::string option = text_at(at(each, "DefElem"), "defname");
    const std::string value = text_at(at(each, "DefElem", "arg", "String"), "sval");
    if (option == "as") utility.text = value;
    if (option == "language") utility.name = value;
  }
  return as_statement(std::move(utility));
}

tree::Statement prepare(const ParseTree& node, TreeReading& reading) {
  tree::Utility utility;
  utility.kind = Kind::prepare;
  utility.name = text_at(node, "name");
  utility.statement = statement_of(at(node, "query"), reading);
  return as_statement(std::move(utility));
}

tree::Statement execute(const ParseTree& node, TreeReading& reading) {
  tree::Utility utility;
  utility.kind = Kind::execute;
  utility.name = text_at(node, "name");
  utility.arguments = expressions_of(at(node, "params"), reading);
  return as_statement(std::move(utility));
}

tree::Statement declare_cursor(const ParseTree& node, TreeReading& reading) {
  tree::Utility utility;
  utility.kind = Kind::declare_cursor;
  utility.name = text_at(node, "portalname");
  utility.statement = statement_of(at(node, "query"), reading);
  return as_statement(std::move(utility));
}

/// COMMENT ON TABLE, VIEW and so on: `tables` has what it is about; ON COLUMN: `name` is the
/// column's. Of what is no relation neither is told.
tree::Statement comment(const ParseTree& node, TreeReading&) {
  static const std::set<std::string, std::less<>> relations = {
      "OBJECT_TABLE", "OBJECT_VIEW",     "OBJECT_MATVIEW",
      "OBJECT_INDEX", "OBJECT_SEQUENCE", "OBJECT_FOREIGN_TABLE"};
  tree::Utility utility;
  utility.kind = Kind::ddl;
  utility.verb = "comment";
  utility.text = text_at(node, "comment");
  const std::string kind = text_at(node, "objtype");
  std::vector<std::string> path = strings_of(at(node, "object", "List", "items"));
  if (kind == "OBJECT_COLUMN" && path.size() > 1) {
    utility.name = std::move(path.back());
    path.pop_back();
  } else if (!relations.contains(kind)) {
    return as_statement(std::move(utility));
  }
  if (path.size() == 1) utility.tables.push_back({"", path[0]});
  if (path.size() == 2) utility.tables.push_back({path[0], path[1]});
  return as_statement(std::move(utility));
}

/// A statement of which its kind, a name and its tables are all there is to know.
struct Plain {
  Kind kind;
  const char* verb;
  const char* name = nullptr;    ///< key of its name
  const char* tables = nullptr;  ///< key of its tables
};

const std::map<std::string, Plain>& plain_statements() {
  static const std::map<std::string, Plain> all = {
      {"VariableShowStmt", {Kind::show, "show", "name"}},
      {"DiscardStmt", {Kind::discard, "discard", "target"}},
      {"DeallocateStmt", {Kind::deallocate, "deallocate", "name"}},
      {"FetchStmt", {Kind::fetch, "fetch", "portalname"}},
      {"ClosePortalStmt", {Kind::close_cursor, "close", "portalname"}},
      {"ListenStmt", {Kind::listen, "listen", "conditionname"}},
      {"UnlistenStmt", {Kind::unlisten, "unlisten", "conditionname"}},
      {"NotifyStmt", {Kind::notify, "notify", "conditionname"}},
      {"LockStmt", {Kind::lock, "lock", nullptr, "relations"}},
      {"VacuumStmt", {Kind::unknown, "vacuum", nullptr, "rels"}},
      {"ClusterStmt", {Kind::unknown, "cluster", nullptr, "relation"}},
      {"ReindexStmt", {Kind::unknown, "reindex", nullptr, "relation"}},
      {"RefreshMatViewStmt", {Kind::other_write, "refresh", nullptr, "relation"}},
      {"CheckPointStmt", {Kind::unknown, "checkpoint"}},
      {"LoadStmt", {Kind::unknown, "load"}},
      {"ConstraintsSetStmt", {Kind::set, "constraints"}},
      {"GrantStmt", {Kind::ddl, "grant", nullptr, "objects"}},
      {"GrantRoleStmt", {Kind::ddl, "grant"}},
      {"AlterDefaultPrivilegesStmt", {Kind::ddl, "grant"}},
      {"SecLabelStmt", {Kind::ddl, "security label"}}};
  return all;
}

void add_table(const ParseTree& node, std::vector<tree::Name>& tables) {
  const ParseTree* table = &node;
  if (node.contains("VacuumRelation")) table = &at(node, "VacuumRelation", "relation");
  if (node.contains("RangeVar")) table = &at(node, "RangeVar");
  if (table->contains("relname")) tables.push_back(name_of_table(*table));
}

tree::Statement plain_statement(const Plain& plain, const ParseTree& node) {
  tree::Utility utility;
  utility.kind = plain.kind;
  utility.verb = plain.verb;
  if (plain.name != nullptr) utility.name = text_at(node, plain.name);
  if (plain.tables == nullptr) return as_statement(std::move(utility));
  const ParseTree& tables = at(node, plain.tables);
  if (!tables.is_array()) add_table(tables, utility.tables);
  if (tables.is_array())
    for (const ParseTree& each : tables) add_table(each, utility.tables);
  return as_statement(std::move(utility));
}

}  // namespace

tree::Statement utility_of(const std::string& kind, const ParseTree& node, TreeReading& reading) {
  using Read = std::function<tree::Statement(const ParseTree&, TreeReading&)>;
  static const std::map<std::string, Read> readers = {
      {"VariableSetStmt", set}, {"TransactionStmt", transaction},
      {"CommentStmt", comment}, {"ExplainStmt", explain},
      {"CopyStmt", copy},       {"CallStmt", call},
      {"DoStmt", do_block},     {"PrepareStmt", prepare},
      {"ExecuteStmt", execute}, {"DeclareCursorStmt", declare_cursor}};
  if (const auto found = readers.find(kind); found != readers.end())
    return found->second(node, reading);
  if (const auto found = plain_statements().find(kind); found != plain_statements().end())
    return plain_statement(found->second, node);
  // Whatever is left defines something: a server, a publication, a text search configuration.
  tree::CreateOther other;
  if (!kind.ends_with("Stmt") && reading.failure.empty()) reading.failure = kind + " is not known";
  return as_statement(std::move(other));
}

}  // namespace understudy::postgres::trees
