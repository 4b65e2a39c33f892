#include "protocols/sql/facts/relation_order.hpp"

#include <algorithm>
#include <array>

#include "protocols/sql/tree/visitor.hpp"

namespace understudy::sql {
namespace {

using FewNames = std::array<std::string_view, 8>;
constexpr FewNames relations = {"pg_class",    "pg_tables", "pg_views", "pg_indexes",
                                "pg_matviews", "tables",    "views",    "columns"};
constexpr FewNames names_of_relations = {"relname",    "tablename",   "viewname", "indexname",
                                         "table_name", "matviewname", "relid",    "oid"};

bool is_among(const FewNames& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

class PlaceReader : public tree::Visitor {
 public:
  using Visitor::visit;
  void visit(const tree::Relation& relation) override {
    if (const auto* table = relation.as<tree::TableName>()) {
      const std::string& schema = table->name.schema;
      const bool standard = schema == "information_schema";
      const bool system = standard || schema == "pg_catalog" || table->name.name.starts_with("pg_");
      lists |= system && is_among(relations, table->name.name);
    }
    descend(relation);
  }
  void visit(const tree::Expression& expression) override {
    const auto* operation = expression.as<tree::Operation>();
    if (operation != nullptr && operation->op == tree::Operator::equal)
      asks_by_name |= names(operation->operands.front(), operation->operands.back()) ||
                      names(operation->operands.back(), operation->operands.front());
    descend(expression);
  }
  bool lists = false, asks_by_name = false;

 private:
  static bool names(const tree::Expression& left, const tree::Expression& right) {
    const auto* column = left.as<tree::Column>();
    return column != nullptr && right.as<tree::Column>() == nullptr &&
           is_among(names_of_relations, column->name());
  }
};

}  // namespace

bool shows_places(const tree::Statement& statement) {
  const auto* query = statement.as<tree::Query>();
  if (query == nullptr || !query->order.empty()) return false;
  PlaceReader reader;
  reader.visit(*query);
  return reader.lists && !reader.asks_by_name;
}

}  // namespace understudy::sql
