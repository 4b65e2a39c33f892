// What the catalogue shows of keys, references, conditions, indexes and defaults.
#include <fmt/format.h>

#include <algorithm>

#include "protocols/postgres/emulator/catalogue_rows.hpp"
#include "protocols/postgres/emulator/default_text.hpp"
#include "protocols/sql/emulator/definitions.hpp"

namespace understudy::postgres::emulation {
namespace {

using sql::contents::Check;
using sql::contents::MadeIndex;

/// Whether all constraints and indexes of a table are among those that its definition names.
bool knows_parts(const Definition& table) {
  const auto is_named = [](const auto& each) { return !each.name.empty(); };
  return table.takes_rows && !table.has_more_indexes && !table.shows &&
         std::ranges::all_of(table.keys, is_named) &&
         std::ranges::all_of(table.references, is_named) &&
         std::ranges::all_of(table.checks, is_named);
}

const MadeIndex* made_as(const Definition& table, const std::string& name) {
  const auto found = std::ranges::find(table.made_indexes, name, &MadeIndex::name);
  return found == table.made_indexes.end() ? nullptr : &*found;
}

/// Keys that constraints made, not CREATE INDEX.
std::vector<UniqueKey> constraint_keys(const Definition& table) {
  std::vector<UniqueKey> keys;
  for (const UniqueKey& key : table.keys)
    if (key.primary || made_as(table, key.name) == nullptr) keys.push_back(key);
  return keys;
}

std::vector<ShownIndex> indexes_of(const Definition& table) {
  std::vector<ShownIndex> indexes;
  for (const UniqueKey& key : constraint_keys(table)) {
    ShownIndex& index = indexes.emplace_back(ShownIndex{key.name, true, key.primary, true, {}});
    for (const std::size_t each : key.columns)
      index.parts.push_back({table.columns[each].name, false});
  }
  for (const MadeIndex& made : table.made_indexes) {
    ShownIndex& index =
        indexes.emplace_back(ShownIndex{made.name, made.unique, false, made.plain, {}});
    for (const auto& part : made.parts) index.parts.push_back({part.column, part.descending});
  }
  return indexes;
}

std::string names_of(const Definition& table, const std::vector<std::size_t>& columns) {
  std::string list;
  for (const std::size_t each : columns)
    list += (list.empty() ? "" : ", ") + quoted_identifier(table.columns[each].name);
  return "(" + list + ")";
}

/// `{1,2}`: the columns' numbers.
Cell numbers_of(const Definition& table, const std::vector<std::size_t>& columns) {
  std::string list;
  for (const std::size_t each : columns)
    list += (list.empty() ? "" : ",") + std::to_string(table.columns[each].attribute);
  return "{" + list + "}";
}

Cell letter_of(tree::ForeignAction action) {
  constexpr std::string_view letters[] = {"a", "r", "c", "n", "d"};
  return letters[static_cast<std::size_t>(action)];
}

std::string_view words_of(tree::ForeignAction action) {
  constexpr std::string_view words[] = {"", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"};
  return words[static_cast<std::size_t>(action)];
}

std::string key_of_constraint(const Definition& table, std::string_view name) {
  return "constraint:" + table.key + "/" + std::string(name);
}

std::string key_of_named_index(const Definition& table, const std::string& name) {
  const std::size_t dot = table.key.find('.');
  return dot == std::string::npos ? name : table.key.substr(0, dot + 1) + name;
}

}  // namespace

std::set<std::string> Relations::index_names() const {
  std::set<std::string> names;
  for (const auto& [key, state] : book_.tables)
    for (const ShownIndex& index : indexes_of(*state.definition))
      if (!index.name.empty()) names.insert(key_of_named_index(*state.definition, index.name));
  return names;
}

std::set<std::string> Relations::parts_of_tables() const {
  std::set<std::string> keys;
  for (const std::string& name : index_names()) keys.insert(key_of_index(name));
  for (const auto& [key, state] : book_.tables) {
    const Definition& table = *state.definition;
    for (const UniqueKey& each : constraint_keys(table))
      keys.insert(key_of_constraint(table, each.name));
    for (const Reference& each : table.references) keys.insert(key_of_constraint(table, each.name));
    for (const Check& each : table.checks) keys.insert(key_of_constraint(table, each.name));
  }
  return keys;
}

// ---- pg_constraint ----

/// `rest`: behind its kind.
void Relations::add_constraint(const Definition& table, std::string_view name,
                               std::vector<Cell> rest, Rows& rows) const {
  std::vector<Cell> cells = {std::int64_t{oid_of_object(key_of_constraint(table, name), oids_)},
                             name, std::int64_t{oid_of(placed(table.key).schema)}};
  cells.insert(cells.end(), rest.begin(), rest.end());
  rows.add(std::move(cells));
}

/// The index by which a reference is checked.
Cell Relations::key_of_reference(const Reference& reference) const {
  const auto parent = book_.tables.find(reference.parent);
  if (parent == book_.tables.end()) return {};
  const Definition& table = *parent->second.definition;
  const auto columns = sql::emulator::referred_columns(reference, table);
  for (const UniqueKey& key : table.keys)
    if (columns && key.columns == *columns)
      return std::int64_t{oid_of_object(key_of_index(key_of_named_index(table, key.name)), oids_)};
  return {};
}

void Relations::add_reference(const Definition& table, const Reference& reference,
                              Rows& rows) const {
  const auto parent = book_.tables.find(reference.parent);
  const auto columns = parent == book_.tables.end()
                           ? std::nullopt
                           : sql::emulator::referred_columns(reference, *parent->second.definition);
  if (!columns)
    return rows.add({{},
                     {},
                     {},
                     "f",
                     {},
                     {},
                     std::int64_t{oid_of_object(table.key, oids_)},
                     {},
                     {},
                     {},
                     {},
                     {},
                     {},
                     {},
                     {}},
                    Shade::named);
  add_constraint(
      table, reference.name,
      {"f", Cell::of(reference.deferrable), Cell::of(reference.deferred),
       std::int64_t{oid_of_object(table.key, oids_)}, std::int64_t{0}, key_of_reference(reference),
       std::int64_t{oid_of_object(reference.parent, oids_)}, letter_of(reference.on_update),
       letter_of(reference.on_delete), Cell::of(true), numbers_of(table, reference.columns),
       numbers_of(*parent->second.definition, *columns)},
      rows);
}

void Relations::constraints(Rows& rows) const {
  const auto unknown = [&](Cell table, Shade shade) {
    std::vector<Cell> cells(width_of(CatalogueName::pg_constraint));
    if (shade != Shade::named) cells[0] = no_object;
    cells[6] = std::move(table);
    rows.add(std::move(cells), shade);
  };
  for (const auto& [key, state] : book_.tables) {
    const Definition& table = *state.definition;
    const std::int64_t oid{oid_of_object(key, oids_)};
    if (!knows_parts(table)) {
      unknown(oid, Shade::named);
      continue;
    }
    for (const UniqueKey& each : constraint_keys(table))
      add_constraint(
          table, each.name,
          {each.primary ? "p" : "u",
           Cell::of(false),
           Cell::of(false),
           oid,
           std::int64_t{0},
           std::int64_t{oid_of_object(key_of_index(key_of_named_index(table, each.name)), oids_)},
           std::int64_t{0},
           " ",
           " ",
           Cell::of(true),
           numbers_of(table, each.columns),
           {}},
          rows);
    for (const Reference& each : table.references) add_reference(table, each, rows);
    for (const Check& each : table.checks) {
      const auto named = sql::emulator::columns_in(table, *each.condition);
      add_constraint(
          table, each.name,
          {"c",
           Cell::of(false),
           Cell::of(false),
           oid,
           std::int64_t{0},
           std::int64_t{0},
           std::int64_t{0},
           " ",
           " ",
           Cell::of(true),
           // In which order they stand there, its words decide.
           named.size() > 1 ? Cell::unknown() : numbers_of(table, {named.begin(), named.end()}),
           {}},
          rows);
    }
  }
  unknown(no_object, Shade::foreign);
}

std::string Relations::key_definition(const Definition& table, const UniqueKey& key) const {
  return (key.primary ? "PRIMARY KEY " : "UNIQUE ") + names_of(table, key.columns);
}

Cell Relations::reference_definition(const Definition& table, const Reference& reference) const {
  const auto parent = book_.tables.find(reference.parent);
  const bool usual = path_ == std::vector<std::string>{"public"} &&
                     reference.parent.find('.') == std::string::npos;
  if (parent == book_.tables.end() || !usual) return Cell::unknown();
  const Definition& referred = *parent->second.definition;
  const auto columns = sql::emulator::referred_columns(reference, referred);
  if (!columns) return Cell::unknown();
  std::string text = "FOREIGN KEY " + names_of(table, reference.columns) + " REFERENCES " +
                     quoted_identifier(reference.parent) + names_of(referred, *columns);
  if (const auto words = words_of(reference.on_update); !words.empty())
    text.append(" ON UPDATE ").append(words);
  if (const auto words = words_of(reference.on_delete); !words.empty())
    text.append(" ON DELETE ").append(words);
  if (reference.deferrable) text += " DEFERRABLE";
  if (reference.deferred) text += " INITIALLY DEFERRED";
  return text;
}

// ---- pg_index, pg_indexes, pg_attrdef ----

Cell Relations::index_definition(const Definition& table, const ShownIndex& index) const {
  if (!index.plain) return Cell::unknown();
  std::string list;
  for (const ShownIndex::Part& each : index.parts)
    list += (list.empty() ? "" : ", ") + quoted_identifier(each.column) +
            (each.descending ? " DESC" : "");
  const Placed at = placed(table.key);
  return fmt::format("CREATE {}INDEX {} ON {}.{} USING btree ({})", index.unique ? "UNIQUE " : "",
                     quoted_identifier(index.name), quoted_identifier(at.schema),
                     quoted_identifier(at.name), list);
}

void Relations::indexes(Rows& rows) const {
  const auto unknown = [&](Cell index, Cell table, Shade shade) {
    std::vector<Cell> cells(width_of(CatalogueName::pg_index));
    cells[0] = std::move(index);
    cells[1] = std::move(table);
    rows.add(std::move(cells), shade);
  };
  for (const auto& [key, state] : book_.tables) {
    const Definition& table = *state.definition;
    const std::int64_t oid{oid_of_object(key, oids_)};
    if (!knows_parts(table)) {
      unknown({}, oid, Shade::named);
      continue;
    }
    for (const ShownIndex& each : indexes_of(table)) {
      std::string list;
      for (const ShownIndex::Part& part : each.parts) {
        const auto column = table.column(part.column);
        list += (list.empty() ? "" : ",") +
                std::to_string(column ? table.columns[*column].attribute : 0);
      }
      const Cell width =
          each.plain ? Cell(static_cast<std::int64_t>(each.parts.size())) : Cell::unknown();
      std::vector<Cell> cells = {
          std::int64_t{oid_of_object(key_of_index(key_of_named_index(table, each.name)), oids_)},
          oid,
          width,
          width,
          Cell::of(each.unique),
          Cell::of(each.primary),
          Cell::of(false),
          Cell::of(true),
          Cell::of(true)};
      for (int i = 0; i < 4; ++i) cells.push_back(each.plain ? Cell() : Cell::unknown());
      if (each.plain) cells[9] = "[" + list + "]";
      rows.add(std::move(cells));
    }
  }
  unknown(no_object, no_object, Shade::foreign);
}

void Relations::indexes_by_name(Rows& rows) const {
  for (const auto& [key, state] : book_.tables) {
    const Definition& table = *state.definition;
    const Placed at = placed(key);
    if (!knows_parts(table)) {
      rows.add({at.schema, at.name, {}, {}, {}}, Shade::named);
      continue;
    }
    for (const ShownIndex& each : indexes_of(table))
      rows.add({at.schema, at.name, each.name, {}, index_definition(table, each)});
  }
  add_unknown(width_of(CatalogueName::pg_indexes), 0, 1, rows);
}

void Relations::defaults(Rows& rows) const {
  for (const auto& [key, state] : book_.tables)
    for (const TableColumn& column : state.definition->columns)
      if (Cell text = default_text(column); text.json != Cell().json || column.generated)
        rows.add({std::int64_t{oid_of_object("default:" + key + "/" + column.name, oids_)},
                  std::int64_t{oid_of_object(key, oids_)},
                  std::int64_t{column.attribute},
                  {}},
                 Shade::none, column.generated ? Cell::unknown() : std::move(text));
  rows.add({no_object, no_object, {}, {}}, Shade::foreign);
}

// ---- functions ----

std::map<std::string, Cell> Relations::told(Telling telling) const {
  std::map<std::string, Cell> all;
  for (const auto& [key, state] : book_.tables) {
    const Definition& table = *state.definition;
    const auto oid = [&](const std::string& name) {
      return std::to_string(oid_of_object(name, oids_));
    };
    if (telling == Telling::comment) {
      if (!table.comment.empty()) all[oid(key)] = table.comment;
      for (const TableColumn& column : table.columns)
        if (!column.comment.empty())
          all[oid(key) + "." + std::to_string(column.attribute)] = column.comment;
    } else if (telling == Telling::constraint) {
      for (const UniqueKey& each : constraint_keys(table))
        all[oid(key_of_constraint(table, each.name))] = key_definition(table, each);
      for (const Reference& each : table.references)
        all[oid(key_of_constraint(table, each.name))] = reference_definition(table, each);
    } else {
      for (const ShownIndex& each : indexes_of(table)) {
        const std::string index = oid(key_of_index(key_of_named_index(table, each.name)));
        if (telling == Telling::index) {
          all[index] = index_definition(table, each);
          continue;
        }
        for (std::size_t i = 0; i < each.parts.size(); ++i)
          if (each.plain)
            all[index + "." + std::to_string(i + 1)] = quoted_identifier(each.parts[i].column);
      }
    }
  }
  return all;
}

// ---- information_schema ----

void Relations::constraints_of_standard(Rows& rows) const {
  for (const auto& [key, state] : book_.tables) {
    const Definition& table = *state.definition;
    const Placed at = placed(key);
    const auto add = [&](std::string_view name, std::string_view type, bool deferrable,
                         bool deferred) {
      rows.add({database(), at.schema, name, database(), at.schema, at.name, type,
                deferrable ? "YES" : "NO", deferred ? "YES" : "NO"});
    };
    // Whether the application may do more than read it is not known.
    if (!knows_parts(table) || table.held) {
      rows.add({{}, {}, {}, {}, at.schema, at.name, {}, {}, {}}, Shade::named);
      continue;
    }
    for (const UniqueKey& each : constraint_keys(table))
      add(each.name, each.primary ? "PRIMARY KEY" : "UNIQUE", false, false);
    for (const Reference& each : table.references)
      add(each.name, "FOREIGN KEY", each.deferrable, each.deferred);
    for (const Check& each : table.checks) add(each.name, "CHECK", false, false);
    for (const TableColumn& column : table.columns)
      if (column.not_null)
        add(fmt::format("{}_{}_{}_not_null", oid_of(at.schema), oid_of_object(key, oids_),
                        column.attribute),
            "CHECK", false, false);
  }
  add_unknown(width_of(CatalogueName::table_constraints), 4, 5, rows);
}

void Relations::key_columns_of_standard(Rows& rows) const {
  for (const auto& [key, state] : book_.tables) {
    const Definition& table = *state.definition;
    const Placed at = placed(key);
    const Shade shade = shade_of(key, table.held);
    if (!knows_parts(table) || shade != Shade::none) {
      rows.add({{}, {}, {}, {}, at.schema, at.name, {}, {}, {}}, Shade::named);
      continue;
    }
    const auto add = [&](const std::string& name, const std::vector<std::size_t>& columns,
                         const Reference* reference) {
      for (std::size_t i = 0; i < columns.size(); ++i) {
        // Of references by several columns the key may have them in another order.
        const Cell place = reference == nullptr  ? Cell()
                           : columns.size() == 1 ? Cell(std::int64_t{1})
                                                 : Cell::unknown();
        rows.add({database(), at.schema, name, database(), at.schema, at.name,
                  table.columns[columns[i]].name, static_cast<std::int64_t>(i + 1), place});
      }
    };
    for (const UniqueKey& each : constraint_keys(table)) add(each.name, each.columns, nullptr);
    for (const Reference& each : table.references) add(each.name, each.columns, &each);
  }
  add_unknown(width_of(CatalogueName::key_column_usage), 4, 5, rows);
}

}  // namespace understudy::postgres::emulation
