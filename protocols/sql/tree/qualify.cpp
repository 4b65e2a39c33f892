#include "protocols/sql/tree/qualify.hpp"

#include <algorithm>
#include <vector>

#include "protocols/sql/tree/visitor.hpp"
#include "protocols/sql/words.hpp"

namespace understudy::sql::tree {
namespace {

bool same(std::string_view one, std::string_view other) {
  return std::ranges::equal(one, other, [](char a, char b) { return to_lower(a) == to_lower(b); });
}

class Qualifier final : public Visitor {
 public:
  explicit Qualifier(std::string_view database) : database_(database) {}
  using Visitor::visit;

  void visit(const Statement& statement) override {
    const std::size_t known = expressions_.size();
    // The walk is one over trees that nobody changes; this one is the caller's to change.
    names_of(const_cast<Statement&>(statement));  // NOLINT
    descend(statement);
    expressions_.resize(known);
  }
  void visit(const With& with) override {
    for (const CommonTable& each : with.tables) {
      if (with.recursive) expressions_.push_back(each.name);
      visit_child(each.statement);
      if (!with.recursive) expressions_.push_back(each.name);
    }
  }
  void visit(const Query& query) override {
    const std::size_t known = expressions_.size();
    descend(query);
    expressions_.resize(known);
  }
  void visit(const Relation& relation) override {
    if (const auto* table = relation.as<TableName>()) {
      const bool expression = std::ranges::any_of(
          expressions_, [&](const std::string& each) { return same(each, table->name.name); });
      if (!expression) fill(const_cast<Name&>(table->name));  // NOLINT: see above
    }
    descend(relation);
  }

 private:
  void fill(Name& name) const {
    if (name.schema.empty() && !name.name.empty()) name.schema = database_;
  }
  void fill(std::vector<Name>& names) const {
    for (Name& name : names) fill(name);
  }
  void fill(std::vector<Constraint>& constraints) const {
    for (Constraint& each : constraints) fill(each.parent);
  }

  void names_of(Statement& statement) const {
    if (auto* made = statement.as<CreateTable>()) {
      fill(made->name), fill(made->like), fill(made->constraints);
      for (ColumnDefinition& column : made->columns) fill(column.constraints);
    } else if (auto* view = statement.as<CreateView>()) {
      fill(view->name);
    } else if (auto* index = statement.as<CreateIndex>()) {
      fill(index->table);
    } else if (auto* routine = statement.as<CreateRoutine>()) {
      fill(routine->name), fill(routine->table);
    } else if (auto* sequence = statement.as<CreateSequence>()) {
      fill(sequence->name);
    } else if (auto* altered = statement.as<AlterTable>()) {
      fill(altered->name);
      for (AlterAction& action : altered->actions) actions_of(action);
    } else if (auto* dropped = statement.as<Drop>()) {
      const bool of_index = dropped->kind == ObjectKind::index;
      if (!of_index && dropped->kind != ObjectKind::database) fill(dropped->names);
      fill(dropped->table);
    } else if (auto* renamed = statement.as<RenameTables>()) {
      for (auto& pair : renamed->pairs) fill(pair.from), fill(pair.to);
    } else if (auto* truncated = statement.as<Truncate>()) {
      for (TableName& each : truncated->tables) fill(each.name);
    } else if (auto* transfer = statement.as<Transfer>()) {
      fill(transfer->table);
    } else if (auto* utility = statement.as<Utility>()) {
      fill(utility->tables);
    }
  }

  void actions_of(AlterAction& action) const {
    fill(action.table);
    if (action.constraint) fill(action.constraint->parent);
    if (action.column) fill(action.column->constraints);
  }

  std::string database_;
  std::vector<std::string> expressions_;  // names of common table expressions in reach
};

}  // namespace

void qualify(Statement& statement, std::string_view database) {
  if (!database.empty()) Qualifier(database).visit(statement);
}

}  // namespace understudy::sql::tree
