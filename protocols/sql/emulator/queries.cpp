// SELECT: what is shown, from where, in which order.
#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "protocols/sql/emulator/same_expressions.hpp"
#include "protocols/sql/emulator/typed.hpp"

namespace understudy::sql::emulator {
namespace {

constexpr int deepest_view = 50;

std::string listed(const std::vector<std::string>& parts) {
  std::string list;
  for (const std::string& each : parts) list += (list.empty() ? "" : ", ") + each;
  return list;
}

/// Whether nothing but the number of rows is shown.
bool only_counts(const tree::Select& select) {
  if (select.outputs.size() != 1 || select.where || !select.group.empty() || select.having ||
      select.from.size() != 1)
    return false;
  const auto* call = select.outputs.front().expression.as<tree::Call>();
  return call != nullptr && call->star && call->name.name == "count" && !call->filter &&
         !call->over && select.from.front().as<tree::Derived>() != nullptr;
}

/// Whether it is nothing but a column of the first relation behind `begin` that equals one of the
/// second, of one type.
bool joins_equal_columns(const tree::Expression& on, const Scope& scope, std::size_t begin) {
  const auto* operation = on.as<tree::Operation>();
  if (operation == nullptr || operation->op != tree::Operator::equal ||
      operation->operands.size() != 2 || scope.relations.size() != begin + 2)
    return false;
  std::set<std::size_t> sides;
  std::set<TypeKind> kinds;
  for (const tree::Expression& each : operation->operands) {
    const auto* column = each.as<tree::Column>();
    if (column == nullptr || column->path.size() != 2) return false;
    for (std::size_t i = begin; i < scope.relations.size(); ++i)
      if (scope.relations[i].name == column->path.front()) sides.insert(i);
    kinds.insert(scope.find(column->path).type.kind);
  }
  return sides.size() == 2 && kinds.size() == 1;
}

/// The number of an output that ORDER BY or GROUP BY means: by its number, or by its name. Nothing
/// where it means no output.
/// ORDER BY NULL: in none.
bool is_no_order(const tree::OrderItem& item) {
  const auto* literal = item.expression->as<tree::Literal>();
  return literal != nullptr && literal->kind == tree::Literal::Kind::null;
}

std::optional<std::size_t> output_meant(const tree::Expression& expression,
                                        const std::vector<std::string>& names) {
  if (const auto* literal = expression.as<tree::Literal>()) {
    std::size_t number = 0;
    const std::string& text = literal->text;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (literal->kind != tree::Literal::Kind::number || error != std::errc{} || number < 1 ||
        number > names.size() || end != text.data() + text.size())
      throw Unsure{"an order by what is written out"};
    return number - 1;
  }
  const auto* column = expression.as<tree::Column>();
  if (column == nullptr || column->path.size() != 1) return std::nullopt;
  const auto found = std::ranges::find(names, column->name());
  if (found == names.end()) return std::nullopt;
  if (std::find(found + 1, names.end(), column->name()) != names.end())
    throw Unsure{"two outputs of one name"};
  return static_cast<std::size_t>(found - names.begin());
}

}  // namespace

// ---- FROM ----

std::string Translator::source(const tree::Relation& relation, Scope& scope) {
  if (relation.sampled) throw Unsure{"this kind of table"};
  if (const auto* join = relation.as<tree::Join>()) {
    if (!relation.alias.empty()) throw Unsure{"an alias of a join"};
    return this->join(*join, scope);
  }
  std::string sql = plain_source(relation, scope);
  name_columns(scope.relations.back().columns, relation.alias_columns);
  return sql;
}

/// The first columns get these names.
void Translator::name_columns(std::vector<ScopeColumn>& columns,
                              const std::vector<std::string>& names) {
  if (names.size() > columns.size()) throw Unsure{"more names than columns"};
  for (std::size_t i = 0; i < names.size(); ++i) columns[i].name = names[i];
}

std::string Translator::plain_source(const tree::Relation& relation, Scope& scope) {
  const std::string alias = "r" + std::to_string(aliases_++);
  if (const auto* derived = relation.as<tree::Derived>()) {
    if (derived->lateral || relation.alias.empty()) throw Unsure{"this kind of sub-query"};
    wants_place_ = keeps_places();
    Selected inner = selected(*derived->query, scope.outer, false);
    last_place_ = inner.placed ? alias + ".pl" : std::string();
    last_table_ = nullptr;
    ScopeRelation named{relation.alias, std::move(inner.columns), false, rules_.folds_names()};
    for (ScopeColumn& column : named.columns) column.sql = alias + "." + column.sql;
    scope.relations.push_back(std::move(named));
    return "(" + inner.sql + ") AS " + alias;
  }
  if (const auto* function = relation.as<tree::TableFunction>())
    return function_source(*function, relation, alias, scope);
  const auto* name = relation.as<tree::TableName>();
  if (name == nullptr || !name->partitions.empty() || name->as_of)
    throw Unsure{"this kind of table"};
  const std::string shown = relation.alias.empty() ? name->name.name : relation.alias;
  const auto common = name->name.schema.empty() ? commons_.find(name->name.name) : commons_.end();
  if (common != commons_.end()) {
    ScopeRelation named{shown, common->second.columns, false, rules_.folds_names()};
    last_place_.clear();
    last_table_ = nullptr;
    for (ScopeColumn& column : named.columns) column.sql = alias + "." + column.sql;
    scope.relations.push_back(std::move(named));
    return (common->second.part ? rows_of_part(common->second) : "\"w_" + name->name.name + "\"") +
           " AS " + alias;
  }
  if (const tree::Query* view = rules_.view_of(name->name))
    return this->view(*view, shown, alias, scope);
  const std::string schema = relation.alias.empty() ? name->name.schema : std::string();
  if (auto other = source_otherwise(name->name, shown, alias, scope)) {
    scope.relations.back().schema = schema;
    return *std::move(other);
  }
  const TableState& state = table(name->name);
  reads_.insert(state.definition->key);
  last_table_ = &name->name;
  last_alias_ = alias;
  scope.relations.push_back(relation_of(state, shown, alias + "."));
  scope.relations.back().schema = schema;
  return state.definition->sql_name() + " AS " + alias;
}

std::string Translator::view(const tree::Query& query, const std::string& shown,
                             const std::string& alias, Scope& scope) {
  if (++depth_ > deepest_view) throw Unsure{"views of views"};
  // A view sees nothing of the query around it.
  const auto commons = std::exchange(commons_, {});
  Selected inner = selected(query, nullptr, false);
  commons_ = commons;
  --depth_;
  ScopeRelation named{shown, std::move(inner.columns), false, rules_.folds_names()};
  for (ScopeColumn& column : named.columns) {
    column.sql = alias + "." + column.sql;
    column.of_view = true;
  }
  scope.relations.push_back(std::move(named));
  return "(" + inner.sql + ") AS " + alias;
}

std::string Translator::join(const tree::Join& join, Scope& scope) {
  if (join.natural || !join.using_.empty()) throw Unsure{"USING"};
  const std::size_t begin = scope.relations.size();
  const std::string left = source(*join.left, scope);
  const std::size_t middle = scope.relations.size();
  const std::string right = source(*join.right, scope);
  if (!join.on) {
    if (join.kind != tree::Join::Kind::cross) throw Unsure{"a join without a condition"};
    return "(" + left + " CROSS JOIN " + right + ")";
  }
  const char* const word = join.kind == tree::Join::Kind::left    ? " LEFT JOIN "
                           : join.kind == tree::Join::Kind::right ? " RIGHT JOIN "
                           : join.kind == tree::Join::Kind::full  ? " FULL JOIN "
                                                                  : " JOIN ";
  // The condition sees what is joined here alone.
  std::vector<bool> hidden;
  for (std::size_t i = 0; i < begin; ++i) {
    hidden.push_back(scope.relations[i].hidden);
    scope.relations[i].hidden = true;
  }
  const std::string on = on_of_rows(join, condition(*join.on, scope).sql, scope, begin, middle);
  if (join.kind == tree::Join::Kind::full && !joins_equal_columns(*join.on, scope, begin))
    throw Unsure{"FULL JOIN"};  // servers take some conditions only
  const bool left_join = join.kind == tree::Join::Kind::left;
  if (left_join || join.kind == tree::Join::Kind::right)
    for (std::size_t i = left_join ? middle : begin;
         i < (left_join ? scope.relations.size() : middle); ++i)
      for (ScopeColumn& column : scope.relations[i].columns) column.may_lack = true;
  for (std::size_t i = 0; i < begin; ++i) scope.relations[i].hidden = hidden[i];
  return "(" + left + word + right + " ON " + on + ")";
}

std::string Translator::from(const std::vector<tree::Relation>& relations, Scope& scope) {
  std::vector<std::string> parts;
  for (const tree::Relation& each : relations) parts.push_back(source(each, scope));
  for (std::size_t i = 0; i < scope.relations.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (scope.relations[i].name == scope.relations[j].name)
        throw Unsure{"two tables of one name"};
  std::string sql;
  for (const std::string& each : parts) sql += (sql.empty() ? " FROM " : ", ") + each;
  return sql;
}

// ---- outputs and groups ----

void Translator::outputs(const std::vector<tree::Output>& outputs, const Scope& scope,
                         Parts& parts) {
  const std::size_t first = bounds_.size();
  for (const tree::Output& output : outputs) {
    if (const auto* star = output.expression.as<tree::Star>()) {
      if (star->path.size() > 1) throw Unsure{"a star by its schema"};
      bool found = false;
      for (const ScopeRelation& relation : scope.relations) {
        if (!star->path.empty() && relation.name != star->path.front()) continue;
        found = true;
        for (const ScopeColumn& column : relation.columns) {
          const bool one =
              std::ranges::count(relation.columns, column.name, &ScopeColumn::name) == 1;
          parts.outputs.push_back(
              one || relation.hidden
                  ? this->column(tree::Column{{relation.name, column.name}}, scope)
                  : this->column(column, scope));
          parts.names.push_back(column.name);
        }
      }
      if (!found) throw Unsure{"a star of nothing"};
      continue;
    }
    raised_ = false;
    parts.outputs.push_back(expression(output.expression, scope));
    parts.outputs.back().may_raise = raised_;
    if (!output.alias.empty()) {
      parts.names.push_back(output.alias);
      continue;
    }
    const auto name = name_of_output(output.expression);
    if (!name) throw Unsure{"the name of an output"};
    parts.names.push_back(*name);
  }
  if (!keeps_untyped_)
    for (Typed& value : parts.outputs) value = as_output(std::move(value));
  for (std::size_t i = first; i < bounds_.size(); ++i)
    if (bounds_[i].slot != Bound::no_slot) shaping_.insert(bounds_[i].slot);
}

Translator::Parts Translator::parts(const tree::Select& select, Scope& scope) {
  const bool takes_told_apart = std::exchange(takes_told_apart_, false);
  if ((!select.distinct_on.empty() && !takes_told_apart) || !select.into.empty() ||
      !select.grouping.empty() || !select.modifiers.empty())
    throw Unsure{"this kind of query"};
  Parts parts;
  const auto* const windows = std::exchange(windows_, &select.windows);
  const bool folds = std::exchange(folds_, folds_ || !select.from.empty());
  const bool keeps_untyped = std::exchange(keeps_untyped_, false) && !select.distinct;
  only_counted_ = only_counts(select);
  last_place_.clear();
  last_table_ = nullptr;
  parts.from = from(select.from, scope);
  const std::string place = std::exchange(last_place_, {}), alias = last_alias_;
  const tree::Name* const last_table = std::exchange(last_table_, nullptr);
  only_counted_ = false;
  sole_condition_ = scope.relations.size() == 1 && last_table != nullptr &&
                    scope.outer == outermost_ && select.from.size() == 1;
  if (const std::string where = where_of_rows(select.where, scope); !where.empty())
    parts.where = " WHERE " + where;
  sole_condition_ = false;
  parts.distinct = select.distinct;
  for (const tree::Expression& each : select.distinct_on) {
    if (each.as<tree::Literal>() != nullptr) throw Unsure{"DISTINCT ON a number"};
    const auto* column = each.as<tree::Column>();
    for (const tree::Output& output : select.outputs) {
      // The name of an output counts before that of a column.
      const auto* same = output.expression.as<tree::Column>();
      const bool meant = column != nullptr && output.alias == column->name();
      if (meant && (same == nullptr || same->name() != column->name()))
        throw Unsure{"DISTINCT ON an output"};
    }
    const Typed value = expression(each, scope);
    if (value.untyped != Untyped::no || value.soft) throw Unsure{"DISTINCT ON a value"};
    parts.told_apart.push_back(ordered(value));
  }
  parts.aggregated = !select.group.empty() || select.having;
  for (const tree::Output& output : select.outputs)
    parts.aggregated = parts.aggregated || aggregates(output.expression);
  if (!parts.aggregated) {
    keeps_untyped_ = keeps_untyped;
    outputs(select.outputs, scope, parts);
    keeps_untyped_ = false;
    if (parts.distinct)
      for (const Typed& value : parts.outputs) require_comparable(value.type);
    if (scope.relations.size() == 1 && !parts.distinct && select.from.size() == 1)
      parts.place = last_table != nullptr ? place_of(*last_table, alias) : place;
    windows_ = windows;
    folds_ = folds;
    return parts;
  }
  std::set<std::string> grouped;
  std::vector<std::string> sql;
  std::vector<std::string> names;
  for (const tree::Output& output : select.outputs)
    names.push_back(output.alias.empty() ? std::string() : output.alias);
  for (const tree::Expression& each : select.group) {
    const tree::Expression* meant = &each;
    if (each.as<tree::Literal>() != nullptr) {
      if (const auto number = output_meant(each, names))
        meant = &select.outputs[*number].expression;
    } else if (const auto* column = each.as<tree::Column>(); column && column->path.size() == 1) {
      // A column comes before an output of that name.
      bool is_column = false;
      for (const ScopeRelation& relation : scope.relations)
        for (const ScopeColumn& known : relation.columns)
          is_column = is_column || is_called(relation, known, column->name());
      if (const auto number = is_column ? std::nullopt : output_meant(each, names))
        meant = &select.outputs[*number].expression;
    }
    const bool is_output = meant != &each;
    std::vector<SlotText> slots;
    for (const tree::Output& output : select.outputs) {
      slots.clear();
      if (meant == &each && same_but_for_slots(each, output.expression, slots) && !slots.empty())
        meant = &output.expression;
    }
    if (meant == &each) slots.clear();
    const std::size_t bounds = bounds_.size();
    const Typed value = expression(*meant, scope);
    if (value.untyped != Untyped::no) throw Unsure{"a group by a value"};
    // A value of the request that stands at two places may be another one at each; an output that
    // is named has its own.
    if (bounds_.size() != bounds && !is_output)
      throw Unsure{"a group by what is computed of values"};
    for (SlotText& slot : slots) {
      Bound bound;
      bound.slot = slot.slot;
      bound.type = {TypeKind::text};
      bound.demand = Bound::Demand::sameness;
      bound.constant = std::move(slot.text);
      static_cast<void>(bind(std::move(bound)));
    }
    require_comparable(value.type);
    grouped.insert(value.sql);
    sql.push_back(told_apart(value));
  }
  if (!sql.empty()) parts.group = " GROUP BY " + listed(sql);
  grouped_sets_.push_back(std::move(grouped));
  grouped_ = &grouped_sets_.back();
  outputs(select.outputs, scope, parts);
  if (parts.distinct)
    for (const Typed& value : parts.outputs) require_comparable(value.type);
  if (select.having) parts.having = " HAVING " + condition(*select.having, scope).sql;
  if (!parts.told_apart.empty()) throw Unsure{"DISTINCT ON groups"};
  windows_ = windows;
  folds_ = folds;
  return parts;
}

// ---- queries ----

std::optional<Count> Translator::count(const tree::Box<tree::Expression>& expression) {
  if (!expression) return std::nullopt;
  Count count;
  const auto* cast = expression->as<tree::Cast>();
  const std::string type = cast == nullptr ? std::string() : cast->type.name.name;
  const bool narrow = type == "int4" || type == "integer";
  const bool whole = narrow || type == "int8" || type == "bigint";
  const tree::Expression& given = whole ? *cast->operand : *expression;
  if (narrow) count.kind = TypeKind::int4;
  if (const auto* parameter = given.as<tree::Parameter>()) {
    count.slot = parameter->index;
    return count;
  }
  const auto* literal = given.as<tree::Literal>();
  if (literal == nullptr) throw Unsure{"a LIMIT that is computed"};
  if (literal->kind == tree::Literal::Kind::null) return std::nullopt;
  const std::string& text = literal->text;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count.constant);
  if (literal->kind != tree::Literal::Kind::number || error != std::errc{} ||
      end != text.data() + text.size() || count.constant < 0)
    throw Unsure{"this LIMIT"};
  return count;
}

/// LIMIT and OFFSET as SQLite's.
std::string Translator::limited(const tree::Query& query) {
  const auto value = [&](const tree::Box<tree::Expression>& expression) -> std::string {
    const auto count = this->count(expression);
    if (!count) throw Unsure{"a LIMIT of NULL"};
    if (count->slot == Bound::no_slot) return std::to_string(count->constant);
    Bound bound;
    bound.slot = count->slot;
    bound.type = {count->kind};
    return "counted(" + bind(std::move(bound)) + ")";
  };
  return " LIMIT " + (query.limit ? value(query.limit) : std::string("-1")) +
         (query.offset ? " OFFSET " + value(query.offset) : "");
}

/// A query inside of another statement. `only_whether`: nobody looks at its rows.
Translator::Selected Translator::selected(const tree::Query& query, const Scope* outer,
                                          bool only_whether, bool sorted) {
  const auto* select = query.as<tree::Select>();
  ++column_reads_;
  const bool counted = std::exchange(only_counted_, false) || only_whether;
  const bool wants_place = std::exchange(wants_place_, false);
  const bool cut = (query.limit && !sorted) || query.offset;
  if (!query.with.tables.empty() || !query.locking.empty() || query.with_ties)
    throw Unsure{"a sub-query with these parts"};
  if (query.offset && sorted) throw Unsure{"an OFFSET in place of a value"};
  if (outer != nullptr && outer != outermost_ && grouped_ != nullptr)
    throw Unsure{"a sub-query beside groups"};
  if (const auto* operation = query.as<tree::SetOperation>()) {
    if (!query.order.empty() || sorted || cut) throw Unsure{"the order of a union"};
    return compound(*operation);
  }
  if (select == nullptr) {
    if (!query.order.empty() || sorted || cut) throw Unsure{"the order of VALUES"};
    return values_of(*query.as<tree::Values>(), outer);
  }
  const auto* const grouped = std::exchange(grouped_, nullptr);
  const bool in_aggregate = std::exchange(in_aggregate_, false);
  Scope scope{outer, {}};
  Parts made = parts(*select, scope);
  Selected result;
  std::vector<std::string> list, order, keys;
  bool one_order = false;
  for (const tree::OrderItem& item : query.order) {
    if (is_no_order(item)) continue;
    const Key key = this->key(item, made, scope);
    one_order = one_order || (scope.relations.size() == 1 && !made.aggregated && !made.distinct &&
                              is_key(key.sql, scope.relations.front()));
    const std::string name = "k" + std::to_string(keys.size());
    keys.push_back(key.sql + " AS " + name);
    order.push_back((sorted ? name : key.sql) + suffix_of(key.descending, key.nulls_first));
  }
  if (cut && !counted && !one_order) throw Unsure{"a sub-query that is cut off between equal rows"};
  if (!sorted) keys.clear();
  if (!sorted && !cut && !wants_place) order.clear();  // nobody sees it
  // Behind what is cut off or sorted, rows come in that order.
  result.placed = wants_place && !made.place.empty() && !cut && order.empty();
  if (result.placed) keys.push_back(made.place + " AS pl");
  result.keys = sorted ? keys.size() : 0;
  grouped_ = grouped;
  in_aggregate_ = in_aggregate;
  for (std::size_t i = 0; i < made.outputs.size(); ++i) {
    const Typed& value = made.outputs[i];
    const std::string name = "o" + std::to_string(i);
    list.push_back((made.distinct ? told_apart(value) : value.sql) + " AS " + name);
    ScopeColumn& column = result.columns.emplace_back();
    column.name = made.names[i];
    column.sql = name;
    column.type = value.type;
    column.soft = value.soft;
    column.origin = value.origin;
    column.shown_as = value.shown_as;
    column.of_part = value.of_part;
    column.derived = true;
    column.may_raise = value.may_raise;
  }
  list.insert(list.end(), keys.begin(), keys.end());
  result.sql = std::string("SELECT ") + (made.distinct ? "DISTINCT " : "") + listed(list) +
               made.from + made.where + made.group + made.having +
               (order.empty() ? "" : " ORDER BY " + listed(order)) + (cut ? limited(query) : "");
  result.outputs = std::move(made.outputs);
  return result;
}

/// UNION and its like: of columns that are of one type in all queries.
Translator::Selected Translator::compound(const tree::SetOperation& operation) {
  using Kind = tree::SetOperation::Kind;
  if (operation.all && operation.kind != Kind::union_) throw Unsure{"INTERSECT ALL, EXCEPT ALL"};
  const char* const word = operation.kind == Kind::intersect ? " INTERSECT "
                           : operation.kind == Kind::except  ? " EXCEPT "
                           : operation.all                   ? " UNION ALL "
                                                             : " UNION ";
  Selected result;
  for (const tree::Query& each : operation.operands) {
    Selected inner = selected(each, outermost_, false);
    for (ScopeColumn& column : inner.columns) {
      if (column.soft) throw Unsure{"a union of parameters"};
      column.origin.reset();
      column.shown_as.reset();
      column.of_part.reset();
    }
    result.sql += (result.sql.empty() ? "" : word) + ("SELECT * FROM (" + inner.sql + ")");
    if (result.columns.empty()) {
      result.columns = std::move(inner.columns);
      result.outputs = std::move(inner.outputs);
      continue;
    }
    if (inner.columns.size() != result.columns.size()) throw Unsure{"a union of other columns"};
    if (!operation.all)
      for (const ScopeColumn& column : inner.columns) require_comparable(column.type);
    for (std::size_t i = 0; i < inner.columns.size(); ++i)
      if (!unites(inner.columns[i].type, result.columns[i].type))
        throw Unsure{"a union of other types"};
  }
  for (Typed& value : result.outputs) forget_origin(value);
  return result;
}

Typed Translator::key_value(const tree::OrderItem& item, const Parts& parts, const Scope& scope) {
  if (!item.operator_.empty()) throw Unsure{"ORDER BY USING"};
  if (const auto number = output_meant(*item.expression, parts.names))
    return parts.outputs[*number];
  Typed value = expression(*item.expression, scope);
  if (value.untyped != Untyped::no) throw Unsure{"an order by a value"};
  if (parts.distinct &&
      std::ranges::find(parts.outputs, value.sql, &Typed::sql) == parts.outputs.end())
    throw Unsure{"an order by what is not shown"};
  return value;
}

Translator::Key Translator::key(const tree::OrderItem& item, const Parts& parts,
                                const Scope& scope) {
  using Nulls = tree::OrderItem::Nulls;
  const auto* call = item.expression->as<tree::Call>();
  // By chance: the rows come in any order.
  if (call != nullptr && call->name.name == "random" && call->arguments.empty() &&
      rules_.follows_routines() && !parts.distinct && !parts.aggregated)
    return {"0", false, false};
  Key key{ordered(key_value(item, parts, scope)), item.descending, nulls_first(item.descending)};
  if (item.nulls != Nulls::unspecified) key.nulls_first = item.nulls == Nulls::first;
  return key;
}

std::vector<Shown> Translator::shown(const Parts& parts) {
  std::vector<Shown> all;
  for (std::size_t i = 0; i < parts.outputs.size(); ++i) {
    const Typed& value = parts.outputs[i];
    if (value.soft && !shows_values()) throw Unsure{"the type of a parameter"};
    all.push_back({parts.names[i], value.type, value.shown_as, value.relation, value.plain});
  }
  return all;
}

/// A query that is not inside of another one. Its common tables are known already.
Translator::Whole Translator::whole(const tree::Query& query, Scope& scope, bool keeps_untyped) {
  if (query.with_ties) throw Unsure{"WITH TIES"};
  Whole whole;
  Parts& made = whole.parts;
  if (const auto* operation = query.as<tree::SetOperation>()) {
    Selected inner = compound(*operation);
    for (std::size_t i = 0; i < inner.columns.size(); ++i) {
      made.outputs.push_back(std::move(inner.outputs[i]));
      made.outputs.back().sql = inner.columns[i].sql;
      made.names.push_back(inner.columns[i].name);
    }
    made.from = " FROM (" + inner.sql + ")";
  } else if (const auto* values = query.as<tree::Values>()) {
    Selected inner = values_of(*values, scope.outer);
    for (std::size_t i = 0; i < inner.columns.size(); ++i) {
      made.outputs.push_back(std::move(inner.outputs[i]));
      made.names.push_back(inner.columns[i].name);
    }
    made.from = " FROM (" + inner.sql + ")";
  } else if (const auto* select = query.as<tree::Select>()) {
    keeps_untyped_ = keeps_untyped;
    made = parts(*select, scope);
  }
  if (made.outputs.empty()) throw Unsure{"rows without columns"};
  for (const tree::OrderItem& item : query.order) {
    if (is_no_order(item)) continue;
    const Key key = this->key(item, made, scope);
    whole.keys.push_back(key.sql);
    whole.order.push_back(std::to_string(made.outputs.size() + whole.keys.size()) +
                          suffix_of(key.descending, key.nulls_first));
  }
  if (query.order.empty())
    for (const std::string& each : made.told_apart) {
      whole.keys.push_back(each);
      whole.order.push_back(std::to_string(made.outputs.size() + whole.keys.size()) +
                            suffix_of(false, false));
    }
  if (!made.place.empty()) whole.order.push_back(made.place);
  return whole;
}

/// `list`: what is shown, behind which it puts what the rows are sorted by.
std::string Translator::select_of(const Whole& made, std::vector<std::string> list) const {
  const Parts& parts = made.parts;
  list.insert(list.end(), made.keys.begin(), made.keys.end());
  return std::string("SELECT ") + (parts.distinct ? "DISTINCT " : "") + listed(list) + parts.from +
         parts.where + parts.group + parts.having +
         (made.order.empty() ? "" : " ORDER BY " + listed(made.order));
}

/// DISTINCT ON what the rows are sorted by first.
void Translator::tell_apart(const Whole& made, Plan& plan) const {
  const std::vector<std::string>& told = made.parts.told_apart;
  if (told.empty()) return;
  const std::set<std::string> wanted(told.begin(), told.end());
  const std::size_t count = wanted.size();
  if (made.keys.size() < count ||
      std::set<std::string>(made.keys.begin(),
                            made.keys.begin() + static_cast<std::ptrdiff_t>(count)) != wanted)
    throw Unsure{"DISTINCT ON what the rows are not sorted by"};
  plan.told_apart = count;
}

void Translator::query(const tree::Query& query, Plan& plan) {
  check_query(query);
  // Where others may hold a lock, it is not computed: there is none to skip.
  plan.locks = !query.locking.empty();
  if (query_otherwise(query, plan)) return;
  const std::string common = with(query.with, plan);
  Scope scope{outermost_, {}};
  takes_told_apart_ = true;
  const Whole made = whole(query, scope, false);
  takes_told_apart_ = false;
  tell_apart(made, plan);
  std::vector<std::string> list;
  for (const Typed& value : made.parts.outputs)
    list.push_back(made.parts.distinct ? told_apart(value) : value.sql);
  plan.keys = made.keys.size();
  plan.shown = shown(made.parts);
  plan.limit = count(query.limit);
  plan.offset = count(query.offset);
  if (plan.locks && (made.parts.aggregated || made.parts.distinct))
    throw Unsure{"a lock of groups"};
  plan.text.sql = common + select_of(made, std::move(list));
}

}  // namespace understudy::sql::emulator
