#include "protocols/postgres/table_oids.hpp"

#include <algorithm>

namespace understudy::postgres {
namespace {

/// Below it are those of the server's own catalogue.
constexpr Oid first_normal = 16384;

/// The place of `table` in the list, to which it is added if it is not there.
std::size_t place_of(Oid table, std::vector<Oid>& tables) {
  const auto found = std::ranges::find(tables, table);
  const auto place = static_cast<std::size_t>(found - tables.begin());
  if (found == tables.end()) tables.push_back(table);
  return place;
}

}  // namespace

void TableOids::learn(const std::string& recording, std::string_view pattern,
                      const std::vector<Column>& columns) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Oid table = columns[i].table;
    if (table < first_normal) continue;
    const auto [entry, added] =
        seen_.try_emplace({std::string(pattern), i, columns[i].name}, Seen{recording, {}, {}});
    Seen& seen = entry->second;
    if (seen.recording == recording) {
      (void)place_of(table, seen.tables);
      continue;
    }
    const std::size_t place = place_of(table, seen.later[recording]);
    Names& names = names_[recording];
    if (place >= seen.tables.size() || names.first.contains(table)) continue;
    if (names.taken.insert(seen.tables[place]).second)
      names.first.emplace(table, seen.tables[place]);
  }
}

bool TableOids::rename(const std::string& recording, std::vector<Column>& columns) const {
  const auto names = names_.find(recording);
  if (names == names_.end()) return false;
  bool renamed = false;
  for (Column& column : columns) {
    const auto found = names->second.first.find(column.table);
    if (found == names->second.first.end() || found->second == column.table) continue;
    column.table = found->second;
    renamed = true;
  }
  return renamed;
}

}  // namespace understudy::postgres
