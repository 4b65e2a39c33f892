#include "match/batch.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "table/hash.hpp"

namespace understudy::match {
namespace {

Spread spread_of(const std::vector<Masked>& rows, std::size_t place) {
  if (rows.size() == 1) return Spread::one;
  std::set<std::string_view> values;
  for (const Masked& row : rows) values.insert(row.values[place].folded);
  return values.size() == 1             ? Spread::shared
         : values.size() == rows.size() ? Spread::distinct
                                        : Spread::mixed;
}

/// No value but a time, and what all rows share, stands in two rows.
bool are_apart(const Batch& batch) {
  std::map<std::string_view, std::size_t> row_of;
  for (std::size_t row = 0; row < batch.rows.size(); ++row)
    for (std::size_t place = 0; place < batch.spreads.size(); ++place) {
      const std::string& value = batch.rows[row].values[place].folded;
      if (is_time(kind_of_folded(value)) || batch.spreads[place] == Spread::shared) continue;
      if (row_of.emplace(value, row).first->second != row) return false;
    }
  return true;
}

}  // namespace

std::uint64_t Batch::hash() const {
  return table::hash_of("rows like " + rows.front().mask);
}

std::optional<Batch> batch_of(const Protocol& protocol, std::string_view canonical,
                              std::string_view qualifier) {
  const std::vector<Identity> requests = protocol.rows_of(canonical, qualifier);
  if (requests.empty()) return std::nullopt;
  Batch batch;
  batch.qualifier = requests.front().qualifier;
  for (const Identity& request : requests) {
    if (request.qualifier != batch.qualifier) return std::nullopt;
    batch.rows.push_back(mask(protocol, request.canonical));
    if (batch.rows.back().mask != batch.rows.front().mask) return std::nullopt;
  }
  for (std::size_t place = 0; place < batch.rows.front().values.size(); ++place)
    batch.spreads.push_back(spread_of(batch.rows, place));
  if (batch.spreads.empty() || !are_apart(batch)) return std::nullopt;
  return batch;
}

bool as_distinct(const Batch& recorded, const Batch& live) {
  for (std::size_t place = 0; place < recorded.spreads.size(); ++place) {
    const Spread theirs = recorded.spreads[place], ours = live.spreads[place];
    if (ours == Spread::one || theirs == ours) continue;
    const bool time = is_time(kind_of_folded(recorded.rows.front().values[place].folded));
    if (!time || theirs == Spread::distinct) return false;
  }
  return true;
}

}  // namespace understudy::match
