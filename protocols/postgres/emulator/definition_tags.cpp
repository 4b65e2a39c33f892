#include "protocols/postgres/emulator/definition_tags.hpp"

#include <algorithm>
#include <array>

#include "protocols/postgres/emulator/translator.hpp"

namespace understudy::postgres::emulation {

using sql::contents::ColumnType;
using sql::contents::Contents;
using sql::contents::Default;
using sql::contents::Reference;
using sql::contents::TableColumn;

namespace {

using tree::ObjectKind;

/// The type is there, and what a default says can be put into it.
bool is_sound(const TableColumn& column) {
  return column.type.kind != TypeKind::opaque && column.default_.kind != Default::Kind::elsewhere &&
         column.default_.sequence.empty();
}

bool is_free(const std::string& name, const Contents& contents) {
  return name.empty() || contents.book().is_absent(name);
}

/// Whether a name of a constraint is none of the table's; those that the server chose are unknown.
bool is_new_constraint(const std::string& name, const Definition& table) {
  const auto other = [&](const auto& each) { return !each.name.empty() && each.name != name; };
  return !name.empty() && std::ranges::all_of(table.keys, other) &&
         std::ranges::all_of(table.references, other) && std::ranges::all_of(table.checks, other);
}

/// The parent has a key of just these columns, of the same types.
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

bool create_is_sure(const tree::CreateTable& create, const Contents& contents,
                    const ServerRules& rules, const Depended& depended) {
  const auto definition = definition_of(create, rules);
  return definition && definition->takes_rows && contents.book().is_absent(definition->key) &&
         !depended.contains(sql::emulator::hidden_by_temporary(definition->key)) &&
         std::ranges::all_of(definition->columns, is_sound) &&
         std::ranges::all_of(definition->keys,
                             [&](const auto& key) { return is_free(key.name, contents); }) &&
         std::ranges::all_of(definition->references, [&](const Reference& reference) {
           return refers_soundly(reference, *definition, contents);
         });
}

/// Words of CREATE INDEX that its tree does not tell: how the index is kept, and by which order.
bool is_plain_index(std::string_view pattern, const Definition& table) {
  constexpr std::array<std::string_view, 5> others = {" using ", " include", " concurrently",
                                                      " tablespace ", " with"};
  constexpr std::array<std::string_view, 2> of_texts = {"varchar_pattern_ops", "text_pattern_ops"};
  if (std::ranges::any_of(others, [&](std::string_view word) {
        return pattern.find(word) != std::string_view::npos;
      }))
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

bool index_is_sure(const tree::CreateIndex& index, std::string_view pattern, Contents& contents) {
  const TableState* const table = contents.find(key_of(index.table));
  if (table == nullptr || index.name.empty() || index.if_not_exists || index.where ||
      index.nulls_not_distinct || !is_free(index.name, contents) ||
      !is_plain_index(pattern, *table->definition))
    return false;
  const bool ordered = pattern.find("pattern_ops") != std::string_view::npos;
  const bool columns = std::ranges::all_of(index.parts, [&](const tree::KeyPart& part) {
    const auto column = table->definition->column(part.column);
    if (!column || part.expression || !part.collation.empty()) return false;
    const ColumnType& type = table->definition->columns[*column].type;
    return sql::contents::is_comparable(type) && (!ordered || sql::contents::is_text(type.kind));
  });
  return columns && (!index.unique || contents.has_no_rows(table->definition->key));
}

bool action_is_sure(const tree::AlterAction& action, const TableState& table,
                    const Definition& after, const Contents& contents) {
  using Kind = tree::AlterAction::Kind;
  const Definition& before = *table.definition;
  if (action.kind == Kind::add_column) {
    const bool plain = !before.column(action.column->name) && action.column->constraints.empty() &&
                       !action.column->generated && !action.column->identity;
    const auto column = after.column(action.column->name);
    return plain && column && is_sound(after.columns[*column]);
  }
  if (action.kind != Kind::add_constraint || !action.constraint) return false;
  const tree::Constraint& constraint = *action.constraint;
  if (!is_new_constraint(constraint.name, before)) return false;
  if (constraint.kind == tree::Constraint::Kind::foreign) {
    const auto made = std::ranges::find(after.references, constraint.name, &Reference::name);
    return made != after.references.end() && refers_soundly(*made, after, contents);
  }
  const bool key = constraint.kind == tree::Constraint::Kind::unique;
  return key && constraint.using_index.empty() && !constraint.nulls_not_distinct &&
         !constraint.deferrable && is_free(constraint.name, contents) && after.takes_rows;
}

bool alter_is_sure(const tree::AlterTable& alter, Contents& contents, const ServerRules& rules) {
  const TableState* const table = contents.find(key_of(alter.name));
  if (table == nullptr || alter.if_exists || alter.kind != ObjectKind::table ||
      alter.actions.size() != 1 || !contents.has_no_rows(table->definition->key))
    return false;
  const Altered after = altered(*table->definition, alter, rules);
  return after.table && action_is_sure(alter.actions.front(), *table, *after.table, contents);
}

bool drop_is_sure(const tree::Drop& dropped, const Contents& contents, const Depended& depended) {
  if (dropped.kind != ObjectKind::table || dropped.cascade || dropped.names.size() != 1)
    return false;
  const std::string key = key_of(dropped.names.front());
  return contents.find(key) != nullptr && !depended.contains(key) &&
         !depended.contains(sql::emulator::hidden_by_temporary(key)) &&
         std::ranges::none_of(contents.book().tables, [&](const auto& each) {
           return each.first != key &&
                  std::ranges::any_of(each.second.definition->references,
                                      [&](const Reference& other) { return other.parent == key; });
         });
}

}  // namespace

std::optional<std::string> tag_of_definition(const tree::Statement& statement,
                                             std::string_view pattern, Contents& contents,
                                             const ServerRules& rules, const Depended& depended) {
  if (const auto* create = statement.as<tree::CreateTable>())
    return create_is_sure(*create, contents, rules, depended)
               ? std::optional<std::string>("CREATE TABLE")
               : std::nullopt;
  if (const auto* index = statement.as<tree::CreateIndex>())
    return index_is_sure(*index, pattern, contents) ? std::optional<std::string>("CREATE INDEX")
                                                    : std::nullopt;
  if (const auto* alter = statement.as<tree::AlterTable>())
    return alter_is_sure(*alter, contents, rules) ? std::optional<std::string>("ALTER TABLE")
                                                  : std::nullopt;
  const auto* dropped = statement.as<tree::Drop>();
  return dropped != nullptr && drop_is_sure(*dropped, contents, depended)
             ? std::optional<std::string>("DROP TABLE")
             : std::nullopt;
}

}  // namespace understudy::postgres::emulation
