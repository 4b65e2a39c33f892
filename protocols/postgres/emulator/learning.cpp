// What an answer shows of cells that nobody knew: the rows are found by their primary keys.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "protocols/postgres/emulator/runner.hpp"

namespace understudy::postgres::emulation {

using sql::contents::DatumRow;

namespace {

/// Where a row of an answer shows a column of one table.
using Places = std::map<std::size_t, std::size_t>;

/// By the name and the key of the tables that the statement names.
std::map<std::pair<std::string, std::string>, Places> places_of(const Plan& plan) {
  std::map<std::pair<std::string, std::string>, Places> tables;
  for (std::size_t i = 0; i < plan.shown.size(); ++i)
    if (const Shown& each = plan.shown[i]; each.plain && each.origin)
      tables[{each.relation, each.origin->table}].try_emplace(each.origin->column, i);
  return tables;
}

}  // namespace

std::optional<Datum> Runner::read_cell(const Plan& plan, const Row& row, std::size_t place) const {
  if (place >= row.size()) return std::nullopt;
  if (!row[place]) return Datum();
  return read_value(plan.shown[place].type, sql::ValueClass::unknown, *row[place], printing_);
}

void Runner::learn(const Plan& plan, const std::vector<Row>& rows) {
  if (plan.action != Plan::Action::select) return;
  for (const auto& [name, places] : places_of(plan)) {
    const TableState* const table = contents_.find(name.second);
    if (table == nullptr || !table->known || table->partial.empty()) continue;
    const Definition& definition = *table->definition;
    const auto key = std::ranges::find(definition.keys, true, &sql::contents::UniqueKey::primary);
    if (key == definition.keys.end()) continue;
    const bool shown =
        std::ranges::all_of(key->columns, [&](std::size_t each) { return places.contains(each); });
    if (!shown) continue;
    for (const std::size_t column : table->partial)
      if (places.contains(column))
        for (const Row& row : rows) learn_cell(plan, *table, key->columns, places, column, row);
  }
}

void Runner::learn_cell(const Plan& plan, const TableState& table,
                        const std::vector<std::size_t>& key,
                        const std::map<std::size_t, std::size_t>& places, std::size_t column,
                        const Row& row) {
  const Definition& definition = *table.definition;
  const auto value = read_cell(plan, row, places.at(column));
  if (!value) return;
  DatumRow bound = {*value};
  std::string sql = fmt::format("UPDATE {0} SET {1} = ?1 WHERE hidden({1})", definition.sql_name(),
                                definition.sql_column(column));
  for (const std::size_t each : key) {
    const auto part = read_cell(plan, row, places.at(each));
    if (!part || sql::contents::is_null(*part)) return;
    bound.push_back(*part);
    sql += fmt::format(" AND {} = ?{}", definition.sql_column(each), bound.size());
  }
  static_cast<void>(contents_.database().run(sql, bound));
}

}  // namespace understudy::postgres::emulation
