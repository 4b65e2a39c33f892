#include "protocols/mysql/table_keys.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "protocols/mysql/names.hpp"
#include "protocols/sql/facts/effects.hpp"
#include "protocols/sql/facts/function_use.hpp"
#include "protocols/sql/functions.hpp"
#include "protocols/sql/tree/parse_mysql.hpp"
#include "protocols/sql/tree/qualify.hpp"

namespace understudy::mysql {
namespace {

namespace tree = sql::tree;

tree::Name name_of(std::string_view table) {
  const std::size_t dot = table.find('.');
  if (dot == std::string_view::npos) return {"", std::string(table)};
  return {std::string(table.substr(0, dot)), std::string(table.substr(dot + 1))};
}

tree::Statement parsed(std::string_view sql, sql::Mode mode, std::string_view database) {
  tree::Statement statement = tree::parse_mysql(sql, mode);
  tree::qualify(statement, folded(database));
  return statement;
}

/// SELECT * FROM base
tree::Query query_of(const tree::Name& base) {
  tree::Select select;
  select.outputs.push_back({tree::Expression(tree::Star{}), {}});
  tree::Relation& relation = select.from.emplace_back();
  relation.source = tree::TableName{base, false, {}, {}};
  tree::Query query;
  query.body = std::move(select);
  return query;
}

/// Whether it reads or changes rows of tables by their names.
bool is_of_rows(const tree::Statement& statement) {
  const auto* utility = statement.as<tree::Utility>();
  const auto* set = statement.as<tree::Set>();
  if (set != nullptr && set->statement) return is_of_rows(*set->statement);
  if (utility != nullptr && utility->kind == sql::Kind::explain)
    return static_cast<bool>(utility->statement);
  if (utility != nullptr) return utility->kind == sql::Kind::call || utility->verb == "do";
  return set != nullptr || statement.as<tree::Query>() != nullptr ||
         statement.as<tree::Insert>() != nullptr || statement.as<tree::Update>() != nullptr ||
         statement.as<tree::Delete>() != nullptr || statement.as<tree::Transfer>() != nullptr ||
         statement.as<tree::Truncate>() != nullptr;
}

}  // namespace

Mentions mentions_of(std::string_view sql, sql::Mode mode, std::string_view database) {
  static const sql::Catalog nothing(sql::Dialect::mysql);
  const tree::Statement statement = parsed(sql, mode, database);
  sql::Effects effects = sql::effects_of(statement, nothing, sql::Dialect::mysql);
  return {std::move(effects.reads), std::move(effects.writes), std::move(effects.numbered)};
}

void TableKeys::define(std::string_view sql, sql::Mode mode, std::string_view database) {
  const tree::Statement statement = parsed(sql, mode, database);
  catalog_.apply(statement);
  if (const auto* table = statement.as<tree::CreateTable>()) {
    know(table->name);
  } else if (const auto* view = statement.as<tree::CreateView>()) {
    know(view->name);
  } else if (const auto* index = statement.as<tree::CreateIndex>()) {
    know(index->table);
  } else if (const auto* altered = statement.as<tree::AlterTable>()) {
    know(altered->name);
    for (const tree::AlterAction& action : altered->actions) know(action.table);
  } else if (const auto* renamed = statement.as<tree::RenameTables>()) {
    for (const auto& pair : renamed->pairs) know(pair.from), know(pair.to);
  } else if (const auto made = created_table(sql, mode); made && !statement.understood()) {
    know({made->schema.empty() ? folded(database) : made->schema, made->name});
  }
}

void TableKeys::define_view(std::string_view view, std::string_view base) {
  tree::CreateView made;
  made.name = name_of(view);
  made.query = query_of(name_of(base));
  tree::Statement statement;
  statement.node = std::move(made);
  catalog_.apply(statement);
}

void TableKeys::settle(std::string_view main_database) {
  main_ = folded(main_database);
  known_.clear();
  for (const tree::Name& table : tables_) {
    if (table.name.empty()) continue;
    known_.insert(key_of(table, main_));
    if (catalog_.has_family(table)) shared_.insert(key_of(table, main_));
  }
}

std::string TableKeys::key_of(const tree::Name& table, std::string_view database) const {
  tree::Name full = table;
  if (full.schema.empty()) full.schema = folded(database);
  full = catalog_.family_of(full);
  const std::string schema = folded(full.schema);
  if (is_catalogue(schema)) return std::string(catalog_key);
  return schema == main_ ? folded(full.name) : schema + "." + folded(full.name);
}

std::string TableKeys::key_of(std::string_view table, std::string_view database) const {
  return key_of(name_of(table), database);
}

KeyPath TableKeys::path_of(const tree::Name& table, std::string_view database) const {
  const std::string schema = folded(table.schema.empty() ? database : table.schema);
  if (is_catalogue(schema) && sql::catalogue_counts_rows(schema, folded(table.name))) return {};
  return {key_of(table, database)};
}

sql::KeyNames TableKeys::names_in(const std::string& database) const {
  const auto entry = [this, database](std::string_view first, const tree::Name& name) {
    std::string key = key_of(name, database);
    return key == first ? KeyPath{std::move(key)} : KeyPath{std::string(first), std::move(key)};
  };
  return {[this, database](const tree::Name& name) { return path_of(name, database); },
          {"@lock"},
          {std::string(catalog_key)},
          [entry](const tree::Name& name) { return entry(catalog_key, name); },
          [entry](const tree::Name& name) { return entry(routine_key, name); }};
}

sql::StatementFacts TableKeys::facts_of(std::string_view sql, sql::Mode mode,
                                        std::string_view database) const {
  const std::vector<std::string_view> statements = sql::split(sql, mode);
  if (statements.empty()) return {};
  if (statements.size() > 1) return facts_of_all(statements, mode, database);
  const tree::Statement statement = parsed(sql, mode, database);
  if (!statement.understood() || statement.depends_on_version)
    return facts_of_unknown(sql, mode, database);
  const sql::KeyNames names = names_in(folded(database));
  sql::StatementFacts facts = sql::facts_of(statement, catalog_, sql::Dialect::mysql, names);
  // A table that nothing declares and nobody writes may be a view of anything, or be written by a
  // trigger.
  auto& reads = facts.dependencies.reads;
  const bool unknown = std::ranges::any_of(reads, [&](const KeyPath& path) {
    return path.size() == 1 && !path[0].starts_with('@') && !known_.contains(path[0]);
  });
  if (unknown && is_of_rows(statement)) reads.push_back({});
  facts.indirect = facts.indirect || std::ranges::any_of(reads, [&](const KeyPath& path) {
                     return path.size() == 1 && shared_.contains(path[0]);
                   });
  return facts;
}

/// Of a batch, which is one statement many times.
sql::StatementFacts TableKeys::facts_of_all(const std::vector<std::string_view>& statements,
                                            sql::Mode mode, std::string_view database) const {
  sql::StatementFacts all;
  std::set<std::string_view> seen;
  for (const std::string_view each : statements) {
    if (!seen.insert(each).second) continue;
    sql::StatementFacts facts = facts_of(each, mode, database);
    sql::Dependencies &found = all.dependencies, &more = facts.dependencies;
    found.reads.insert(found.reads.end(), more.reads.begin(), more.reads.end());
    found.writes.insert(found.writes.end(), more.writes.begin(), more.writes.end());
    found.understood = found.understood && more.understood;
    if (more.effect == Effect::write) found.effect = Effect::write;
    all.cascades.insert(all.cascades.end(), facts.cascades.begin(), facts.cascades.end());
    all.writes_uncounted = all.writes_uncounted || facts.writes_uncounted;
    all.fires_triggers = all.fires_triggers || facts.fires_triggers;
  }
  all.indirect = true;
  return all;
}

/// A definition touches those tables that it names; a query changes nothing, unless it calls what
/// may.
sql::StatementFacts TableKeys::facts_of_unknown(std::string_view sql, sql::Mode mode,
                                                std::string_view database) const {
  const sql::Kind kind = sql::verb_of(sql, mode).kind;
  std::vector<tree::Name> tables;
  if (kind == sql::Kind::ddl)
    for (const tree::Name& name : mysql::names_in(sql, mode))
      if (known_.contains(key_of(name, database))) tables.push_back(name);
  sql::StatementFacts facts = sql::facts_of_names(tables, names_in(folded(database)));
  const bool calls = std::ranges::any_of(called_in(sql, mode), [&](const tree::Name& name) {
    return !catalog_.routines(name).empty() ||
           sql::use_of_function(name.name, sql::Dialect::mysql) != sql::FunctionUse::pure;
  });
  if (kind != sql::Kind::select || calls) return facts;
  facts.dependencies.effect = Effect::read;
  facts.dependencies.writes.clear();
  return facts;
}

}  // namespace understudy::mysql
