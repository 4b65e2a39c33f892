// Common tables that are queries, also those that name themselves.
#include <algorithm>
#include <utility>

#include "protocols/sql/emulator/typed.hpp"
#include "protocols/sql/tree/visitor.hpp"

namespace understudy::sql::emulator {
namespace {

/// Whether a query has a table of that name.
class NameFinder : public tree::Visitor {
 public:
  using Visitor::visit;
  explicit NameFinder(std::string name) : name_(std::move(name)) {}
  void visit(const tree::Relation& relation) override {
    const auto* table = relation.as<tree::TableName>();
    found = found || (table != nullptr && table->name.schema.empty() && table->name.name == name_);
    descend(relation);
  }
  bool found = false;

 private:
  std::string name_;
};

}  // namespace

std::string Translator::with(const tree::With& with, Plan& plan) {
  if (with.tables.empty()) return {};
  if (with.recursive && !rules_.follows_routines()) throw Unsure{"a recursive query"};
  if (std::ranges::any_of(with.tables, [](const tree::CommonTable& each) {
        return each.statement->as<tree::Query>() == nullptr;
      }))
    return changing_commons(with, plan), std::string();
  std::string sql;
  for (const tree::CommonTable& each : with.tables) {
    const auto* query = each.statement->as<tree::Query>();
    if (query == nullptr || commons_.contains(each.name) ||
        each.name.find('"') != std::string::npos)
      throw Unsure{"this common table"};
    if (with.recursive && recursive_common(each, sql)) continue;
    Selected inner = selected(*query, outermost_, false);
    sql += (sql.empty() ? "\"w_" : ", \"w_") + each.name + "\" AS (" + inner.sql + ")";
    name_columns(inner.columns, each.columns);
    commons_.emplace(each.name, Common{std::move(inner.columns)});
  }
  return "WITH " + sql + " ";
}

/// A common table that names itself: what it begins with, and what is joined with the rows that
/// came last. False where it is none.
bool Translator::recursive_common(const tree::CommonTable& table, std::string& sql) {
  const auto* query = table.statement->as<tree::Query>();
  NameFinder finder(table.name);
  finder.visit(*query);
  if (!finder.found) return false;
  const auto* operation = query->as<tree::SetOperation>();
  const bool plain = operation != nullptr && operation->operands.size() == 2 &&
                     operation->kind == tree::SetOperation::Kind::union_ && query->order.empty() &&
                     !query->limit && !query->offset && query->with.tables.empty();
  if (!plain) throw Unsure{"a recursive query of this kind"};
  Selected first = selected(operation->operands.front(), outermost_, false);
  for (ScopeColumn& column : first.columns) {
    if (column.soft) throw Unsure{"a recursive query of parameters"};
    if (!operation->all && !contents::is_comparable(column.type))
      throw Unsure{"a recursive query of this type"};
    column.origin.reset();
    column.shown_as.reset();
    column.of_part.reset();
    column.key.reset();
  }
  name_columns(first.columns, table.columns);
  commons_.emplace(table.name, Common{first.columns});
  const Selected next = selected(operation->operands.back(), outermost_, false);
  if (next.columns.size() != first.columns.size()) throw Unsure{"a union of other columns"};
  std::string names;
  for (std::size_t i = 0; i < next.columns.size(); ++i) {
    if (next.columns[i].soft || !unites(next.columns[i].type, first.columns[i].type))
      throw Unsure{"a union of other types"};
    names += (i > 0 ? ", o" : "o") + std::to_string(i);
  }
  if (!sql.starts_with("RECURSIVE ")) sql = "RECURSIVE " + sql;
  sql += (sql.size() > std::string_view("RECURSIVE ").size() ? ", \"w_" : "\"w_") + table.name +
         "\" (" + names + ") AS (" + first.sql + (operation->all ? " UNION ALL " : " UNION ") +
         next.sql + ")";
  return true;
}

}  // namespace understudy::sql::emulator
