// What references make of a change: refused, or followed by other rows.
#include <fmt/format.h>

#include <algorithm>

#include "protocols/sql/emulator/definitions.hpp"
#include "protocols/sql/emulator/runner.hpp"

namespace understudy::sql::emulator {

using contents::DatumRow;
using contents::Definition;
using contents::Outcome;
using contents::Reference;
using contents::TableState;

namespace {

constexpr int deepest_cascade = 16;

/// Whether equal values of both are kept alike.
bool kept_alike(const contents::ColumnType& a, const contents::ColumnType& b) {
  using contents::is_text;
  using contents::is_whole;
  if (!contents::is_comparable(a) || !contents::is_comparable(b)) return false;
  if (is_whole(a.kind) || is_text(a.kind))
    return is_whole(a.kind) ? is_whole(b.kind) : is_text(b.kind);
  return a.kind == b.kind && a.scale == b.scale;
}

/// The rows of the child that refer to no row.
std::optional<std::string> orphans(const Definition& child, const Reference& reference,
                                   const Definition& parent) {
  const auto columns = referred_columns(reference, parent);
  if (!columns || columns->size() != reference.columns.size()) return std::nullopt;
  std::string some, same;
  for (std::size_t i = 0; i < columns->size(); ++i) {
    const auto& parents = parent.columns[(*columns)[i]];
    if (!kept_alike(child.columns[reference.columns[i]].type, parents.type)) return std::nullopt;
    const std::string own = child.sql_name() + "." + child.sql_column(reference.columns[i]);
    some += own + " IS NOT NULL AND ";
    same += (i > 0 ? " AND p." : "p.") + parent.sql_column((*columns)[i]) + " = " + own;
  }
  return some + "NOT EXISTS (SELECT 1 FROM " + parent.sql_name() + " AS p WHERE " + same + ")";
}

bool knows(const TableState* table, const std::vector<std::size_t>& columns) {
  return table != nullptr && table->known &&
         std::ranges::none_of(columns, [&](std::size_t each) { return !table->knows(each); });
}

bool acts(tree::ForeignAction action) {
  return action != tree::ForeignAction::no_action && action != tree::ForeignAction::restrict;
}

/// Rows of the table may have gone, or been changed, and with them those that follow them.
void forget_with_followers(const std::string& key, contents::Contents& contents,
                           std::set<std::string>& forgotten) {
  if (!forgotten.insert(key).second) return;
  contents.forget_rows(key);
  std::vector<std::string> followers;
  for (const auto& [name, state] : contents.book().tables)
    for (const Reference& reference : state.definition->references)
      if (reference.parent == key && (acts(reference.on_delete) || acts(reference.on_update)))
        followers.push_back(name);
  for (const std::string& each : followers) forget_with_followers(each, contents, forgotten);
}

}  // namespace

std::string list_of(const Definition& table, const std::vector<std::size_t>& columns) {
  std::string list;
  for (const std::size_t each : columns)
    list += (list.empty() ? "" : ", ") + table.sql_column(each);
  return list;
}

/// What the server prints for these values; nothing where that is not sure.
std::optional<std::vector<std::string>> Runner::printed(const Definition& table,
                                                        const std::vector<std::size_t>& columns,
                                                        std::span<const Datum> values) {
  std::vector<std::string> texts;
  bool sure = true;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    auto text = rules_.print_value(table.columns[columns[i]].type, values[i], sure);
    if (!text) return std::nullopt;
    texts.push_back(std::move(*text));
  }
  return sure ? std::optional(texts) : std::nullopt;
}

/// The one that was put in or changed last, where it is the only one behind that place.
std::optional<DatumRow> Runner::row_behind(const Definition& table, std::int64_t place) {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < table.columns.size(); ++i) all.push_back(i);
  const Datum after[] = {place};
  std::vector<DatumRow> rows;
  const std::string sql =
      fmt::format("SELECT {} FROM {} WHERE rowid > ?1", list_of(table, all), table.sql_name());
  if (contents_.database().run(sql, after, &rows) != Outcome::done || rows.size() != 1)
    return std::nullopt;
  return rows.front();
}

bool Runner::follow_child(const Definition& child, const Reference& reference, Written& written,
                          bool removed, bool as_parent, int depth) {
  const TableState* const state = contents_.find(child.key);
  const TableState* const parent = contents_.find(reference.parent);
  const auto columns =
      parent == nullptr ? std::nullopt : referred_columns(reference, *parent->definition);
  const auto missing =
      parent == nullptr ? std::nullopt : orphans(child, reference, *parent->definition);
  const bool sure =
      columns && missing && knows(state, reference.columns) && knows(parent, *columns);
  if (!sure) {
    if (!took_effect_) return refuse_untold();
    std::set<std::string> forgotten;
    if (removed && reference.on_delete != tree::ForeignAction::no_action)
      forget_with_followers(child.key, contents_, forgotten);
    return true;
  }
  if (removed && !child.triggers.empty()) return refuse_untold();
  const std::string where = " WHERE " + *missing;
  using Action = tree::ForeignAction;
  const bool cascades = removed && child.gives_rows && reference.on_delete == Action::cascade;
  const bool clears = removed && child.takes_rows && reference.on_delete == Action::set_null;
  if (!cascades && !clears) {
    if (holds("SELECT 1 FROM " + child.sql_name() + where + " LIMIT 1")) return true;
    const Action action = removed ? reference.on_delete : reference.on_update;
    const bool refuses = !as_parent || action == Action::no_action || action == Action::restrict;
    return depth == 0 && refuses
               ? tell_orphans(child, reference, *parent->definition, *missing, as_parent)
               : refuse_untold();
  }
  std::string sql = "DELETE FROM " + child.sql_name();
  if (clears) {
    sql = "UPDATE " + child.sql_name() + " SET rowid = next_place()";
    for (const std::size_t each : reference.columns) {
      if (child.columns[each].not_null || !child.checks.empty()) return refuse_untold();
      sql += ", " + child.sql_column(each) + " = NULL";
    }
  }
  if (contents_.database().run(sql + where) != Outcome::done) return refuse_untold();
  if (contents_.database().changed() == 0) return true;
  add_written(written, child.key);
  if (cascades) contents_.note_removed(child.key);
  const std::set<std::size_t> cleared(reference.columns.begin(), reference.columns.end());
  return follow_references(child.key, clears ? &cleared : nullptr, !clears, written, depth + 1);
}

/// After rows were put in or changed in these columns (null: removed). `as_parent`: what others
/// refer to was changed or removed. All that is refused is gathered.
bool Runner::follow_references(const std::string& key, const std::set<std::size_t>* changed,
                               bool as_parent, Written& written, int depth) {
  if (depth > deepest_cascade) return refuse_untold();
  const std::shared_ptr<const Definition> table = contents_.find(key)->definition;
  bool kept = true;
  if (changed != nullptr)
    for (const Reference& reference : table->references)
      if (contains_any(*changed, reference.columns))
        kept = follow_child(*table, reference, written, false, false, depth) && kept;
  if (!as_parent) return kept;
  std::vector<std::shared_ptr<const Definition>> others;
  for (const auto& [name, state] : contents_.book().tables) others.push_back(state.definition);
  const bool removed = changed == nullptr;
  for (const auto& child : others)
    for (const Reference& reference : child->references)
      if (reference.parent == key)
        kept = follow_child(*child, reference, written, removed, true, depth) && kept;
  return kept;
}

bool reference_holds(const TableState& child, const Reference& reference,
                     contents::Contents& contents) {
  const TableState* const parent = contents.find(reference.parent);
  const auto columns =
      parent == nullptr ? std::nullopt : referred_columns(reference, *parent->definition);
  const auto missing =
      parent == nullptr ? std::nullopt : orphans(*child.definition, reference, *parent->definition);
  if (!columns || !missing || !knows(&child, reference.columns) || !knows(parent, *columns))
    return false;
  std::vector<DatumRow> rows;
  const std::string sql =
      "SELECT 1 FROM " + child.definition->sql_name() + " WHERE " + *missing + " LIMIT 1";
  return contents.database().run(sql, {}, &rows) == Outcome::done && rows.empty();
}

bool deferred_references_hold(contents::Contents& contents) {
  return std::ranges::all_of(contents.book().tables, [&](const auto& each) {
    return std::ranges::all_of(each.second.definition->references, [&](const Reference& reference) {
      return !reference.deferrable || reference_holds(each.second, reference, contents);
    });
  });
}

}  // namespace understudy::sql::emulator
