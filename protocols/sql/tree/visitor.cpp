#include "protocols/sql/tree/visitor.hpp"

namespace understudy::sql::tree {
namespace {

/// Where the children of each node stand.
class Children {
 public:
  explicit Children(Visitor& visitor) : visitor_(visitor) {}

  // Of expressions.
  void operator()(const AssignVariable& node) const { visitor_.visit_child(node.value); }
  void operator()(const Operation& node) const { visitor_.visit_all(node.operands); }
  void operator()(const Is& node) const { visitor_.visit_child(node.operand); }
  void operator()(const In& node) const {
    visitor_.visit_child(node.operand);
    visitor_.visit_all(node.list);
    visitor_.visit_child(node.query);
  }
  void operator()(const Between& node) const {
    visitor_.visit_child(node.operand);
    visitor_.visit_child(node.low);
    visitor_.visit_child(node.high);
  }
  void operator()(const Like& node) const {
    visitor_.visit_child(node.operand);
    visitor_.visit_child(node.pattern);
    visitor_.visit_child(node.escape);
  }
  void operator()(const Case& node) const {
    visitor_.visit_child(node.operand);
    for (const Case::When& when : node.whens) {
      visitor_.visit(when.condition);
      visitor_.visit(when.result);
    }
    visitor_.visit_child(node.otherwise);
  }
  void operator()(const Cast& node) const { visitor_.visit_child(node.operand); }
  void operator()(const SubQuery& node) const { visitor_.visit_child(node.query); }
  void operator()(const Collection& node) const { visitor_.visit_all(node.elements); }
  void operator()(const Access& node) const {
    visitor_.visit_child(node.operand);
    visitor_.visit_all(node.subscripts);
  }
  void operator()(const Collate& node) const { visitor_.visit_child(node.operand); }
  void operator()(const Interval& node) const { visitor_.visit_child(node.amount); }
  void operator()(const Match& node) const {
    visitor_.visit_all(node.columns);
    visitor_.visit_child(node.against);
  }
  void operator()(const Call& node) const {
    visitor_.visit_all(node.arguments);
    visitor_.visit_all(node.order);
    visitor_.visit_child(node.filter);
    if (node.over) window(*node.over);
  }

  // Of relations.
  void operator()(const TableName& node) const { visitor_.visit_child(node.as_of); }
  void operator()(const Derived& node) const { visitor_.visit_child(node.query); }
  void operator()(const TableFunction& node) const { visitor_.visit_all(node.calls); }
  void operator()(const Join& node) const {
    if (node.left) visitor_.visit(*node.left);
    if (node.right) visitor_.visit(*node.right);
    visitor_.visit_child(node.on);
  }

  // Of queries.
  void operator()(const Select& node) const {
    visitor_.visit_all(node.distinct_on);
    visitor_.visit_all(node.outputs);
    visitor_.visit_all(node.from);
    visitor_.visit_child(node.where);
    visitor_.visit_all(node.group);
    visitor_.visit_child(node.having);
    for (const NamedWindow& each : node.windows) window(each.window);
  }
  void operator()(const Values& node) const {
    for (const auto& row : node.rows) visitor_.visit_all(row);
  }
  void operator()(const SetOperation& node) const {
    for (const Query& operand : node.operands) visitor_.visit(operand);
  }

  // Of statements.
  void operator()(const Query& node) const { visitor_.visit(node); }
  void operator()(const Insert& node) const {
    visitor_.visit(node.with);
    visitor_.visit(node.table);
    for (const auto& row : node.rows) visitor_.visit_all(row);
    visitor_.visit_child(node.query);
    for (const KeyPart& part : node.conflict.target) visitor_.visit_child(part.expression);
    visitor_.visit_child(node.conflict.target_where);
    visitor_.visit_all(node.conflict.set);
    visitor_.visit_child(node.conflict.where);
    visitor_.visit_all(node.returning);
  }
  void operator()(const Update& node) const {
    visitor_.visit(node.with);
    visitor_.visit_all(node.tables);
    visitor_.visit_all(node.set);
    visitor_.visit_all(node.from);
    visitor_.visit_child(node.where);
    visitor_.visit_all(node.order);
    visitor_.visit_child(node.limit);
    visitor_.visit_all(node.returning);
  }
  void operator()(const Delete& node) const {
    visitor_.visit(node.with);
    if (node.targets.empty()) visitor_.visit(node.table);
    visitor_.visit_all(node.from);
    visitor_.visit_child(node.where);
    visitor_.visit_all(node.order);
    visitor_.visit_child(node.limit);
    visitor_.visit_all(node.returning);
  }
  void operator()(const Merge& node) const {
    visitor_.visit(node.with);
    visitor_.visit(node.table);
    visitor_.visit(node.source);
    visitor_.visit_child(node.on);
    for (const Merge::When& when : node.whens) {
      visitor_.visit_child(when.condition);
      visitor_.visit_all(when.set);
      visitor_.visit_all(when.values);
    }
  }
  void operator()(const Transfer& node) const {
    visitor_.visit_child(node.query);
    visitor_.visit_all(node.set);
  }
  void operator()(const CreateTable& node) const {
    for (const ColumnDefinition& each : node.columns) column(each);
    for (const Constraint& each : node.constraints) constraint(each);
    visitor_.visit_child(node.query);
  }
  void operator()(const CreateView& node) const { visitor_.visit_child(node.query); }
  void operator()(const CreateIndex& node) const {
    for (const KeyPart& part : node.parts) visitor_.visit_child(part.expression);
    visitor_.visit_child(node.where);
  }
  void operator()(const CreateType& node) const {
    visitor_.visit_child(node.default_);
    for (const Constraint& each : node.constraints) constraint(each);
  }
  void operator()(const CreateRoutine& node) const {
    for (const Statement& each : node.statements) visitor_.visit(each);
  }
  void operator()(const CreateRule& node) const {
    visitor_.visit_child(node.where);
    for (const Statement& action : node.actions) visitor_.visit(action);
  }
  void operator()(const CreatePolicy& node) const {
    visitor_.visit_child(node.using_);
    visitor_.visit_child(node.check);
  }
  void operator()(const CreateOther& node) const {
    for (const Statement& element : node.elements) visitor_.visit(element);
  }
  void operator()(const AlterTable& node) const {
    for (const AlterAction& action : node.actions) {
      if (action.column) column(*action.column);
      if (action.constraint) constraint(*action.constraint);
      visitor_.visit_child(action.expression);
    }
  }
  void operator()(const Set& node) const {
    for (const Set::Setting& setting : node.settings) visitor_.visit_all(setting.values);
    visitor_.visit_child(node.statement);
  }
  void operator()(const Utility& node) const {
    visitor_.visit_all(node.arguments);
    visitor_.visit_child(node.statement);
  }

  /// What has no children.
  template <class Leaf>
  void operator()(const Leaf&) const {}

 private:
  void window(const Window& node) const {
    visitor_.visit_all(node.partition);
    visitor_.visit_all(node.order);
    visitor_.visit_all(node.frame_bounds);
  }
  void column(const ColumnDefinition& node) const {
    visitor_.visit_child(node.default_);
    visitor_.visit_child(node.on_update);
    visitor_.visit_child(node.generated);
    for (const Constraint& each : node.constraints) constraint(each);
  }
  void constraint(const Constraint& node) const {
    for (const KeyPart& part : node.parts) visitor_.visit_child(part.expression);
    visitor_.visit_child(node.expression);
  }

  Visitor& visitor_;
};

}  // namespace

void Visitor::descend(const Statement& statement) {
  std::visit(Children(*this), statement.node);
}

void Visitor::descend(const Query& query) {
  visit(query.with);
  std::visit(Children(*this), query.body);
  visit_all(query.order);
  visit_child(query.limit);
  visit_child(query.offset);
}

void Visitor::descend(const Relation& relation) {
  std::visit(Children(*this), relation.source);
}

void Visitor::descend(const Expression& expression) {
  std::visit(Children(*this), expression.node);
}

void Visitor::descend(const With& with) {
  for (const CommonTable& table : with.tables) visit_child(table.statement);
}

void Visitor::visit_all(const std::vector<Expression>& expressions) {
  for (const Expression& each : expressions) visit(each);
}
void Visitor::visit_all(const std::vector<Relation>& relations) {
  for (const Relation& each : relations) visit(each);
}
void Visitor::visit_all(const std::vector<OrderItem>& order) {
  for (const OrderItem& each : order) visit_child(each.expression);
}
void Visitor::visit_all(const std::vector<Output>& outputs) {
  for (const Output& each : outputs) visit(each.expression);
}
void Visitor::visit_all(const std::vector<Assignment>& assignments) {
  for (const Assignment& each : assignments) visit(each.value);
}

}  // namespace understudy::sql::tree
