#include "protocols/sql/facts/equalities.hpp"

#include <algorithm>
#include <utility>

#include "protocols/sql/words.hpp"

namespace understudy::sql {
namespace {

/// A row's elements; of any other expression itself.
std::vector<const tree::Expression*> elements_of(const tree::Expression& expression) {
  std::vector<const tree::Expression*> elements;
  const auto* row = expression.as<tree::Collection>();
  if (row == nullptr || row->kind != tree::Collection::Kind::row) return {&expression};
  for (const tree::Expression& each : row->elements) elements.push_back(&each);
  return elements;
}

bool is_slot(const Operand& operand) {
  return operand.kind == Operand::Kind::slot;
}

}  // namespace

std::string plan_name(std::string name, Dialect dialect) {
  if (dialect == Dialect::mysql) std::ranges::transform(name, name.begin(), to_lower);
  return name;
}

Operand operand_of(const tree::Expression& expression) {
  if (const auto* parameter = expression.as<tree::Parameter>())
    return {Operand::Kind::slot, parameter->index, {}};
  const auto* default_ = expression.as<tree::Default>();
  if (default_ != nullptr && default_->path.empty()) return {Operand::Kind::omitted, 0, {}};
  return {};
}

std::optional<std::size_t> Equalities::source_of(const std::string& alias) const {
  // Letters of aliases are folded here, those of the server may not be: two may look alike.
  if (std::ranges::count(sources_, alias, &Source::alias) != 1) return std::nullopt;
  const auto found = std::ranges::find(sources_, alias, &Source::alias);
  if (found->table.empty()) return std::nullopt;
  return static_cast<std::size_t>(found - sources_.begin());
}

std::optional<Equalities::Column> Equalities::resolve(const tree::Column& column) const {
  std::vector<std::string> names;
  for (const std::string& each : column.path) names.push_back(plan_name(each, dialect_));
  if (names.size() == 1) {
    if (!unqualified_ || sources_.size() != 1 || sources_[0].table.empty()) return std::nullopt;
    return Column{0, names[0]};
  }
  const auto source = names.size() > 3 ? std::nullopt : source_of(names[names.size() - 2]);
  if (!source) return std::nullopt;
  if (names.size() == 3 && sources_[*source].table != names[0] + "." + names[1])
    return std::nullopt;
  return Column{*source, names.back()};
}

std::optional<Equalities::Column> Equalities::resolve(const tree::Expression& expression) const {
  const auto* column = expression.as<tree::Column>();
  return column == nullptr ? std::nullopt : resolve(*column);
}

/// MySQL's `||`, which may concatenate, binds as weakly as it may: what it could be part of says
/// nothing.
void Equalities::add(const tree::Expression& condition, SourceRange span) {
  const auto* operation = condition.as<tree::Operation>();
  if (operation != nullptr && operation->op == tree::Operator::and_) {
    for (const tree::Expression& each : operation->operands) add(each, span);
    return;
  }
  if (operation != nullptr && operation->op == tree::Operator::or_)
    return add_alternatives(operation->operands, span);
  for (Fact& fact : facts_of(condition)) {
    fact.span = span;
    facts_.push_back(std::move(fact));
  }
}

/// `a = 1 OR a = 2` says the same as `a IN (1, 2)`.
void Equalities::add_alternatives(const std::vector<tree::Expression>& alternatives,
                                  SourceRange span) {
  std::optional<Fact> all;
  for (const tree::Expression& each : alternatives) {
    const auto facts = facts_of(each);
    if (facts.size() != 1 || facts[0].equals) return;
    if (all && all->column != facts[0].column) return;
    if (!all) all = Fact{facts[0].column, std::nullopt, {}, span};
    all->any_of.insert(all->any_of.end(), facts[0].any_of.begin(), facts[0].any_of.end());
  }
  if (all) facts_.push_back(std::move(*all));
}

/// What a comparison says if it is `column = value`, `column = column`, `column IN (values)`, or
/// one of these of rows. Anything more in it, and it says nothing.
std::vector<Equalities::Fact> Equalities::facts_of(const tree::Expression& comparison) const {
  if (const auto* in_list = comparison.as<tree::In>()) return in(*in_list);
  const auto* operation = comparison.as<tree::Operation>();
  const bool equals = operation != nullptr && operation->op == tree::Operator::equal &&
                      operation->quantifier == tree::Operation::Quantifier::none &&
                      operation->operands.size() == 2;
  if (!equals) return {};
  return equal(operation->operands[0], operation->operands[1]);
}

std::vector<Equalities::Fact> Equalities::equal(const tree::Expression& left,
                                                const tree::Expression& right) const {
  const auto columns = elements_of(left), others = elements_of(right);
  if (columns.size() != others.size()) return {};
  std::vector<Fact> facts;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto column = resolve(*columns[i]);
    const auto other = resolve(*others[i]);
    if (!column && !other) continue;
    Fact fact{column ? *column : *other, std::nullopt, {}, {}};
    if (column && other)
      fact.equals = other;
    else
      fact.any_of = {operand_of(column ? *others[i] : *columns[i])};
    if (fact.equals || is_slot(fact.any_of[0])) facts.push_back(std::move(fact));
  }
  return facts;
}

std::vector<Equalities::Fact> Equalities::in(const tree::In& in) const {
  if (in.negated || in.query || !in.operand || in.list.empty()) return {};
  const auto columns = elements_of(*in.operand);
  std::vector<Fact> facts;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const auto column = resolve(*columns[c]);
    if (!column) continue;
    Fact fact{*column, std::nullopt, {}, {}};
    for (const tree::Expression& item : in.list) {
      const auto row = elements_of(item);
      if (row.size() != columns.size()) return {};
      fact.any_of.push_back(operand_of(*row[c]));
    }
    if (std::ranges::all_of(fact.any_of, is_slot)) facts.push_back(std::move(fact));
  }
  return facts;
}

void Equalities::add_using(const std::string& column, std::size_t left, std::size_t right,
                           SourceRange span) {
  if (sources_[left].table.empty() || sources_[right].table.empty()) return;
  facts_.push_back({{left, column}, Column{right, column}, {}, span});
}

/// Over the equalities of columns that hold for `source`.
Equalities::Reached Equalities::reached_from(const Column& column, std::size_t source) const {
  Reached reached{{column}, {0}};
  for (std::size_t i = 0; i < reached.columns.size(); ++i)
    for (const Fact& link : facts_) {
      if (!link.equals || !link.span.holds(source)) continue;
      if (link.column != reached.columns[i] && *link.equals != reached.columns[i]) continue;
      const Column to = link.column == reached.columns[i] ? *link.equals : link.column;
      if (std::ranges::find(reached.columns, to) != reached.columns.end()) continue;
      reached.columns.push_back(to);
      reached.from.push_back(i);
    }
  return reached;
}

std::vector<PlannedCondition> Equalities::conditions_of(std::size_t source) const {
  std::vector<PlannedCondition> conditions;
  for (const Fact& valued : facts_) {
    if (valued.equals || !valued.span.holds(source)) continue;
    const Reached reached = reached_from(valued.column, source);
    for (std::size_t i = 0; i < reached.columns.size(); ++i) {
      if (reached.columns[i].source != source) continue;
      PlannedCondition condition{reached.columns[i].name, valued.any_of};
      for (std::size_t step = i; step != 0; step = reached.from[step]) {
        const Column& over = reached.columns[reached.from[step]];
        condition.through.emplace_back(sources_[over.source].table, over.name);
      }
      conditions.push_back(std::move(condition));
    }
  }
  return conditions;
}

}  // namespace understudy::sql
