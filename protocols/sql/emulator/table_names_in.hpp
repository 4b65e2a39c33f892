// Which tables a part of a statement names.
#pragma once

#include <set>
#include <string>

#include "protocols/sql/emulator/server_rules.hpp"
#include "protocols/sql/tree/visitor.hpp"

namespace understudy::sql::emulator {

/// The keys of the tables that everything visited names, those of sub-queries too. `rules` outlives
/// it.
class TableNamesIn : public tree::Visitor {
 public:
  using Visitor::visit;
  explicit TableNamesIn(const ServerRules& rules) : rules_(rules) {}
  void visit(const tree::Relation& relation) override {
    if (const auto* table = relation.as<tree::TableName>()) keys.insert(rules_.key_of(table->name));
    descend(relation);
  }
  std::set<std::string> keys;

 private:
  const ServerRules& rules_;
};

}  // namespace understudy::sql::emulator
