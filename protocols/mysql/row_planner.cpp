#include "protocols/mysql/row_planner.hpp"

#include <algorithm>
#include <utility>

#include "protocols/mysql/query_reader.hpp"

namespace understudy::mysql {
namespace {

using sql::Operand;
using sql::PlannedChange;
using sql::Token;
using sql::TokenKind;
using sql::Word;

/// What may stand between a verb and the tables.
bool is_modifier(Word word) noexcept {
  switch (word) {
    case Word::low_priority:
    case Word::high_priority:
    case Word::delayed:
    case Word::quick:
    case Word::ignore:
      return true;
    default:
      return false;
  }
}

class Planner {
 public:
  Planner(std::string_view pattern, sql::Mode mode) : tokens_(pattern, mode), reader_(tokens_) {}

  StatementPlan plan() {
    if (!tokens_.sound()) return {};
    statement(tokens_.all());
    if (!reader_.complete()) return {};
    plan_.rows.reads = std::move(reader_.reads);
    plan_.rows.each_once =
        plan_.rows.each_once && plan_.rows.reads.size() + plan_.rows.changes.size() == 1;
    return std::move(plan_);
  }

 private:
  struct Assignment {
    Range column, value;
  };

  void statement(Range range) {
    // Its names stay in reach to the end.
    Range body = range;
    if (word(range) == Word::with) reader_.with(body, false);
    switch (word(body)) {
      case Word::insert:
      case Word::replace:
        return insert(body);
      case Word::update:
        return update(body);
      case Word::delete_:
        return remove(body);
      case Word::select:
      case Word::with:
        break;
      default:
        if (!tokens_.is(body.begin, '(', body)) return reader_.lose();
    }
    const Level level = reader_.query(body, false);
    show(level.outputs, level);
    plan_.rows.each_once = !plan_.items.empty() && !level.grouped && level.relations.size() == 1;
  }

  [[nodiscard]] Word word(Range range) const { return tokens_.word(range.begin, range); }

  bool accept(Range& range, Word word) const {
    if (tokens_.word(range.begin, range) != word) return false;
    ++range.begin;
    return true;
  }

  void step_over_modifiers(Range& range) const {
    while (is_modifier(word(range))) ++range.begin;
  }

  /// `column = value, …`
  std::vector<Assignment> assignments(Range range) {
    std::vector<Assignment> all;
    for (const Range& each : tokens_.split(range)) {
      std::size_t sign = each.begin;
      while (sign < each.end && tokens_[sign].text != "=" && tokens_[sign].text != ":=") ++sign;
      if (sign == each.begin || sign + 1 >= each.end || !tokens_.is_name(sign - 1, each)) {
        reader_.lose();
        return {};
      }
      all.push_back({{each.begin, sign}, {sign + 1, each.end}});
      reader_.walk(all.back().value);
    }
    return all;
  }

  // ---- INSERT and REPLACE ----

  void insert(Range range) {
    PlannedChange change;
    const bool replaces = word(range) == Word::replace;
    change.kind = replaces ? RowChange::Kind::upsert : RowChange::Kind::insert;
    ++range.begin;
    step_over_modifiers(range);
    accept(range, Word::into);
    if (!target(range, change)) return reader_.lose();
    const std::size_t returning = tokens_.find(range, {Word::returning});
    const Range shown = {returning + 1, range.end};
    const Range duplicate = take_duplicate(range, returning);
    rows(range, change);
    if (!duplicate.empty()) update_duplicates(duplicate, change);
    if (replaces) replace(change);
    plan_.insert_id_is_of_row = change.kind == RowChange::Kind::insert && change.rows_known &&
                                change.rows.size() == 1 && !calls_last_insert_id();
    Level level;
    level.relations = {{change.table, change.table}};
    level.simple = true;
    plan_.rows.changes.push_back(std::move(change));
    if (returning >= shown.end) return;
    reader_.walk(shown);
    plan_.rows.returning = true;
    show(shown, level);
    plan_.rows.each_once = true;
  }

  /// The table of an insert, and its columns if they are told.
  bool target(Range& range, PlannedChange& change) {
    if (!tokens_.is_name(range.begin, range)) return false;
    change.table = tokens_.name(range.begin++);
    if (tokens_.is(range.begin, '.', range)) {
      change.table += "." + tokens_.name(range.begin + 1);
      range.begin += 2;
    }
    if (accept(range, Word::partition)) {
      if (!tokens_.is(range.begin, '(', range)) return false;
      range.begin = tokens_.closing(range.begin) + 1;
    }
    if (!tokens_.is(range.begin, '(', range)) return true;
    const Range inside = {range.begin + 1, tokens_.closing(range.begin)};
    if (word(inside) == Word::select || word(inside) == Word::with ||
        tokens_.is(inside.begin, '(', inside))
      return true;
    told_ = true;
    range.begin = inside.end + 1;
    return names(inside, change.columns);
  }

  bool names(Range list, std::vector<std::string>& names) const {
    for (const Range& each : tokens_.split(list)) {
      if (each.empty() || !tokens_.is_name(each.end - 1, each)) return false;
      names.push_back(tokens_.name(each.end - 1));
    }
    return true;
  }

  /// Cuts ON DUPLICATE KEY UPDATE off the end of what stands before RETURNING.
  Range take_duplicate(Range& range, std::size_t returning) const {
    range.end = std::min(range.end, returning);
    for (std::size_t i = range.begin; i < range.end; i = tokens_.closing(i) + 1) {
      if (tokens_.word(i, range) != Word::on || tokens_.word(i + 1, range) != Word::duplicate)
        continue;
      const Range assignments = {i + 4, range.end};
      range.end = i;
      return assignments;
    }
    return {};
  }

  void rows(Range range, PlannedChange& change) {
    if (word(range) == Word::values || word(range) == Word::value) return values(range, change);
    if (accept(range, Word::set)) return set_form(range, change);
    change.rows_known = false;
    reader_.query(range, false);
  }

  /// VALUES (…), (…), and a name for the row behind them.
  void values(Range range, PlannedChange& change) {
    do {
      ++range.begin;
      if (!tokens_.is(range.begin, '(', range)) return reader_.lose();
      const Range list = {range.begin + 1, tokens_.closing(range.begin)};
      reader_.walk(list);
      std::vector<Operand> row;
      for (const Range& item : tokens_.split(list)) row.push_back(operand_of(tokens_, item));
      change.rows.push_back(std::move(row));
      range.begin = list.end + 1;
    } while (tokens_.is(range.begin, ',', range));
    // Without a list of columns only a row of no values tells its columns.
    const bool empty = !told_ && change.rows.size() == 1 && change.rows[0].empty();
    change.rows_known = told_ || empty;
    for (const auto& row : change.rows)
      if (change.rows_known && row.size() != change.columns.size()) reader_.lose();
    if (!change.rows_known) change.rows.clear();
    if (accept(range, Word::as) && tokens_.is_name(range.begin, range)) {
      row_alias_ = tokens_.name(range.begin++);
      if (tokens_.is(range.begin, '(', range)) {
        row_alias_.clear();
        range.begin = tokens_.closing(range.begin) + 1;
      }
    }
    if (!range.empty()) reader_.lose();
  }

  void set_form(Range range, PlannedChange& change) {
    std::vector<Operand> row;
    for (const Assignment& each : assignments(range)) {
      change.columns.push_back(tokens_.name(each.column.end - 1));
      row.push_back(operand_of(tokens_, each.value));
    }
    change.rows.push_back(std::move(row));
  }

  /// Which unique key a row may already be there by, the statement does not tell: no `target`.
  void update_duplicates(Range range, PlannedChange& change) {
    change.kind = RowChange::Kind::upsert;
    for (const Assignment& each : assignments(range))
      change.set.emplace_back(tokens_.name(each.column.end - 1), given(each.value, change));
  }

  /// VALUES(c), or `new.c` of a row that is called `new`, is what the insert gives to c.
  [[nodiscard]] Operand given(Range value, const PlannedChange& change) const {
    const bool called = value.size() == 4 && tokens_.is(value.begin + 1, '(', value) &&
                        (word(value) == Word::values || word(value) == Word::value);
    const bool named = value.size() == 3 && tokens_.is(value.begin + 1, '.', value) &&
                       !row_alias_.empty() && tokens_.name(value.begin) == row_alias_;
    if (!called && !named) return operand_of(tokens_, value);
    if (change.rows.size() != 1) return {};
    const auto column = std::ranges::find(change.columns, tokens_.name(value.begin + 2));
    const auto index = static_cast<std::size_t>(column - change.columns.begin());
    return index < change.rows[0].size() ? change.rows[0][index] : Operand();
  }

  /// The row that was there, if one was, has the new values afterwards.
  static void replace(PlannedChange& change) {
    for (std::size_t i = 0; i < change.columns.size(); ++i) {
      const bool known = change.rows.size() == 1 && i < change.rows[0].size() &&
                         change.rows[0][i].kind != Operand::Kind::omitted;
      change.set.emplace_back(change.columns[i], known ? change.rows[0][i] : Operand());
    }
  }

  /// LAST_INSERT_ID(…) makes the OK tell another number.
  [[nodiscard]] bool calls_last_insert_id() const {
    for (std::size_t i = 0; i < tokens_.all().end; ++i)
      if (sql::equals_folded(tokens_[i].text, "last_insert_id")) return true;
    return false;
  }

  // ---- UPDATE and DELETE ----

  /// Changes to one table are counted by the answer, those to several only together.
  PlannedChange change_of(RowChange::Kind kind, const Level& level, const Equalities& equalities,
                          std::size_t relation) const {
    PlannedChange change;
    change.kind = kind;
    change.table = level.relations[relation].table;
    change.where = equalities.conditions_of(relation);
    change.in_expression = level.relations.size() > 1;
    return change;
  }

  void update(Range range) {
    ++range.begin;
    step_over_modifiers(range);
    const std::size_t set = tokens_.find(range, {Word::set});
    const std::size_t rest = tokens_.find(range, {Word::where, Word::order, Word::limit});
    if (set >= rest) return reader_.lose();
    Level level;
    reader_.references({range.begin, set}, level);
    const auto assigned = assignments({set + 1, rest});
    const Equalities equalities =
        equalities_of(level, {rest, range.end}, {Word::order, Word::limit});
    // All tables of a joined UPDATE may be written: which ones, names without a table do not tell.
    for (std::size_t i = 0; i < level.relations.size(); ++i) {
      if (level.relations[i].table.empty()) continue;
      PlannedChange change = change_of(RowChange::Kind::update, level, equalities, i);
      for (const Assignment& each : assigned) {
        const auto column = equalities.resolve(each.column);
        if (column && column->relation != i) continue;
        change.set.emplace_back(tokens_.name(each.column.end - 1),
                                column ? operand_of(tokens_, each.value) : Operand());
      }
      plan_.rows.changes.push_back(std::move(change));
    }
  }

  /// Of what begins with WHERE, if it does: what holds, up to one of `ends`.
  Equalities equalities_of(const Level& level, Range rest, std::initializer_list<Word> ends) {
    reader_.walk(rest);
    Range where;
    if (accept(rest, Word::where)) where = {rest.begin, tokens_.find(rest, ends)};
    return reader_.equalities_of(level, where);
  }

  void remove(Range range) {
    ++range.begin;
    step_over_modifiers(range);
    const std::size_t returning = tokens_.find(range, {Word::returning});
    const Range shown = {returning + 1, range.end};
    range.end = returning;
    const std::size_t where = tokens_.find(range, {Word::where, Word::order, Word::limit});
    const Range rest = {where, range.end};
    range.end = where;
    if (word(range) != Word::from) return remove_from_several(range, Word::from, rest);
    ++range.begin;
    if (tokens_.find(range, {Word::using_}) != range.end)
      return remove_from_several(range, Word::using_, rest);
    Level level;
    level.simple = true;
    reader_.table(range, level);
    if (!range.empty() || level.relations.size() != 1 || level.relations[0].table.empty())
      return reader_.lose();
    const Equalities equalities = equalities_of(level, rest, {Word::order, Word::limit});
    plan_.rows.changes.push_back(change_of(RowChange::Kind::remove, level, equalities, 0));
    if (returning >= shown.end) return;
    reader_.walk(shown);
    plan_.rows.returning = plan_.rows.each_once = true;
    show(shown, level);
  }

  /// DELETE a, b FROM a JOIN b … and DELETE FROM a, b USING a JOIN b …
  void remove_from_several(Range range, Word before_tables, Range rest) {
    const std::size_t sources = tokens_.find(range, {before_tables});
    if (sources == range.end) return reader_.lose();
    Level level;
    reader_.references({sources + 1, range.end}, level);
    const Equalities equalities = equalities_of(level, rest, {Word::order, Word::limit});
    std::vector<bool> removes(level.relations.size(), false);
    for (const Range& target : tokens_.split({range.begin, sources})) {
      const auto relation = target_of(target, level);
      if (!relation) return reader_.lose();
      removes[*relation] = true;
    }
    for (std::size_t i = 0; i < level.relations.size(); ++i) {
      if (!removes[i]) {
        reader_.add_read(level, equalities, i);
        continue;
      }
      PlannedChange change = change_of(RowChange::Kind::remove, level, equalities, i);
      change.in_expression = true;
      plan_.rows.changes.push_back(std::move(change));
    }
  }

  /// The relation that `a`, `a.*`, `s.a` or `s.a.*` means.
  [[nodiscard]] std::optional<std::size_t> target_of(Range target, const Level& level) const {
    if (target.size() > 2 && tokens_[target.end - 1].text == "*") target.end -= 2;
    if ((target.size() != 1 && target.size() != 3) || !tokens_.is_name(target.end - 1, target))
      return std::nullopt;
    const std::string name = tokens_.name(target.end - 1);
    const std::string key = target.size() == 1 ? name : tokens_.name(target.begin) + "." + name;
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < level.relations.size(); ++i) {
      const Relation& relation = level.relations[i];
      const bool meant = target.size() == 1 ? relation.alias == name : relation.table == key;
      if (!meant) continue;
      if (found || relation.table.empty()) return std::nullopt;
      found = i;
    }
    return found;
  }

  // ---- what the result shows ----

  void show(Range outputs, const Level& level) {
    const bool tables = std::ranges::none_of(
        level.relations, [](const Relation& each) { return each.table.empty(); });
    if (!level.simple || !tables) return;
    while (sql::modifies_select(word(outputs))) ++outputs.begin;
    for (const Range& item : tokens_.split(outputs)) plan_.items.push_back(item_of(item));
  }

  /// A name, dotted or not, with or without an alias.
  [[nodiscard]] StatementPlan::Item item_of(Range item) const {
    using Item = StatementPlan::Item;
    std::size_t at = item.begin;
    for (bool dotted = true; dotted; ++at) {
      if (at < item.end && tokens_[at].text == "*")
        return at + 1 == item.end ? Item::star : Item::other;
      if (!tokens_.is_name(at++, item)) return Item::other;
      dotted = tokens_.is(at, '.', item);
    }
    --at;
    if (tokens_.word(at, item) == Word::as) ++at;
    const bool alias =
        at + 1 == item.end && (tokens_.is_name(at, item) || tokens_[at].kind == TokenKind::string);
    return at == item.end || alias ? Item::column : Item::other;
  }

  TokenList tokens_;
  QueryReader reader_;
  StatementPlan plan_;
  std::string row_alias_;
  bool told_ = false;  ///< an insert's columns
};

}  // namespace

StatementPlan statement_plan_of(std::string_view pattern, sql::Mode mode) {
  return Planner(pattern, mode).plan();
}

}  // namespace understudy::mysql
