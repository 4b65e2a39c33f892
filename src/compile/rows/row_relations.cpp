#include "compile/rows/row_relations.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "compile/rows/row_names.hpp"
#include "match/transaction.hpp"

namespace understudy::compile {
namespace {

constexpr std::size_t fewest_values = 3;  // that make a coincidence unlikely

bool names_match(const RowRelation& relation) {
  const std::string column = folded_name(relation.column), key = folded_name(relation.key);
  if (column == key && key != "id" && relation.child != relation.parent) return true;
  return std::ranges::any_of(singulars(relation.parent), [&](const std::string& form) {
    return column == form + key || column == form;
  });
}

/// `tag_id` in `item_tags` refers by its name to something else: values alone make no key of it.
bool refers_itself(const std::string& table, const std::string& column) {
  const std::string name = folded_name(column);
  if (name.size() <= 2 || !name.ends_with("id")) return false;
  return std::ranges::none_of(singulars(table),
                              [&](const std::string& form) { return name == form + "id"; });
}

bool values_match(const RowEvidence::Column& child, const RowEvidence::Column& parent) {
  if (child.values.size() < fewest_values) return false;
  return std::ranges::all_of(child.values, [&](const std::string& value) {
    return value == "null" || parent.values.contains(value) || parent.named.contains(value);
  });
}

/// By values alone only what is a key beyond doubt.
bool is_candidate(const RowRelation& relation, const RowEvidence& evidence) {
  if (names_match(relation)) return true;
  return evidence.identifies(relation.parent, relation.key) &&
         !evidence.identifies(relation.child, relation.column) &&
         !refers_itself(relation.parent, relation.key) &&
         values_match(*evidence.find(relation.child, relation.column),
                      *evidence.find(relation.parent, relation.key));
}

std::vector<RowRelation> candidates(const RowEvidence& evidence) {
  std::vector<RowRelation> found;
  for (const auto& [parent, keys] : evidence.tables())
    for (const auto& [key, key_column] : keys) {
      if (key_column.changed || !evidence.may_be_unique(parent, key)) continue;
      for (const auto& [child, columns] : evidence.tables()) {
        if (evidence.declared(child) != nullptr) continue;
        for (const auto& [name, column] : columns) {
          RowRelation relation{child, name, parent, key};
          if ((child != parent || name != key) && is_candidate(relation, evidence))
            found.push_back(std::move(relation));
        }
      }
    }
  return found;
}

/// One for each pair of columns: of a key over several, each must be there. Also of tables that no
/// request names: rows may go through them.
void add_declared(const RowEvidence& evidence, std::vector<RowRelation>& relations) {
  for (const auto& [child, declared] : evidence.declarations().tables())
    if (const TableFacts* facts = evidence.declared(child))
      for (const ForeignKey& key : facts->references)
        for (std::size_t i = 0; i < key.columns.size(); ++i)
          relations.push_back(
              {child, key.columns[i], key.parent, key.parent_columns[i], key.follows});
}

/// Drops the candidates that are none: their child is seen while its parent is gone.
class Refuter {
 public:
  explicit Refuter(std::vector<RowRelation>& relations)
      : relations_(relations), gone_(relations.size()) {}

  void note(const FullStep& step) {
    if (step.recording != recording_) {
      gone_.assign(relations_.size(), {});
      open_.clear();
    }
    recording_ = step.recording;
    for (const RowsSeen& seen : step.rows.seen) see(seen);
    const StepAnalysis& a = step.analysis;
    auto& transaction = open_[step.connection];
    for (const Removal& removal : transaction.carry_out(a.control, a.control_name, a.changed))
      remove(removal);
    if (a.effect != Effect::write || !a.changed) return;
    for (const RowChange& change : step.rows.changes) follow(change, transaction);
  }

  void finish() {
    std::erase_if(relations_, [&](const RowRelation& each) {
      return refuted_.contains(static_cast<std::size_t>(&each - relations_.data()));
    });
  }

 private:
  /// Keys of the parent of a relation that are gone.
  struct Removal {
    std::size_t relation;
    std::vector<std::string> keys;
  };
  using Removals = match::Transaction<Removal>;

  void remove(const Removal& removal) {
    gone_[removal.relation].insert(removal.keys.begin(), removal.keys.end());
  }

  void see(const RowsSeen& seen) {
    for (std::size_t i = 0; i < relations_.size(); ++i)
      if (relations_[i].child == seen.table && !gone_[i].empty())
        for (const Row& row : seen.rows) {
          const auto cell = row.find(relations_[i].column);
          if (cell != row.end() && cell->second && gone_[i].contains(*cell->second))
            refuted_.insert(i);
        }
  }

  void follow(const RowChange& change, Removals& transaction) {
    for (std::size_t i = 0; i < relations_.size(); ++i) {
      if (relations_[i].parent != change.table) continue;
      if (is_insert(change)) {
        come_back(gone_[i], change, relations_[i].key);
        transaction.erase_if([&](const Removal& removal) { return removal.relation == i; });
      }
      if (change.kind != RowChange::Kind::remove) continue;
      for (const RowCondition& condition : change.where)
        if (condition.column == relations_[i].key && change.where.size() == 1 &&
            change.count == condition.values.size()) {
          const Removal removal{i, condition.values};
          transaction.active() ? transaction.add(removal) : remove(removal);
        }
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
  std::map<std::uint32_t, Removals> open_;  // by connection
  std::uint32_t recording_ = 0;
};

}  // namespace

std::vector<RowRelation> find_relations(const std::vector<Step>& steps,
                                        const RowEvidence& evidence) {
  std::vector<RowRelation> relations = candidates(evidence);
  if (!relations.empty()) {
    Refuter refuter(relations);
    for (const Step& packed : steps) refuter.note(FullStep(packed));
    refuter.finish();
  }
  add_declared(evidence, relations);
  return relations;
}

}  // namespace understudy::compile
