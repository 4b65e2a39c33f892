#include "protocols/postgres/emulator/definition_answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "protocols/postgres/emulator/translator.hpp"
#include "protocols/postgres/transaction.hpp"

namespace understudy::postgres::emulation {

using sql::contents::ColumnType;
using sql::contents::Contents;
using sql::contents::Default;
using sql::contents::Reference;
using sql::contents::TableColumn;
using tree::ObjectKind;

// ---- shared ----

std::string shown_name(std::string_view key) {
  return std::string(key.substr(key.find('.') == std::string_view::npos ? 0 : key.find('.') + 1));
}

DefinitionAnswer failed(Fields error) {
  DefinitionAnswer answer;
  answer.error = std::move(error);
  return answer;
}

bool is_sound(const TableColumn& column) {
  return column.type.kind != TypeKind::opaque && column.default_.kind != Default::Kind::elsewhere &&
         column.default_.sequence.empty();
}

bool refers_soundly(const Reference& reference, const Definition& child, const Contents& contents) {
  const bool own = reference.parent == child.key;
  const TableState* const state = own ? nullptr : contents.find(reference.parent);
  if (!own && state == nullptr) return false;
  const Definition& parent = own ? child : *state->definition;
  const auto columns = referred_columns(reference, parent);
  if (!columns || columns->size() != reference.columns.size()) return false;
  const auto key = std::ranges::find(parent.keys, *columns, &sql::contents::UniqueKey::columns);
  if (key == parent.keys.end()) return false;
  for (std::size_t i = 0; i < key->columns.size(); ++i) {
    const ColumnType& theirs = parent.columns[key->columns[i]].type;
    const ColumnType& ours = child.columns[reference.columns[i]].type;
    if (theirs.kind != ours.kind || theirs.scale != ours.scale) return false;
  }
  return true;
}

bool is_sound_condition(const tree::Expression& condition, const Definition& table,
                        const DefinitionContext& context) {
  TableBook book;
  book.tables[table.key] = {std::make_shared<const Definition>(table), true, {}};
  tree::Select select;
  select.outputs.push_back(
      {tree::Expression(tree::Literal{tree::Literal::Kind::number, "1"}), "x"});
  tree::Relation& relation = select.from.emplace_back();
  relation.source = tree::TableName{table.spelled, false, {}, {}};
  select.where = condition;
  tree::Query query;
  query.body = std::move(select);
  tree::Statement statement;
  statement.node = std::move(query);
  return context.rules.plan(statement, book, false).reason.empty();
}

bool may_be_hidden(const std::string& key, const DefinitionContext& context) {
  return context.depended.contains(sql::emulator::hidden_by_temporary(key));
}

namespace of_definitions {
namespace {

using Answer = std::optional<DefinitionAnswer>;

Fields notice(std::string message, std::string_view code = "00000", std::string detail = {}) {
  return make_fields("NOTICE", code, std::move(message), std::move(detail));
}
Fields already_there(const std::string& key, bool skipped) {
  const std::string message = fmt::format("relation \"{}\" already exists", shown_name(key));
  return skipped ? notice(message + ", skipping", "42P07") : make_fields("ERROR", "42P07", message);
}

bool is_free(const std::string& name, const Contents& contents) {
  return name.empty() || contents.book().is_absent(name);
}

/// A table, view or sequence of that name is known to be there.
bool is_there(const std::string& key, const Contents& contents) {
  return contents.find(key) != nullptr || contents.book().views.contains(key) ||
         contents.book().sequences.contains(key) || sql::emulator::has_index(key, contents);
}

Answer plain(std::string tag) {
  return DefinitionAnswer{std::move(tag)};
}

/// Of one whose name is in use.
Answer taken(const std::string& key, bool if_not_exists, std::string tag) {
  if (!if_not_exists) return failed(already_there(key, false));
  return DefinitionAnswer{std::move(tag), {already_there(key, true)}};
}

// ---- CREATE ----

/// Whether what stands in parentheses behind the name of a type is what it may take.
bool has_sound_arguments(const tree::Type& type) {
  std::vector<int> numbers;
  for (const std::string& each : type.arguments) {
    int number = -1;
    const auto [end, error] = std::from_chars(each.data(), each.data() + each.size(), number);
    if (error != std::errc{} || end != each.data() + each.size()) return false;
    numbers.push_back(number);
  }
  constexpr int most_digits = 1000, most_characters = 10'485'760;
  if (numbers.empty()) return true;
  const std::string& name = type.name.name;
  if (name == "numeric")
    return numbers.size() <= 2 && numbers[0] >= 1 && numbers[0] <= most_digits &&
           (numbers.size() == 1 || (numbers[1] >= 0 && numbers[1] <= numbers[0]));
  if (numbers.size() != 1) return false;
  if (name == "bpchar" || name == "varchar" || name == "bit" || name == "varbit")
    return numbers[0] >= 1 && numbers[0] <= most_characters;
  return name.starts_with("time") && numbers[0] >= 0 && numbers[0] <= 6;
}

/// Of a type that is there in every database, and nothing is computed of it.
bool is_passive(const TableColumn& column, const Definition& table) {
  static const std::set<std::string_view> types = {
      "bit",       "bool",      "box",       "bpchar",   "bytea",     "cidr",        "circle",
      "date",      "daterange", "float4",    "float8",   "inet",      "int2",        "int4",
      "int4range", "int8",      "int8range", "interval", "json",      "jsonb",       "line",
      "lseg",      "macaddr",   "macaddr8",  "money",    "numeric",   "numrange",    "path",
      "point",     "polygon",   "text",      "time",     "timestamp", "timestamptz", "timetz",
      "tsquery",   "tsrange",   "tstzrange", "tsvector", "uuid",      "varbit",      "varchar",
      "xml"};
  const auto number = static_cast<std::size_t>(&column - table.columns.data());
  const auto has_it = [&](const auto& part) {
    return std::ranges::find(part.columns, number) != part.columns.end();
  };
  const bool bare = has_sound_arguments(column.declared) && column.declared.collation.empty() &&
                    column.declared.name.schema.empty() && !column.declared.is_set;
  return column.type.kind == TypeKind::opaque && bare && column.lacks_default &&
         !column.generated && types.contains(column.declared.name.name) &&
         std::ranges::none_of(table.keys, has_it) &&
         std::ranges::none_of(table.references, has_it) &&
         std::ranges::none_of(table.checks, [&](const sql::contents::Check& check) {
           return sql::emulator::columns_in(table, *check.condition).contains(number);
         });
}

Answer create_table(const tree::CreateTable& create, const DefinitionContext& context) {
  const Contents& contents = context.contents;
  auto definition = definition_of(create, context.rules);
  if (definition) name_enumerations(*definition, contents.book(), context.rules);
  if (!definition || may_be_hidden(definition->key, context)) return std::nullopt;
  const bool sound = std::ranges::all_of(definition->columns, [&](const TableColumn& column) {
    return is_sound(column) || is_passive(column, *definition);
  });
  if (is_there(definition->key, contents) && sound)
    return taken(definition->key, create.if_not_exists, "CREATE TABLE");
  const bool sure =
      definition->takes_rows && contents.book().is_absent(definition->key) && sound &&
      std::ranges::all_of(definition->keys,
                          [&](const auto& key) { return is_free(key.name, contents); }) &&
      std::ranges::all_of(definition->references,
                          [&](const Reference& reference) {
                            return refers_soundly(reference, *definition, contents);
                          }) &&
      std::ranges::all_of(definition->checks, [&](const sql::contents::Check& check) {
        return is_sound_condition(*check.condition, *definition, context);
      });
  return sure ? plain("CREATE TABLE") : std::nullopt;
}

/// Words of CREATE INDEX that its tree does not tell: how the index is kept, and by which order.
bool is_plain_index(std::string_view pattern, const Definition& table) {
  constexpr std::array<std::string_view, 4> others = {" include", " concurrently", " tablespace ",
                                                      " with"};
  constexpr std::array<std::string_view, 2> of_texts = {"varchar_pattern_ops", "text_pattern_ops"};
  if (std::ranges::any_of(others, [&](std::string_view word) {
        return pattern.find(word) != std::string_view::npos;
      }))
    return false;
  const bool gin = pattern.find(" using gin(") != std::string_view::npos ||
                   pattern.find(" using gin (") != std::string_view::npos;
  if (!gin && pattern.find(" using ") != std::string_view::npos &&
      pattern.find(" using btree ") == std::string_view::npos &&
      pattern.find(" using btree(") == std::string_view::npos)
    return false;
  const bool known_types = std::ranges::all_of(table.columns, [](const TableColumn& column) {
    return column.type.kind != TypeKind::opaque;
  });
  std::string rest(pattern);
  for (const std::string_view known : of_texts)
    for (std::size_t at = rest.find(known); known_types && at != std::string::npos;
         at = rest.find(known))
      rest.erase(at, known.size());
  return rest.find("_ops") == std::string::npos;
}

/// Whether GIN has an operator class for it that nobody has to name.
bool is_of_gin(const TableColumn& column) {
  static const std::set<std::string_view> elements = {
      "bool", "bytea",   "date", "float4", "float8",    "inet",        "int2", "int4",
      "int8", "numeric", "text", "time",   "timestamp", "timestamptz", "uuid", "varchar"};
  if (column.type.kind == TypeKind::jsonb || column.type.kind == TypeKind::array) return true;
  const std::string& name = column.declared.name.name;
  if (!column.declared.name.schema.empty() || column.declared.is_set) return false;
  return column.declared.dimensions == 0 ? name == "tsvector" : elements.contains(name);
}

Answer create_index(const tree::CreateIndex& index, const DefinitionContext& context) {
  Contents& contents = context.contents;
  const TableState* const table = contents.find(key_of(index.table));
  if (table == nullptr || index.name.empty() || may_be_hidden(table->definition->key, context))
    return std::nullopt;
  const std::string schema = index.table.schema;
  if (!(schema.empty() || schema == "public")) return std::nullopt;
  if (is_there(index.name, contents)) return taken(index.name, index.if_not_exists, "CREATE INDEX");
  if (index.where || index.nulls_not_distinct || !is_free(index.name, contents) ||
      !is_plain_index(context.pattern, *table->definition))
    return std::nullopt;
  const bool gin = context.pattern.find(" using gin") != std::string_view::npos;
  const bool ordered = context.pattern.find("pattern_ops") != std::string_view::npos;
  const bool columns = std::ranges::all_of(index.parts, [&](const tree::KeyPart& part) {
    const auto column = table->definition->column(part.column);
    if (!column || part.expression || !part.collation.empty()) return false;
    const ColumnType& type = table->definition->columns[*column].type;
    if (gin)
      return !index.unique && !part.descending && is_of_gin(table->definition->columns[*column]);
    return sql::contents::is_comparable(type) && type.kind != TypeKind::array &&
           (!ordered || sql::contents::is_text(type.kind));
  });
  if (!columns || (index.unique && !contents.has_no_rows(table->definition->key)))
    return std::nullopt;
  return plain("CREATE INDEX");
}

Answer create_view(const tree::CreateView& view, const DefinitionContext& context) {
  const std::string key = key_of(view.name);
  if (view.temporary || view.recursive || view.check_option || may_be_hidden(key, context))
    return std::nullopt;
  const bool known = context.contents.book().views.contains(key);
  if (!known && is_there(key, context.contents))
    return view.replace ? std::nullopt : taken(key, false, {});
  if (known && !view.replace) return taken(key, false, {});
  if (known || !context.contents.book().is_absent(key)) return std::nullopt;
  tree::Statement statement;
  statement.node = *view.query;
  const Plan plan = context.rules.plan(statement, context.contents.book(), false);
  std::set<std::string> names;
  for (std::size_t i = 0; i < plan.shown.size(); ++i)
    names.insert(i < view.columns.size() ? view.columns[i] : plan.shown[i].name);
  const bool sure = plan.reason.empty() && view.columns.size() <= plan.shown.size() &&
                    names.size() == plan.shown.size();
  return sure ? plain("CREATE VIEW") : std::nullopt;
}

Answer create_sequence(const tree::CreateSequence& sequence, const DefinitionContext& context) {
  const std::string key = key_of(sequence.name);
  if (sequence.temporary || sequence.has_more) return std::nullopt;
  if (is_there(key, context.contents)) return taken(key, sequence.if_not_exists, "CREATE SEQUENCE");
  return context.contents.book().is_absent(key) ? plain("CREATE SEQUENCE") : std::nullopt;
}

/// An enumeration, in a name that is free.
Answer create_type(const tree::CreateType& type, const DefinitionContext& context) {
  const std::set<std::string> labels(type.labels.begin(), type.labels.end());
  constexpr std::size_t longest = 63;
  const bool sure = type.kind == ObjectKind::type && !type.labels.empty() &&
                    labels.size() == type.labels.size() &&
                    std::ranges::all_of(labels,
                                        [](const std::string& each) {
                                          return !each.empty() && each.size() <= longest;
                                        }) &&
                    context.pattern.find(" as enum") != std::string_view::npos &&
                    context.contents.book().is_absent(key_of(type.name));
  return sure ? plain("CREATE TYPE") : std::nullopt;
}

// ---- DROP ----

/// A constraint of another table that refers to one.
struct Dependent {
  std::string constraint, table;
};

std::vector<Dependent> dependents_of(const std::string& key, const std::set<std::string>& dropped,
                                     const Contents& contents) {
  std::vector<Dependent> found;
  for (const auto& [name, state] : contents.book().tables)
    for (const Reference& reference : state.definition->references)
      if (reference.parent == key && !dropped.contains(name))
        found.push_back({reference.name, name});
  return found;
}

Fields depends(const std::string& key, const Dependent& dependent) {
  const std::string name = shown_name(key);
  return make_fields("ERROR", "2BP01",
                     fmt::format("cannot drop table {} because other objects depend on it", name),
                     fmt::format("constraint {} on table {} depends on table {}",
                                 dependent.constraint, shown_name(dependent.table), name),
                     "Use DROP ... CASCADE to drop the dependent objects too.");
}

/// Names that need no quotes in a message.
bool is_plain_name(std::string_view name) {
  return !name.empty() && name.front() >= 'a' && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

Answer drop_tables(const tree::Drop& dropped, const DefinitionContext& context) {
  const Contents& contents = context.contents;
  DefinitionAnswer answer{"DROP TABLE"};
  std::set<std::string> keys;
  for (const tree::Name& name : dropped.names) {
    const std::string key = key_of(name);
    if (may_be_hidden(key, context) ||
        sql::emulator::is_depended_on(key, context.depended, context.contents.book()))
      return std::nullopt;
    const TableState* const table = contents.find(key);
    if (table != nullptr) {
      if (table->definition->shows) return std::nullopt;
      keys.insert(key);
      continue;
    }
    const bool known_schema = name.schema.empty() || name.schema == "public";
    if (!contents.book().is_absent(key) || !known_schema) return std::nullopt;
    const std::string message = fmt::format("table \"{}\" does not exist", shown_name(key));
    if (!dropped.if_exists) return failed(make_fields("ERROR", "42P01", message));
    answer.notices.push_back(notice(message + ", skipping"));
  }
  if (keys.empty()) return answer;
  // A table of which nothing is known may refer to it.
  if (!contents.book().knows_references()) return std::nullopt;
  std::vector<Dependent> dependents;
  std::string parent;
  for (const std::string& key : keys)
    for (Dependent& each : dependents_of(key, keys, contents)) {
      dependents.push_back(std::move(each));
      parent = key;
    }
  if (dependents.empty()) return answer;
  const Dependent& one = dependents.front();
  const bool told = dependents.size() == 1 && is_plain_name(one.constraint) &&
                    is_plain_name(one.table) && is_plain_name(parent);
  if (!told) return std::nullopt;
  if (!dropped.cascade)
    return dropped.names.size() == 1 ? Answer(failed(depends(parent, one))) : std::nullopt;
  answer.notices.push_back(
      notice(fmt::format("drop cascades to constraint {} on table {}", one.constraint, one.table)));
  return answer;
}

bool has_columns_of(const tree::Name& type, const Contents& contents) {
  return std::ranges::any_of(contents.book().tables, [&](const auto& each) {
    return std::ranges::any_of(each.second.definition->columns, [&](const TableColumn& column) {
      return column.declared.name.name == type.name;
    });
  });
}

/// Of what nothing may depend on. `word`: how messages call it.
Answer drop_others(const tree::Drop& dropped, const DefinitionContext& context,
                   std::string_view word, std::string_view code, const std::string& tag) {
  const Contents& contents = context.contents;
  DefinitionAnswer answer{tag};
  for (const tree::Name& name : dropped.names) {
    const std::string key = key_of(name);
    if (may_be_hidden(key, context) || !(name.schema.empty() || name.schema == "public"))
      return std::nullopt;
    const bool known = dropped.kind == ObjectKind::type   ? contents.book().types.contains(key)
                       : dropped.kind == ObjectKind::view ? contents.book().views.contains(key)
                       : dropped.kind == ObjectKind::sequence
                           ? contents.book().sequences.contains(key)
                           : sql::emulator::has_index(key, contents);
    if (known) {
      if (sql::emulator::is_depended_on(key, context.depended, context.contents.book()))
        return std::nullopt;
      if (dropped.kind == ObjectKind::type &&
          (has_columns_of(name, contents) || !contents.book().knows_references()))
        return std::nullopt;
      const bool numbers = std::ranges::any_of(contents.book().tables, [&](const auto& each) {
        return std::ranges::any_of(each.second.definition->columns, [&](const TableColumn& column) {
          return !column.default_.sequence.empty();
        });
      });
      if (dropped.kind == ObjectKind::sequence && numbers) return std::nullopt;
      continue;
    }
    if (!contents.book().is_absent(key)) return std::nullopt;
    const std::string message = fmt::format("{} \"{}\" does not exist", word, shown_name(key));
    if (!dropped.if_exists) return failed(make_fields("ERROR", code, message));
    answer.notices.push_back(notice(message + ", skipping"));
  }
  return answer;
}

/// An index may be what a reference of another table is checked by.
bool is_referred_to(const std::string& index, const Contents& contents) {
  return std::ranges::any_of(contents.book().tables, [&](const auto& each) {
    return std::ranges::any_of(each.second.definition->keys,
                               [&](const auto& key) { return key.name == index; });
  });
}

Answer drop(const tree::Drop& dropped, const DefinitionContext& context) {
  switch (dropped.kind) {
    case ObjectKind::table:
      return drop_tables(dropped, context);
    case ObjectKind::view:
      return drop_others(dropped, context, "view", "42P01", "DROP VIEW");
    case ObjectKind::sequence:
      return drop_others(dropped, context, "sequence", "42P01", "DROP SEQUENCE");
    case ObjectKind::type:
      return drop_others(dropped, context, "type", "42704", "DROP TYPE");
    case ObjectKind::index:
      for (const tree::Name& name : dropped.names)
        if (is_referred_to(name.name, context.contents) &&
            !context.contents.book().knows_references())
          return std::nullopt;
      if (context.pattern.find(" concurrently ") != std::string_view::npos) return std::nullopt;
      for (const tree::Name& name : dropped.names)
        for (const auto& [key, state] : context.contents.book().tables)
          for (const auto& unique : state.definition->keys)
            if (unique.name == name.name && !dependents_of(key, {}, context.contents).empty())
              return std::nullopt;
      return drop_others(dropped, context, "index", "42704", "DROP INDEX");
    default:
      return std::nullopt;
  }
}

/// COMMENT ON a table or a column that is known.
Answer comment(const tree::Utility& utility, const DefinitionContext& context) {
  if (utility.verb != "comment" || utility.tables.empty()) return std::nullopt;
  const std::string key = key_of(utility.tables.front());
  const TableState* const table = context.contents.find(key);
  const bool sure = table != nullptr && !table->definition->shows && !may_be_hidden(key, context) &&
                    (utility.name.empty() || table->definition->column(utility.name));
  return sure ? plain("COMMENT") : std::nullopt;
}

}  // namespace
}  // namespace of_definitions

std::optional<DefinitionAnswer> answer_to_definition(const tree::Statement& statement,
                                                     const DefinitionContext& context) {
  if (const auto* create = statement.as<tree::CreateTable>())
    return of_definitions::create_table(*create, context);
  if (const auto* index = statement.as<tree::CreateIndex>())
    return of_definitions::create_index(*index, context);
  if (const auto* view = statement.as<tree::CreateView>())
    return of_definitions::create_view(*view, context);
  if (const auto* sequence = statement.as<tree::CreateSequence>())
    return of_definitions::create_sequence(*sequence, context);
  if (const auto* type = statement.as<tree::CreateType>())
    return of_definitions::create_type(*type, context);
  if (const auto* alter = statement.as<tree::AlterTable>()) return answer_to_alter(*alter, context);
  if (const auto* utility = statement.as<tree::Utility>(); utility != nullptr)
    return of_definitions::comment(*utility, context);
  const auto* dropped = statement.as<tree::Drop>();
  return dropped != nullptr ? of_definitions::drop(*dropped, context) : std::nullopt;
}

}  // namespace understudy::postgres::emulation
