#include "compile/rows/row_traffic.hpp"

namespace understudy::compile {
namespace {

std::size_t by_others(const std::map<std::uint32_t, std::size_t>& writes,
                      std::uint32_t connection) {
  std::size_t count = 0;
  for (const auto& [writer, number] : writes)
    if (writer != connection) count += number;
  return count;
}

}  // namespace

RowTraffic::RowTraffic(const std::vector<Step>& steps, const RowEvidence& evidence,
                       const RowBook& book)
    : evidence_(evidence), book_(book) {
  for (const Step& packed : steps) note_writes(FullStep(packed));
  for (const Step& packed : steps) note_asked(FullStep(packed));
}

void RowTraffic::note_writes(const FullStep& step) {
  if (step.analysis.effect != Effect::write || !step.analysis.changed) return;
  for (const RowChange& change : step.rows.changes)
    for (const auto& [name, column] : evidence_.tables().at(change.table)) {
      Column& traffic = columns_[{change.table, name}];
      if (const auto values = book_.touched(step, change, name, true)) {
        for (const std::string& value : *values) ++traffic.writes[value][step.connection];
      } else {
        ++traffic.unknown;
        ++traffic.unknown_writes[step.connection];
      }
    }
}

void RowTraffic::note_asked(const FullStep& step) {
  for (const RowAccess& access : step.rows.reads)
    for (const RowCondition& each : access.where)
      ask(access.table, each.column, each.values, step.connection);
  for (const RowChange& change : step.rows.changes) {
    for (const RowCondition& each : change.where)
      ask(change.table, each.column, each.values, step.connection);
    for (const Row& row : change.rows)
      for (const auto& [column, cell] : row)
        if (cell) ask(change.table, column, {*cell}, step.connection);
  }
}

void RowTraffic::ask(const std::string& table, const std::string& column,
                     const std::vector<std::string>& values, std::uint32_t connection) {
  Column& traffic = columns_[{table, column}];
  ++traffic.asked;
  traffic.foreign += by_others(traffic.unknown_writes, connection);
  for (const std::string& value : values)
    if (const auto writes = traffic.writes.find(value); writes != traffic.writes.end())
      traffic.foreign += by_others(writes->second, connection);
}

RowTraffic::Cost RowTraffic::cost(const std::string& table, const std::string& column) const {
  const RowEvidence::Column* known = evidence_.find(table, column);
  const std::size_t variety = known == nullptr ? 0 : known->values.size();
  const auto found = columns_.find({table, column});
  if (found == columns_.end()) return {0, 0, ~variety};
  const Column& traffic = found->second;
  const double foreign = traffic.asked == 0 ? 0
                                            : static_cast<double>(traffic.foreign) /
                                                  static_cast<double>(traffic.asked);
  return {foreign, traffic.unknown, ~variety};
}

}  // namespace understudy::compile
