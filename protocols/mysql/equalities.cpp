#include "protocols/mysql/equalities.hpp"

#include <algorithm>
#include <utility>

namespace understudy::mysql {

using sql::Operand;
using sql::Token;
using sql::TokenKind;
using sql::Word;

Operand operand_of(const TokenList& tokens, Range range) {
  if (range.size() != 1) return {};
  const Token& token = tokens[range.begin];
  if (token.kind == TokenKind::parameter)
    return {Operand::Kind::slot, static_cast<std::uint32_t>(token.parameter), {}};
  if (tokens.word(range.begin, range) == Word::default_) return {Operand::Kind::omitted, 0, {}};
  return {};
}

std::optional<std::size_t> Equalities::relation_of(const std::string& alias) const {
  // Letters of aliases are folded here, those of the server may not be: two may look alike.
  if (std::ranges::count(relations_, alias, &Relation::alias) != 1) return std::nullopt;
  const auto found = std::ranges::find(relations_, alias, &Relation::alias);
  if (found->table.empty()) return std::nullopt;
  return static_cast<std::size_t>(found - relations_.begin());
}

std::optional<Equalities::Column> Equalities::resolve(Range range) const {
  const TokenList& tokens = *tokens_;
  std::vector<std::string> names;
  for (std::size_t i = range.begin; i < range.end; ++i) {
    const bool dot = (i - range.begin) % 2 == 1;
    if (dot ? !tokens[i].is('.') : !tokens.is_name(i, range)) return std::nullopt;
    if (!dot) names.push_back(tokens.name(i));
  }
  if (range.size() % 2 == 0) return std::nullopt;
  if (names.size() == 1) {
    if (!unqualified_ || relations_.size() != 1 || relations_[0].table.empty()) return std::nullopt;
    return Column{0, names[0]};
  }
  const auto relation = names.size() > 3 ? std::nullopt : relation_of(names[names.size() - 2]);
  if (!relation) return std::nullopt;
  if (names.size() == 3 && relations_[*relation].table != names[0] + "." + names[1])
    return std::nullopt;
  return Column{*relation, names.back()};
}

/// The parts between the words or signs outside of parentheses; an AND of BETWEEN parts nothing.
std::vector<Range> Equalities::part(Range range, Word word, std::string_view sign) const {
  const TokenList& tokens = *tokens_;
  std::vector<Range> parts;
  std::size_t begin = range.begin, cases = 0;
  bool between = false;
  for (std::size_t i = range.begin; i < range.end; i = tokens.closing(i) + 1) {
    const Word here = tokens.word(i, range);
    if (here == Word::case_) ++cases;
    if (here == Word::end && cases > 0) --cases;
    between = between || sql::equals_folded(tokens[i].text, "between");
    const bool parts_here = (here != Word::none && here == word) ||
                            (tokens[i].kind == TokenKind::operator_ && tokens[i].text == sign);
    if (!parts_here || cases > 0) continue;
    if (std::exchange(between, false) && word == Word::and_) continue;
    parts.push_back({begin, i});
    begin = i + 1;
  }
  parts.push_back({begin, range.end});
  return parts;
}

/// XOR, `||` (which may concatenate) and assignments bind in ways that are not followed.
bool Equalities::is_followed(Range range) const {
  const TokenList& tokens = *tokens_;
  for (std::size_t i = range.begin; i < range.end; i = tokens.closing(i) + 1) {
    const Token& token = tokens[i];
    if (token.text == ":=" || token.text == "||") return false;
    if (token.kind == TokenKind::word && sql::equals_folded(token.text, "xor")) return false;
  }
  return true;
}

void Equalities::add(Range condition, Span span) {
  for (Range inner = tokens_->without_parentheses(condition); inner.size() != condition.size();
       inner = tokens_->without_parentheses(condition))
    condition = inner;
  // A parenthesised query has conditions of its own.
  const Word first = tokens_->word(condition.begin, condition);
  const bool query = first == Word::select || first == Word::with || first == Word::values;
  if (condition.empty() || query || !is_followed(condition)) return;
  const std::vector<Range> alternatives = part(condition, Word::or_, "||");
  if (alternatives.size() > 1) return add_alternatives(alternatives, span);
  const std::vector<Range> all = part(condition, Word::and_, "&&");
  if (all.size() == 1) return add_comparison(condition, span);
  for (const Range& each : all) add(each, span);
}

void Equalities::add_comparison(Range range, Span span) {
  for (Fact& fact : facts_of(range)) {
    fact.span = span;
    facts_.push_back(std::move(fact));
  }
}

/// `a = 1 OR a = 2` says the same as `a IN (1, 2)`.
void Equalities::add_alternatives(const std::vector<Range>& alternatives, Span span) {
  std::optional<Fact> all;
  for (const Range& each : alternatives) {
    const auto facts = facts_of(tokens_->without_parentheses(each));
    if (facts.size() != 1 || facts[0].equals) return;
    if (all && all->column != facts[0].column) return;
    if (!all) all = Fact{facts[0].column, std::nullopt, {}, span};
    all->any_of.insert(all->any_of.end(), facts[0].any_of.begin(), facts[0].any_of.end());
  }
  if (all) facts_.push_back(std::move(*all));
}

/// What a comparison says if it is `column = value`, `column = column`, `column IN (values)`, or
/// one of these of rows. Anything more in it, and it says nothing.
std::vector<Equalities::Fact> Equalities::facts_of(Range range) const {
  const TokenList& tokens = *tokens_;
  for (std::size_t i = range.begin; i < range.end; i = tokens.closing(i) + 1) {
    if (tokens[i].kind == TokenKind::operator_ && tokens[i].text == "=")
      return equal({range.begin, i}, {i + 1, range.end});
    if (tokens.word(i, range) == Word::in) return in({range.begin, i}, {i + 1, range.end});
  }
  return {};
}

std::vector<Equalities::Fact> Equalities::equal(Range left, Range right) const {
  const Range first = tokens_->without_parentheses(left);
  const Range second = tokens_->without_parentheses(right);
  const std::vector<Range> columns = tokens_->split(first), others = tokens_->split(second);
  if (columns.size() != others.size()) return {};
  std::vector<Fact> facts;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto column = resolve(columns[i]);
    const auto other = resolve(others[i]);
    if (!column && !other) continue;
    Fact fact{column ? *column : *other, std::nullopt, {}, {}};
    if (column && other)
      fact.equals = other;
    else
      fact.any_of = {operand_of(*tokens_, column ? others[i] : columns[i])};
    if (fact.equals || fact.any_of[0].kind == Operand::Kind::slot) facts.push_back(std::move(fact));
  }
  return facts;
}

std::vector<Equalities::Fact> Equalities::in(Range left, Range list) const {
  const Range values = tokens_->without_parentheses(list);
  if (values.size() + 2 != list.size()) return {};
  const std::vector<Range> columns = tokens_->split(tokens_->without_parentheses(left));
  const std::vector<Range> items = tokens_->split(values);
  std::vector<Fact> facts;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const auto column = resolve(columns[c]);
    if (!column) continue;
    Fact fact{*column, std::nullopt, {}, {}};
    for (const Range& item : items) {
      const std::vector<Range> row =
          tokens_->split(columns.size() > 1 ? tokens_->without_parentheses(item) : item);
      if (row.size() != columns.size()) return {};
      fact.any_of.push_back(operand_of(*tokens_, row[c]));
    }
    const bool known = std::ranges::all_of(
        fact.any_of, [](const Operand& each) { return each.kind == Operand::Kind::slot; });
    if (known && !fact.any_of.empty()) facts.push_back(std::move(fact));
  }
  return facts;
}

void Equalities::add_using(const std::string& column, std::size_t left, std::size_t right,
                           Span span) {
  if (relations_[left].table.empty() || relations_[right].table.empty()) return;
  facts_.push_back({{left, column}, Column{right, column}, {}, span});
}

std::vector<sql::PlannedCondition> Equalities::conditions_of(std::size_t relation) const {
  std::vector<sql::PlannedCondition> conditions;
  for (const Fact& valued : facts_) {
    if (valued.equals || !valued.span.holds(relation)) continue;
    // All columns that the equalities lead to from this one, and from which they do.
    std::vector<Column> reached = {valued.column};
    std::vector<std::size_t> from = {0};
    for (std::size_t i = 0; i < reached.size(); ++i)
      for (const Fact& link : facts_) {
        if (!link.equals || !link.span.holds(relation)) continue;
        if (link.column != reached[i] && *link.equals != reached[i]) continue;
        const Column to = link.column == reached[i] ? *link.equals : link.column;
        if (std::ranges::find(reached, to) != reached.end()) continue;
        reached.push_back(to);
        from.push_back(i);
      }
    for (std::size_t i = 0; i < reached.size(); ++i) {
      if (reached[i].relation != relation) continue;
      sql::PlannedCondition condition{reached[i].name, valued.any_of};
      for (std::size_t step = i; step != 0; step = from[step]) {
        const Column& over = reached[from[step]];
        condition.through.emplace_back(relations_[over.relation].table, over.name);
      }
      conditions.push_back(std::move(condition));
    }
  }
  return conditions;
}

}  // namespace understudy::mysql
