#include "protocols/postgres/table_names.hpp"

#include <algorithm>
#include <utility>

#include "protocols/postgres/request.hpp"
#include "protocols/postgres/tree_from_pg_query.hpp"
#include "protocols/sql/facts/relation_order.hpp"
#include "protocols/sql/facts/routine_body.hpp"
#include "protocols/sql/lexer.hpp"
#include "protocols/sql/schema_text.hpp"
#include "protocols/sql/tree/visitor.hpp"

namespace understudy::postgres {
namespace {

namespace tree = sql::tree;

/// System views that show more than definitions.
bool counts_rows(std::string_view name) {
  return name.starts_with("pg_stat") || name == "pg_locks" || name == "pg_sequences" ||
         name == "pg_cursors" || name == "pg_prepared_statements" || name == "pg_prepared_xacts";
}

bool is_system(const tree::Name& name) {
  return name.schema == "pg_catalog" || name.schema == "information_schema" ||
         (name.schema.empty() && name.name.starts_with("pg_"));
}

bool is_default(const std::string& schema) {
  return schema.empty() || schema == "public";
}

/// Every table that a statement names, and which of them it writes.
class Mentions : public tree::Visitor {
 public:
  using Visitor::visit;
  void visit(const tree::Statement& statement) override {
    target(statement);
    descend(statement);
  }
  void visit(const tree::Relation& relation) override {
    if (const auto* table = relation.as<tree::TableName>()) names.push_back(table->name);
    descend(relation);
  }
  std::vector<tree::Name> names, written;

 private:
  void target(const tree::Statement& statement) {
    if (const auto* insert = statement.as<tree::Insert>()) write(insert->table);
    if (const auto* update = statement.as<tree::Update>()) write(update->tables.front());
    if (const auto* remove = statement.as<tree::Delete>()) write(remove->table);
    if (const auto* merge = statement.as<tree::Merge>()) write(merge->table);
    if (const auto* transfer = statement.as<tree::Transfer>()) define(transfer->table);
    if (const auto* truncate = statement.as<tree::Truncate>())
      for (const tree::TableName& each : truncate->tables) define(each.name);
    if (const auto* table = statement.as<tree::CreateTable>()) {
      define(table->name);
      for (const tree::Name& each : table->inherits) names.push_back(each);
    }
    if (const auto* dropped = statement.as<tree::Drop>();
        dropped != nullptr && dropped->kind == tree::ObjectKind::table)
      for (const tree::Name& each : dropped->names) define(each);
    if (const auto* view = statement.as<tree::CreateView>()) names.push_back(view->name);
    if (const auto* alter = statement.as<tree::AlterTable>()) names.push_back(alter->name);
  }
  void write(const tree::Relation& relation) {
    if (const auto* table = relation.as<tree::TableName>()) written.push_back(table->name);
  }
  void define(const tree::Name& name) {
    names.push_back(name);
    written.push_back(name);
  }
};

/// CREATE EVENT TRIGGER, for which the tree has no node.
bool makes_event_trigger(std::string_view sql) {
  sql::Lexer lexer(sql, sql_mode());
  for (const std::string_view word : {"create", "event", "trigger"})
    if (!sql::equals_folded(lexer.next().text, word)) return false;
  return true;
}

/// The body of DO $$…$$ whose statements can be read; null where it is none.
const std::string* block_of(const tree::Statement& statement) {
  const auto* utility = statement.as<tree::Utility>();
  const bool block = utility != nullptr && utility->verb == "do" &&
                     (utility->name.empty() || utility->name == "plpgsql");
  return block ? &utility->text : nullptr;
}

void merge(const std::vector<KeyPath>& more, std::vector<KeyPath>& paths) {
  for (const KeyPath& each : more)
    if (std::ranges::find(paths, each) == paths.end()) paths.push_back(each);
}

/// A name as row_plan_of() spells it.
tree::Name name_of(const std::string& table) {
  const std::size_t dot = table.find('.');
  if (dot == std::string::npos) return {"", table};
  return {table.substr(0, dot), table.substr(dot + 1)};
}

}  // namespace

void TableNames::mention(const tree::Name& name) {
  if (!name.name.empty() && !is_system(name))
    schemas_[name.name].insert(is_default(name.schema) ? std::string() : name.schema);
}

bool TableNames::learn(std::string_view sql, std::string_view pattern) {
  if (!seen_.emplace(pattern).second) return false;
  has_event_trigger_ |= makes_event_trigger(sql);
  const tree::Statement statement = parse_postgres(sql);
  if (const std::string* block = block_of(statement))
    for (const std::string& each : sql::statements_of_body(*block, sql::Dialect::postgres))
      learn(each, each);
  catalog_.apply(statement);
  Mentions mentions;
  mentions.visit(statement);
  for (const tree::Name& name : mentions.names) mention(name);
  for (const tree::Name& name : mentions.written) {
    mention(name);
    written_.insert(name.name);
  }
  return true;
}

void TableNames::learn_file(const SchemaFile& file) {
  for (const sql::SchemaStatement& each : sql::schema_statements(file.text, sql_mode()))
    learn(each.text, each.text);
}

KeyPath TableNames::key_of(const tree::Name& name) const {
  if (is_system(name)) return counts_rows(name.name) ? KeyPath() : KeyPath{"@catalog"};
  // What nothing declares, and what is never written by its name, may be a view of anything.
  if (!catalog_.empty() && catalog_.find(name) == nullptr && !written_.contains(name.name))
    return {};
  const auto schemas = schemas_.find(name.name);
  const bool shared = schemas != schemas_.end() && schemas->second.contains("");
  if (is_default(name.schema) || shared) return {name.name};
  return {name.schema + "." + name.name};
}

KeyPath TableNames::entry_of(const tree::Name& name) {
  KeyPath entry{"@catalog"};
  if (!is_system(name)) entry.push_back(name.name);  // whatever the schema
  return entry;
}

std::string TableNames::named(const std::string& table) const {
  if (table.empty()) return table;
  const KeyPath key = key_of(catalog_.family_of(name_of(table)));
  return key.empty() ? std::string() : key.front();
}

sql::RowPlan TableNames::named(sql::RowPlan plan) const {
  const auto unnamed = [](const auto& each) { return each.table.empty(); };
  for (sql::PlannedAccess& each : plan.reads) {
    each.table = named(each.table);
    for (sql::PlannedCondition& condition : each.where)
      for (auto& [table, column] : condition.through) table = named(table);
  }
  for (sql::PlannedChange& each : plan.changes) each.table = named(each.table);
  if (std::ranges::any_of(plan.changes, unnamed)) return {};
  std::erase_if(plan.reads, unnamed);
  for (sql::PlannedOutput& each : plan.outputs) {
    if (each.table.empty()) continue;
    each.table = named(each.table);
    if (each.table.empty() && each.column.empty()) return {};  // columns of it that are not known
  }
  return plan;
}

void TableNames::rename(Schema& schema) const {
  Schema renamed;
  for (auto& [name, facts] : schema) {
    const tree::Name table = name_of(name);
    const KeyPath key = key_of(table);
    for (ForeignKey& reference : facts.references) reference.parent = named(reference.parent);
    const auto [found, added] = renamed.emplace(key.empty() ? name : key.front(), std::move(facts));
    if (!added && found->second.doubt.empty())
      found->second.doubt = "tables of this name are in several schemas";
  }
  schema = std::move(renamed);
}

/// Each statement of a block, whichever of them it comes to.
sql::StatementFacts TableNames::facts_of_block(std::string_view body) const {
  sql::StatementFacts facts;
  facts.indirect = facts.writes_uncounted = true;
  sql::Dependencies& found = facts.dependencies;
  for (const std::string& each : sql::statements_of_body(body, sql::Dialect::postgres)) {
    sql::StatementFacts more = facts_of(each);
    // What is not known of may write as well.
    if (!more.dependencies.understood)
      more.dependencies.reads = more.dependencies.writes = {KeyPath()};
    merge(more.dependencies.reads, found.reads);
    merge(more.dependencies.writes, found.writes);
    merge(more.cascades, facts.cascades);
    found.understood = found.understood && more.dependencies.understood;
    facts.fires_triggers = facts.fires_triggers || more.fires_triggers;
  }
  if (!found.writes.empty()) found.effect = Effect::write;
  return facts;
}

sql::StatementFacts TableNames::facts_of(std::string_view sql) const {
  const tree::Statement statement = parse_postgres(sql);
  if (const std::string* block = block_of(statement)) return facts_of_block(*block);
  if (statement.understood())
    return sql::facts_of(
        statement, catalog_, sql::Dialect::postgres,
        {[this](const tree::Name& name) { return key_of(name); },
         {"@advisory_locks"},
         {"@catalog"},
         // What an event trigger does is done by every definition.
         has_event_trigger_ ? std::function<KeyPath(const tree::Name&)>() : entry_of,
         {},
         true,
         {std::string(sql::places_of_relations)}});
  sql::StatementFacts facts;
  facts.dependencies = sql::dependencies_of(sql, sql_mode());
  facts.indirect = true;
  return facts;
}

}  // namespace understudy::postgres
