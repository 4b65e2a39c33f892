#include "protocols/mysql/row_reader.hpp"

#include <algorithm>
#include <charconv>
#include <deque>
#include <optional>

#include "protocols/sql/words.hpp"

namespace understudy::mysql {
namespace {

using Item = StatementPlan::Item;

/// Whether each column of a result is a column of a table for sure. A star stands for as many as
/// the other items leave; of two of them nobody knows which is how wide.
std::vector<bool> plain_columns(const std::vector<Item>& items, std::size_t width) {
  std::vector<bool> plain(width, false);
  const auto others = std::ranges::count(items, Item::other);
  const auto stars = std::ranges::count(items, Item::star);
  if (items.empty() || (stars == 0 && items.size() != width)) return plain;
  if (others == 0) return std::vector<bool>(width, true);
  if (stars > 1 || items.size() > width + 1) return plain;
  const auto star = static_cast<std::size_t>(std::ranges::find(items, Item::star) - items.begin());
  const std::size_t wide = width + 1 - items.size();
  for (std::size_t column = 0, item = 0; item < items.size(); ++item)
    for (std::size_t i = 0; i < (item == star ? wide : 1); ++i)
      plain[column++] = items[item] != Item::other;
  return plain;
}

/// A result set's rows; `store` holds the text of their cells.
void add_rows(const ResultSet& set, std::deque<std::string>& store, sql::RowResult& result) {
  for (const Document& row : set.rows) {
    auto& cells = result.rows.emplace_back();
    if (!row.is_array()) continue;
    for (const Document& cell : row)
      cells.push_back(cell.is_null()
                          ? std::nullopt
                          : std::optional<std::string_view>(store.emplace_back(cell_text(cell))));
  }
}

/// `Rows matched: 2  Changed: 1  Warnings: 0`: an UPDATE's count of affected rows leaves those out
/// that had the new values already.
std::optional<std::uint64_t> matched_rows(std::string_view info) {
  constexpr std::string_view label = "Rows matched: ";
  if (!info.starts_with(label)) return std::nullopt;
  std::uint64_t rows = 0;
  const auto [end, error] =
      std::from_chars(info.data() + label.size(), info.data() + info.size(), rows);
  return error == std::errc{} && end != info.data() + label.size() ? std::optional(rows)
                                                                   : std::nullopt;
}

std::optional<std::uint64_t> touched_rows(const sql::RowPlan& plan, const OkPacket& ok) {
  if (plan.changes.size() != 1) return std::nullopt;
  switch (plan.changes[0].kind) {
    case RowChange::Kind::update:
      return matched_rows(ok.info);
    case RowChange::Kind::upsert:
      return std::nullopt;  // counts 2 for a row that was there
    default:
      return ok.affected;
  }
}

}  // namespace

const StatementPlan& RowReader::plan_of(const Asked& asked, const TableKey& key_of) {
  std::pair<std::string, std::string> name(asked.database, asked.pattern);
  const auto found = plans_.find(name);
  if (found != plans_.end()) return found->second;
  StatementPlan plan = statement_plan_of(asked.pattern, asked.mode);
  bool tables = true;
  const auto rename = [&](std::string& table) {
    table = key_of(table);
    tables = tables && !table.starts_with('@');
  };
  for (sql::PlannedAccess& access : plan.rows.reads) {
    rename(access.table);
    for (auto& condition : access.where)
      for (auto& [table, column] : condition.through) rename(table);
  }
  for (sql::PlannedChange& change : plan.rows.changes) {
    rename(change.table);
    for (auto& condition : change.where)
      for (auto& [table, column] : condition.through) rename(table);
  }
  if (!tables) plan = {};
  return plans_.emplace(std::move(name), std::move(plan)).first->second;
}

RowFacts RowReader::facts_of(const Asked& asked, const Results& results, const TableKey& key_of) {
  const StatementPlan& plan = plan_of(asked, key_of);
  if (results.list.size() != 1) return {};
  sql::RowResult result;
  std::deque<std::string> store;
  const auto* ok = std::get_if<OkPacket>(&results.list[0]);
  if (ok != nullptr) result.affected = touched_rows(plan.rows, *ok);
  if (const auto* set = std::get_if<ResultSet>(&results.list[0])) {
    const std::vector<bool> plain = plain_columns(plan.items, set->columns.size());
    for (std::size_t i = 0; i < set->columns.size(); ++i) {
      const auto [table, column] = ColumnBook::name_of(set->columns[i]);
      result.origins.emplace_back(plain[i] && !table.empty() ? key_of(table) : "", column);
    }
    add_rows(*set, store, result);
  }
  const ValueRules rules(book_, asked.identity.qualifier, asked.main_database);
  RowFacts facts = sql::fill(plan.rows, sql::values_of(asked.identity.canonical), result, rules);
  // A table that a result shows but the statement does not name is one behind a view.
  std::erase_if(facts.seen, [&](const RowsSeen& seen) {
    return std::ranges::count(facts.reads, seen.table, &RowAccess::table) +
               std::ranges::count(facts.changes, seen.table, &RowChange::table) ==
           0;
  });
  add_number(plan, ok == nullptr ? OkPacket() : *ok, asked.main_database, facts);
  return facts;
}

/// What AUTO_INCREMENT gave to an inserted row: the OK tells it of the first one.
void RowReader::add_number(const StatementPlan& plan, const OkPacket& ok,
                           std::string_view main_database, RowFacts& facts) const {
  for (RowChange& change : facts.changes) {
    if (change.kind != RowChange::Kind::insert && change.kind != RowChange::Kind::upsert) continue;
    const bool elsewhere = change.table.find('.') != std::string::npos;
    std::string table(main_database);
    std::ranges::transform(table, table.begin(), sql::to_lower);
    table = elsewhere ? change.table : table + "." + change.table;
    const std::string column = book_.auto_increment_of(table);
    const bool told = !column.empty() && std::ranges::all_of(change.rows, [&](const Row& row) {
      const auto cell = row.find(column);
      return cell != row.end() && cell->second;
    });
    // Numbers of a table of which no answer shows any are nobody's business.
    change.generates = !told && (!column.empty() || numbered_.contains(table));
    if (told || column.empty() || !plan.insert_id_is_of_row || ok.insert_id == 0 ||
        ok.affected != 1)
      continue;
    Row row = change.rows[0];
    row[column] = sql::fold_value(std::to_string(ok.insert_id));
    facts.seen.push_back({change.table, {std::move(row)}, true, true});
  }
}

}  // namespace understudy::mysql
