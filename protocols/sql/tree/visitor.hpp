// One walk over the tree for all who look for something in it.
#pragma once

#include "protocols/sql/tree/tree.hpp"

namespace understudy::sql::tree {

/// Override what matters and call `descend` to go on below it; all else is walked through in the
/// order of the text, as far as the tree keeps it.
class Visitor {
 public:
  Visitor() = default;
  Visitor(const Visitor&) = delete;
  Visitor& operator=(const Visitor&) = delete;
  virtual ~Visitor() = default;

  virtual void visit(const Statement& statement) { descend(statement); }
  virtual void visit(const With& with) { descend(with); }
  virtual void visit(const Query& query) { descend(query); }
  virtual void visit(const Relation& relation) { descend(relation); }
  virtual void visit(const Expression& expression) { descend(expression); }

  void descend(const Statement& statement);
  void descend(const With& with);
  void descend(const Query& query);
  void descend(const Relation& relation);
  void descend(const Expression& expression);

  void visit_all(const std::vector<Expression>& expressions);
  void visit_all(const std::vector<Relation>& relations);
  void visit_all(const std::vector<OrderItem>& order);
  void visit_all(const std::vector<Output>& outputs);
  void visit_all(const std::vector<Assignment>& assignments);
  void visit_child(const Box<Expression>& child) {
    if (child) visit(*child);
  }
  void visit_child(const Box<Query>& child) {
    if (child) visit(*child);
  }
  void visit_child(const Box<Statement>& child) {
    if (child) visit(*child);
  }
};

}  // namespace understudy::sql::tree
