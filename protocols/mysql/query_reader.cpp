#include "protocols/mysql/query_reader.hpp"

#include <algorithm>
#include <array>

namespace understudy::mysql {

using sql::Token;
using sql::TokenKind;
using sql::Word;

namespace {

/// Tables of the server itself have no rows that statements name.
bool is_catalogue(const std::string& schema) {
  static constexpr std::array<std::string_view, 4> catalogues = {"information_schema", "mysql",
                                                                 "performance_schema", "sys"};
  return std::ranges::find(catalogues, schema) != catalogues.end();
}

}  // namespace

bool QueryReader::accept(Range& range, Word word) const {
  if (tokens_.word(range.begin, range) != word) return false;
  ++range.begin;
  return true;
}

void QueryReader::step_over_parentheses(Range& range) {
  if (!tokens_.is(range.begin, '(', range)) return lose();
  range.begin = tokens_.closing(range.begin) + 1;
}

bool QueryReader::complete() const {
  std::size_t selects = 0;
  for (std::size_t i = 0; i < tokens_.all().end; ++i) {
    const Word word = tokens_.word(i, tokens_.all());
    selects += word == Word::select ? 1 : 0;
    if (word == Word::table) return false;  // TABLE t is a query as well
  }
  return !lost_ && selects == selects_;
}

// ---- queries ----

std::size_t QueryReader::with(Range& range, bool nested) {
  const std::size_t known = expressions_.size();
  if (!accept(range, Word::with)) return known;
  const bool recursive = accept(range, Word::recursive);
  do {
    if (!tokens_.is_name(range.begin, range)) return lose(), known;
    const std::string name = tokens_.name(range.begin++);
    if (recursive) expressions_.push_back(name);
    if (tokens_.is(range.begin, '(', range)) step_over_parentheses(range);
    if (!accept(range, Word::as) || !tokens_.is(range.begin, '(', range)) return lose(), known;
    query({range.begin + 1, tokens_.closing(range.begin)}, nested);
    step_over_parentheses(range);
    if (!recursive) expressions_.push_back(name);
  } while (tokens_.is(range.begin, ',', range) && ++range.begin < range.end);
  return known;
}

Level QueryReader::query(Range range, bool nested) {
  const std::size_t known = with(range, nested);
  const auto set_operations = {Word::union_, Word::except, Word::intersect};
  std::size_t end = tokens_.find(range, set_operations);
  Level level = term({range.begin, end}, nested);
  while (end < range.end) {
    level = Level();
    range.begin = end + 1;
    if (!accept(range, Word::all)) accept(range, Word::distinct);
    end = tokens_.find(range, set_operations);
    term({range.begin, end}, nested);
  }
  forget(known);
  return level;
}

Level QueryReader::term(Range range, bool nested) {
  if (tokens_.is(range.begin, '(', range)) {
    const std::size_t close = tokens_.closing(range.begin);
    walk({close + 1, range.end});
    return query({range.begin + 1, close}, nested);
  }
  if (word(range) == Word::select) return select(range, nested);
  if (word(range) == Word::values)
    walk(range);
  else
    lose();
  return {};
}

Level QueryReader::select(Range range, bool nested) {
  ++selects_;
  Level level;
  level.nested = nested;
  level.simple = true;
  const auto clauses = {Word::from,  Word::where, Word::group,  Word::having,
                        Word::order, Word::limit, Word::window, Word::procedure,
                        Word::into,  Word::for_,  Word::lock};
  std::size_t end = tokens_.find({range.begin + 1, range.end}, clauses);
  level.outputs = {range.begin + 1, end};
  Range where;
  bool from = false;
  while (end < range.end) {
    const Word clause = tokens_.word(end, range);
    const Range body = {end + 1, tokens_.find({end + 1, range.end}, clauses)};
    if (clause == Word::from) {
      if (std::exchange(from, true)) lose();
      references(body, level);
    } else {
      // FOR SYSTEM_TIME and hints FOR JOIN are no ends of a list of tables.
      if (clause == Word::for_ && word(body) != Word::update && word(body) != Word::share) lose();
      if (clause == Word::procedure) lose();
      if (clause == Word::where) where = body;
      if (clause == Word::group) level.grouped = true;
      walk(body);
    }
    end = body.end;
  }
  if (level.grouped && tokens_.find(range, {Word::rollup}) != range.end) level.simple = false;
  walk(level.outputs);
  const Equalities equalities = equalities_of(level, where);
  for (std::size_t i = 0; i < level.relations.size(); ++i) add_read(level, equalities, i);
  return level;
}

Equalities QueryReader::equalities_of(const Level& level, Range where) const {
  Equalities equalities(tokens_, level.relations, !level.nested);
  for (const auto& [condition, span] : level.conditions) equalities.add(condition, span);
  for (const auto& [column, span] : level.usings)
    equalities.add_using(column, span.first, span.first + 1, span);
  equalities.add(where, {0, level.relations.size()});
  return equalities;
}

void QueryReader::add_read(const Level& level, const Equalities& equalities, std::size_t relation) {
  const std::string& table = level.relations[relation].table;
  if (!table.empty()) reads.push_back({table, equalities.conditions_of(relation)});
}

void QueryReader::walk(Range range) {
  for (std::size_t i = range.begin; i < range.end; ++i) {
    if (!tokens_[i].is('(')) continue;
    const Range inside = {i + 1, tokens_.closing(i)};
    if (word(inside) != Word::select && word(inside) != Word::with) continue;
    query(inside, true);
    i = inside.end;
  }
}

// ---- lists of tables ----

void QueryReader::references(Range range, Level& level) {
  joined(range, level);
  while (!lost_ && tokens_.is(range.begin, ',', range)) {
    ++range.begin;
    joined(range, level);
  }
  if (!range.empty()) lose();
}

bool QueryReader::starts_join(std::size_t i, Range range) const {
  switch (tokens_.word(i, range)) {
    case Word::join:
    case Word::inner:
    case Word::cross:
    case Word::straight_join:
    case Word::natural:
      return true;
    case Word::left:
    case Word::right:
      return !tokens_.is(i + 1, '(', range);  // else it is the function
    default:
      return false;
  }
}

void QueryReader::joined(Range& range, Level& level) {
  const std::size_t first = level.relations.size();
  factor(range, level);
  while (!lost_ && starts_join(range.begin, range))
    if (!join(range, level, first)) return lose();
}

/// One join behind what stands left of it, which begins with relation `first`.
bool QueryReader::join(Range& range, Level& level, std::size_t first) {
  accept(range, Word::natural);
  const bool left = accept(range, Word::left), right = !left && accept(range, Word::right);
  if (left || right)
    accept(range, Word::outer);
  else if (!accept(range, Word::inner))
    accept(range, Word::cross);
  if (!accept(range, Word::join) && !accept(range, Word::straight_join)) return false;
  const std::size_t middle = level.relations.size();
  factor(range, level);
  const std::size_t last = level.relations.size();
  const Span span{left ? middle : first, right ? middle : last};
  if (accept(range, Word::on)) {
    std::size_t end = range.begin;
    while (end < range.end && !tokens_[end].is(',') && !starts_join(end, range))
      end = tokens_.closing(end) + 1;
    // `a JOIN b JOIN c ON … ON …` joins from the right.
    if (tokens_.find({range.begin, end}, {Word::on}) != end) return false;
    level.conditions.push_back({{range.begin, end}, span});
    walk({range.begin, end});
    range.begin = end;
  } else if (accept(range, Word::using_)) {
    if (!tokens_.is(range.begin, '(', range)) return false;
    const bool two_tables = middle == first + 1 && last == middle + 1;
    for (const Range& column : tokens_.split({range.begin + 1, tokens_.closing(range.begin)}))
      if (two_tables && !left && !right && column.size() == 1)
        level.usings.push_back({tokens_.name(column.begin), span});
    step_over_parentheses(range);
  }
  return true;
}

/// Whether a parenthesis of a list of tables holds a query, not joined tables.
bool QueryReader::is_query(Range inside) const {
  if (tokens_.is(inside.begin, '(', inside)) {
    const std::size_t close = tokens_.closing(inside.begin);
    const bool alone = close + 1 == inside.end ||
                       tokens_.find({close + 1, inside.end},
                                    {Word::union_, Word::except, Word::intersect}) == close + 1;
    return alone && is_query({inside.begin + 1, close});
  }
  const Word first = word(inside);
  return first == Word::select || first == Word::with || first == Word::values;
}

void QueryReader::factor(Range& range, Level& level) {
  const bool lateral = accept(range, Word::lateral);
  if (tokens_.is(range.begin, '(', range)) {
    const Range inside = {range.begin + 1, tokens_.closing(range.begin)};
    range.begin = inside.end + 1;
    if (is_query(inside)) return derived(inside, range, level, lateral);
    return references(inside, level);
  }
  table(range, level);
}

void QueryReader::derived(Range inside, Range& range, Level& level, bool lateral) {
  query(inside, level.nested || lateral);
  level.relations.push_back({alias(range, {}), {}});
  if (tokens_.is(range.begin, '(', range)) step_over_parentheses(range);
}

void QueryReader::table(Range& range, Level& level) {
  if (range.begin < range.end && sql::equals_folded(tokens_[range.begin].text, "dual")) {
    ++range.begin;
    return;
  }
  if (!tokens_.is_name(range.begin, range)) return lose();
  std::string name = tokens_.name(range.begin++), schema;
  if (tokens_.is(range.begin, '.', range)) {
    schema = std::exchange(name, tokens_.name(range.begin + 1));
    range.begin += 2;
  }
  std::string key = schema.empty() ? name : schema + "." + name;
  if (tokens_.is(range.begin, '(', range)) {  // JSON_TABLE and the like
    const Range inside = {range.begin + 1, tokens_.closing(range.begin)};
    walk(inside);
    range.begin = inside.end + 1;
    key.clear();
  }
  const bool expression =
      schema.empty() && std::ranges::find(expressions_, name) != expressions_.end();
  if (expression || is_catalogue(schema)) key.clear();
  if (accept(range, Word::partition)) step_over_parentheses(range);
  std::string known_as = alias(range, name);
  hints(range);
  level.relations.push_back({std::move(known_as), std::move(key)});
}

std::string QueryReader::alias(Range& range, std::string otherwise) {
  const bool as = accept(range, Word::as);
  const bool text = as && range.begin < range.end && tokens_[range.begin].kind == TokenKind::string;
  if (text || tokens_.is_name(range.begin, range)) return tokens_.name(range.begin++);
  if (as) lose();
  return otherwise;
}

void QueryReader::hints(Range& range) {
  while (accept(range, Word::use) || accept(range, Word::force) || accept(range, Word::ignore)) {
    if (!accept(range, Word::index) && !accept(range, Word::key)) return lose();
    step_over_parentheses(range);
    if (tokens_.is(range.begin, ',', range) &&
        (tokens_.word(range.begin + 1, range) == Word::use ||
         tokens_.word(range.begin + 1, range) == Word::force))
      ++range.begin;
  }
}

}  // namespace understudy::mysql
