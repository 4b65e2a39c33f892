#include "compile/row_relations.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace understudy::compile {
namespace {

constexpr std::size_t fewest_values = 3;  // that make a coincidence unlikely

/// `account_id` and `accountId` as one.
std::string folded(std::string_view name) {
  std::string letters;
  for (const char c : name)
    if (c != '_') letters += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return letters;
}

std::vector<std::string> singulars(const std::string& table) {
  const std::string name = folded(table.substr(table.find('.') + 1));
  std::vector<std::string> forms = {name};
  if (name.ends_with("ies")) forms.push_back(name.substr(0, name.size() - 3) + "y");
  if (name.ends_with("es")) forms.push_back(name.substr(0, name.size() - 2));
  if (name.ends_with("s")) forms.push_back(name.substr(0, name.size() - 1));
  if (name.ends_with("ves")) forms.push_back(name.substr(0, name.size() - 3) + "f");
  return forms;
}

bool names_match(const RowRelation& relation) {
  const std::string column = folded(relation.column), key = folded(relation.key);
  if (column == key && key != "id" && relation.child != relation.parent) return true;
  return std::ranges::any_of(singulars(relation.parent), [&](const std::string& form) {
    return column == form + key || column == form;
  });
}

bool values_match(const RowEvidence::Column& child, const RowEvidence::Column& parent) {
  if (child.values.size() < fewest_values) return false;
  return std::ranges::all_of(child.values, [&](const std::string& value) {
    return value == "null" || parent.values.contains(value) || parent.named.contains(value);
  });
}

std::vector<RowRelation> candidates(const RowEvidence& evidence) {
  std::vector<RowRelation> found;
  for (const auto& [parent, keys] : evidence.tables())
    for (const auto& [key, key_column] : keys) {
      if (key_column.changed || key_column.repeated) continue;
      for (const auto& [child, columns] : evidence.tables())
        for (const auto& [name, column] : columns) {
          if (child == parent && name == key) continue;
          RowRelation relation{child, name, parent, key};
          const bool coincidence = evidence.identifies(child, name);
          if (names_match(relation) || (!coincidence && values_match(column, key_column)))
            found.push_back(std::move(relation));
        }
    }
  return found;
}

/// Drops the candidates that are none: their child is seen while its parent is gone.
class Refuter {
 public:
  explicit Refuter(std::vector<RowRelation>& relations)
      : relations_(relations), gone_(relations.size()) {}

  void note(const Step& step) {
    if (step.recording != recording_) gone_.assign(relations_.size(), {});
    recording_ = step.recording;
    for (const RowsSeen& seen : step.analysis.rows.seen) see(seen);
    const Analysis& a = step.analysis;
    if (a.control == Control::begin) open_.insert(step.connection);
    if (a.control == Control::commit || a.control == Control::rollback)
      open_.erase(step.connection);
    if (a.effect != Effect::write || !a.changed) return;
    for (const RowChange& change : a.rows.changes) follow(change, open_.contains(step.connection));
  }

  void finish() {
    std::erase_if(relations_, [&](const RowRelation& each) {
      return refuted_.contains(static_cast<std::size_t>(&each - relations_.data()));
    });
  }

 private:
  void see(const RowsSeen& seen) {
    for (std::size_t i = 0; i < relations_.size(); ++i)
      if (relations_[i].child == seen.table && !gone_[i].empty())
        for (const Row& row : seen.rows) {
          const auto cell = row.find(relations_[i].column);
          if (cell != row.end() && cell->second && gone_[i].contains(*cell->second))
            refuted_.insert(i);
        }
  }

  void follow(const RowChange& change, bool in_transaction) {
    for (std::size_t i = 0; i < relations_.size(); ++i) {
      if (relations_[i].parent != change.table) continue;
      if (is_insert(change)) come_back(gone_[i], change, relations_[i].key);
      if (change.kind != RowChange::Kind::remove || in_transaction) continue;
      for (const RowCondition& condition : change.where)
        if (condition.column == relations_[i].key && change.where.size() == 1 &&
            change.count == condition.values.size())
          gone_[i].insert(condition.values.begin(), condition.values.end());
    }
  }

  static void come_back(Values& gone, const RowChange& change, const std::string& key) {
    for (const Row& row : change.rows) {
      const auto cell = row.find(key);
      if (cell == row.end() || !cell->second) return gone.clear();
      gone.erase(*cell->second);
    }
  }

  std::vector<RowRelation>& relations_;
  std::vector<Values> gone_;  // keys of parents that were removed, beside relations_
  std::set<std::size_t> refuted_;
  std::set<std::uint32_t> open_;  // connections in a transaction
  std::uint32_t recording_ = 0;
};

}  // namespace

std::vector<RowRelation> find_relations(const std::vector<Step>& steps,
                                        const RowEvidence& evidence) {
  std::vector<RowRelation> relations = candidates(evidence);
  if (relations.empty()) return relations;
  Refuter refuter(relations);
  for (const Step& step : steps) refuter.note(step);
  refuter.finish();
  return relations;
}

}  // namespace understudy::compile
