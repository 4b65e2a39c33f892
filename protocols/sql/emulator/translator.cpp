#include "protocols/sql/emulator/translator.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "protocols/sql/emulator/typed.hpp"
#include "protocols/sql/tree/visitor.hpp"

namespace understudy::sql::emulator {
namespace {

constexpr int deepest = 100;

class AggregateFinder : public tree::Visitor {
 public:
  using Visitor::visit;
  void visit(const tree::Query&) override {}
  void visit(const tree::Expression& expression) override {
    const auto* call = expression.as<tree::Call>();
    if (call != nullptr && !call->over) {
      static const std::set<std::string_view> names = {"count",
                                                       "sum",
                                                       "min",
                                                       "max",
                                                       "avg",
                                                       "bool_or",
                                                       "bool_and",
                                                       "every",
                                                       "string_agg",
                                                       "array_agg",
                                                       "json_agg",
                                                       "jsonb_agg",
                                                       "json_object_agg",
                                                       "jsonb_object_agg"};
      found = found || names.contains(call->name.name);
    }
    descend(expression);
  }
  bool found = false;
};

}  // namespace

const TableState& Translator::table(const tree::Name& name) {
  const std::string key = key_of(name);
  const auto found = book_.tables.find(key);
  if (found == book_.tables.end()) throw Unsure{"what is known of table " + key};
  // Whether the case of its letters counts is the server's setting.
  if (rules_.folds_names() && found->second.definition->spelled.name != name.name)
    throw Unsure{"another spelling of a table's name"};
  return found->second;
}

ScopeRelation Translator::relation_of(const TableState& state, const std::string& alias,
                                      const std::string& prefix) {
  const Definition& definition = *state.definition;
  ScopeRelation relation{alias, {}, false, definition.folds_names};
  for (std::size_t i = 0; i < definition.columns.size(); ++i) {
    const auto& column = definition.columns[i];
    std::optional<std::string> key;
    for (const contents::UniqueKey& each : definition.keys)
      if (each.primary && each.columns.size() == 1)
        key = prefix + definition.sql_column(each.columns.front());
    std::string sql = prefix + definition.sql_column(i);
    if (state.partial.contains(i)) sql = "known(" + sql + ")";
    relation.columns.push_back({column.name, std::move(sql), column.type, false,
                                TableColumnName{definition.key, i, column.attribute}, key});
  }
  return relation;
}

std::string Translator::bind(Bound bound) {
  bounds_.push_back(std::move(bound));
  return "?" + std::to_string(bounds_.size());
}

void Translator::read_column(const ScopeColumn& column) {
  if (column.type.kind == TypeKind::opaque) throw Unsure{"the type of column " + column.name};
  // Of what was given before all is known.
  if (column.origin && !column.of_part) columns_.insert(*column.origin);
}

Plan Translator::plan(const tree::Statement& statement) {
  Plan plan;
  if (const auto* query = statement.as<tree::Query>())
    this->query(*query, plan);
  else if (const auto* insert = statement.as<tree::Insert>())
    this->insert(*insert, plan);
  else if (const auto* update = statement.as<tree::Update>())
    this->update(*update, plan);
  else if (const auto* remove = statement.as<tree::Delete>())
    this->remove(*remove, plan);
  else if (const auto* truncate = statement.as<tree::Truncate>())
    this->truncate(*truncate, plan);
  else
    other(statement, plan);
  plan.text.bounds = std::move(bounds_);
  plan.reads = std::move(reads_);
  plan.shaping = std::move(shaping_);
  plan.columns = std::move(columns_);
  plan.guards.assign(guards_.begin(), guards_.end());
  plan.part_guards.assign(part_guards_.begin(), part_guards_.end());
  return plan;
}

// ---- expressions ----

Typed Translator::expression(const tree::Expression& expression, const Scope& scope) {
  if (++depth_ > deepest) throw Unsure{"so deep an expression"};
  const std::size_t raises = raises_, reads = column_reads_;
  auto whole = grouped_whole(expression, scope);
  Typed result = whole ? std::move(*whole) : node(expression, scope);
  if (folds_ && raises_ != raises && column_reads_ == reads)
    throw Unsure{"a constant that may be refused"};
  --depth_;
  return result;
}

/// Of a query with groups: an expression that is one of those that it is grouped by.
std::optional<Typed> Translator::grouped_whole(const tree::Expression& expression,
                                               const Scope& scope) {
  const bool computed =
      expression.as<tree::Operation>() != nullptr || expression.as<tree::Call>() != nullptr ||
      expression.as<tree::Cast>() != nullptr || expression.as<tree::Case>() != nullptr;
  if (grouped_ == nullptr || in_aggregate_ || !computed || aggregates(expression))
    return std::nullopt;
  const std::size_t bounds = bounds_.size(), aliases = aliases_;
  const int depth = depth_;
  const auto* const grouped = std::exchange(grouped_, nullptr);
  const auto* const windows = windows_;
  const auto columns = columns_;
  const auto guards = guards_;
  std::optional<Typed> found;
  try {
    Typed value = this->expression(expression, scope);
    if (value.untyped == Untyped::no && grouped->contains(value.sql)) found = std::move(value);
  } catch (const Unsure&) {  // it will be thrown again
  }
  grouped_ = grouped;
  windows_ = windows;
  depth_ = depth;
  if (found) return found;
  bounds_.resize(bounds);
  aliases_ = aliases;
  columns_ = columns;
  guards_ = guards;
  return std::nullopt;
}

Typed Translator::column(const tree::Column& column, const Scope& scope) {
  const ScopeColumn& found = scope.find(column.path);
  if (found.variable) {
    ++column_reads_;
    return variable(found);
  }
  if (outermost_ != nullptr && column.path.size() == 1)
    for (const ScopeRelation& each : outermost_->relations)
      if (each.name.empty() && std::ranges::count(each.columns, column.name(), &ScopeColumn::name))
        throw Unsure{"a variable that is called like a column"};
  return this->column(found, scope);
}

Typed Translator::column(const ScopeColumn& found, const Scope& scope) {
  ++column_reads_;
  read_column(found);
  if (found.may_raise && strict_) throw Unsure{"what may fail in a condition"};
  raised_ = raised_ || found.may_raise;
  const bool grouped = found.key && grouped_ != nullptr && grouped_->contains(*found.key);
  if (!grouped && grouped_ != nullptr && !in_aggregate_ && !grouped_->contains(found.sql))
    throw Unsure{"a column beside its group"};
  Typed value = typed(found.sql, found.type, found.soft);
  value.origin = found.origin;
  value.shown_as = found.shown_as ? found.shown_as : found.origin;
  value.of_part = found.of_part;
  value.relation = scope.relation_of(found);
  value.shade = found.shade;
  value.beside = found.beside;
  value.of_catalogue = found.of_catalogue;
  value.plain = !found.of_view && !found.derived && !found.may_lack;
  return value;
}

/// The first row of a sorted query, in place of a value.
Typed Translator::one_of(const tree::Query& query, const Scope& scope) {
  const auto* limit = query.limit ? query.limit->as<tree::Literal>() : nullptr;
  const auto* slot = query.limit ? query.limit->as<tree::Parameter>() : nullptr;
  if (query.limit && slot == nullptr && (limit == nullptr || limit->text != "1"))
    throw Unsure{"a LIMIT of this kind in place of a value"};
  Selected inner = selected(query, &scope, false, true);
  if (inner.columns.size() != 1) throw Unsure{"rows in place of a value"};
  std::string keys;
  for (std::size_t i = 0; i < inner.keys; ++i) keys += ", k" + std::to_string(i);
  const std::string rest = " FROM (" + inner.sql + " LIMIT 1000000)";
  const ScopeColumn& column = inner.columns.front();
  if (!query.limit) return typed("(SELECT sole(o0)" + rest + ")", column.type, column.soft);
  std::string chosen = "first(o0" + keys + ")";
  if (slot != nullptr) {
    Bound bound;
    bound.slot = slot->index;
    bound.type = {TypeKind::int8};
    chosen = "only_of_one(" + bind(std::move(bound)) + ", " + chosen + ")";
  }
  return typed("(SELECT " + chosen + rest + ")", column.type, column.soft);
}

Typed Translator::sub_query(const tree::SubQuery& query, const Scope& scope) {
  if (query.kind == tree::SubQuery::Kind::exists)
    return truth("EXISTS (" + selected(*query.query, &scope, true).sql + ")");
  if (query.kind != tree::SubQuery::Kind::scalar) throw Unsure{"an array of a query"};
  if (!query.query->order.empty() || query.query->limit) return one_of(*query.query, scope);
  const auto* select = query.query->as<tree::Select>();
  const bool one_row = select != nullptr && select->group.empty() && select->outputs.size() == 1 &&
                       aggregates(select->outputs.front().expression);
  const Selected inner = selected(*query.query, &scope, false);
  if (inner.columns.size() != 1) throw Unsure{"rows in place of a value"};
  if (!one_row)
    return typed("(SELECT sole(o0) FROM (" + inner.sql + "))", inner.columns.front().type,
                 inner.columns.front().soft);
  return typed("(" + inner.sql + ")", inner.columns.front().type, inner.columns.front().soft);
}

bool aggregates(const tree::Expression& expression) {
  AggregateFinder finder;
  finder.visit(expression);
  return finder.found;
}

}  // namespace understudy::sql::emulator
