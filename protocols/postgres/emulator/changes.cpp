// INSERT, UPDATE, DELETE and TRUNCATE.
#include <algorithm>

#include "protocols/postgres/emulator/typed.hpp"
#include "protocols/sql/facts/function_use.hpp"
#include "protocols/sql/tree/visitor.hpp"

namespace understudy::postgres::emulation {
namespace {

using sql::contents::Default;
using sql::contents::is_text;
using sql::contents::is_whole;
using sql::contents::TableColumn;
using sql::contents::UniqueKey;

}  // namespace

/// A value of this moment or of chance for a column of that type; nothing for any other.
std::optional<Bound> Translator::fresh(const tree::Expression& expression, ColumnType type) {
  const auto* call = expression.as<tree::Call>();
  if (call == nullptr || !call->arguments.empty()) return std::nullopt;
  static const std::set<std::string_view> began = {"now", "current_timestamp",
                                                   "transaction_timestamp"};
  static const std::set<std::string_view> clocks = {"statement_timestamp", "clock_timestamp"};
  const std::string& name = call->name.name;
  Bound bound;
  bound.type = type;
  bound.may_hide = true;
  if (is_moment(type.kind) && (began.contains(name) || clocks.contains(name)))
    bound.source = began.contains(name) ? Bound::Source::now : Bound::Source::clock;
  else if (type.kind == TypeKind::uuid && name == "gen_random_uuid")
    bound.source = Bound::Source::uuid;
  else
    return std::nullopt;
  return bound;
}

/// Whether a value of the request that is cast to the one type and put into a column of the other
/// is what it would be as one of the other.
bool Translator::casts_alike(ColumnType from, ColumnType to) const {
  if (from == to) return true;
  if (from.kind == to.kind) return is_text(from.kind) && from.length == 0;
  if (is_text(from.kind) && is_text(to.kind)) return from.length == 0;
  return from.kind == TypeKind::timestamp && to.kind == TypeKind::timestamptz && printing_.utc;
}

/// A value as it is put into a column. `may_be_null`: that it is none is looked at elsewhere.
std::string Translator::assigned(const Typed& given, const TableColumn& column, bool may_be_null) {
  Typed value = coerced(given, column.type, true);
  const TypeKind before = value.type.kind;
  const bool numbers = (is_exact(value.type) || before == TypeKind::float8) &&
                       (is_exact(column.type) || column.type.kind == TypeKind::float8) &&
                       !(is_whole(before) && is_whole(column.type.kind));
  const bool same_scale = before == column.type.kind && value.type.scale == column.type.scale;
  if (given.untyped == Untyped::no && numbers && !same_scale)
    value = cast_number(std::move(value), column.type);
  else if (given.untyped == Untyped::no && is_text(column.type.kind) && !is_text(before))
    value = cast(std::move(value), {TypeKind::text});
  if (value.bound && given.untyped != Untyped::no) {
    bounds_[*value.bound].compared = false;
    bounds_[*value.bound].assigned = true;
  }
  const TypeKind from = value.type.kind, to = column.type.kind;
  if (is_whole(from) && is_whole(to)) {
    if (static_cast<int>(to) < static_cast<int>(from)) {
      const Typed::Range range = range_of(value);
      const std::int64_t most = to == TypeKind::int2 ? 32'767 : 2'147'483'647;
      if (range.low < -most || range.high > most) throw TooFar{};
    }
  } else if (is_text(from) && is_text(to)) {
    const std::int32_t most = column.type.length;
    const bool fits = most == 0 || given.untyped != Untyped::no ||
                      (value.type.length > 0 && value.type.length <= most);
    if (!fits) value.sql = "fitting(" + value.sql + ", " + std::to_string(most) + ")";
  } else if (is_moment(from) && is_moment(to) && from != to) {
    value = cast(std::move(value), {to});
  } else if (from == TypeKind::array && to == from) {
    if (value.type.element != column.type.element || column.type.length != value.type.length)
      throw Unsure{"an array of another type than its column"};
  } else if (from != to || value.type.enumeration != column.type.enumeration) {
    throw Unsure{"a value of another type than its column"};
  } else if (to == TypeKind::numeric && value.type != column.type &&
             column.type.scale != ColumnType::own_scale) {
    if (value.type.scale != column.type.scale) throw Unsure{"a numeric of another scale"};
    value.sql = "within_digits(" + value.sql + ", " + std::to_string(column.type.length) + ")";
  }
  return column.not_null && !may_be_null ? "required(" + value.sql + ")" : value.sql;
}

/// Of the values of the request from `first` on: put into such a column, the zeros at the end of a
/// number are seen.
void Translator::keep_digits(std::size_t first, const TableColumn& column) {
  if (column.type.scale != ColumnType::own_scale) return;
  for (std::size_t i = first; i < bounds_.size(); ++i)
    if (bounds_[i].type.scale == ColumnType::own_scale) bounds_[i].compared = false;
}

// ---- INSERT ----

/// A value of a type that is not calculated with: the server took it, or it is NULL.
bool Translator::passes(const tree::Expression& expression, const TableColumn& column) const {
  const bool own_scale = column.type.scale == ColumnType::own_scale;
  if (column.type.kind != TypeKind::opaque && !own_scale) return false;
  if (const auto* cast = expression.as<tree::Cast>()) return passes(*cast->operand, column);
  const auto* literal = expression.as<tree::Literal>();
  if (literal != nullptr && literal->kind == tree::Literal::Kind::null && !column.not_null)
    return !own_scale;
  return took_effect_ && (literal != nullptr || expression.as<tree::Parameter>() != nullptr);
}

Given Translator::given(const tree::Expression& expression, const TableColumn& column) {
  std::vector<std::string> computed;
  const Given given = this->given(expression, column, Scope{outermost_, {}}, computed);
  if (!computed.empty()) throw Unsure{"an inserted value that is computed"};
  return given;
}

Given Translator::given(const tree::Expression& expression, const TableColumn& column,
                        const Scope& scope, std::vector<std::string>& computed) {
  if (const auto* preset = expression.as<tree::Default>()) {
    if (!preset->path.empty()) throw Unsure{"this default"};
    return given_default(column);
  }
  if (column.given_by_server) throw Unsure{"a value for column " + column.name};
  Given given;
  if (const auto bound = fresh(expression, column.type)) given.bound = *bound;
  if (given.bound.may_hide || passes(expression, column)) {
    given.kind = Given::Kind::fresh;
    return given;
  }
  if (const auto vector = vector_for(expression, column)) {
    given.kind = Given::Kind::computed;
    given.place = computed.size();
    computed.push_back(this->expression(*vector, scope).sql);
    return given;
  }
  if (const auto* cast = expression.as<tree::Cast>())
    if (const ColumnType from = named_type(cast->type); casts_alike(from, column.type)) {
      // As the type that is named it is read: a time without a zone, though one is given.
      TableColumn as_cast = column;
      if (is_moment(from.kind)) as_cast.type = from;
      return this->given(*cast->operand, as_cast, scope, computed);
    }
  given.bound.assigned = true;
  if (const auto* parameter = expression.as<tree::Parameter>()) {
    given.bound.slot = parameter->index;
    given.bound.type = column.type;
    return given;
  }
  const auto* literal = expression.as<tree::Literal>();
  if (literal == nullptr) {
    given.kind = Given::Kind::computed;
    given.place = computed.size();
    const std::size_t bounds = bounds_.size();
    computed.push_back(assigned(hinted(expression, column.type, scope), column, true));
    keep_digits(bounds, column);
    return given;
  }
  using Kind = tree::Literal::Kind;
  const sql::ValueClass value_class = literal->kind == Kind::null      ? sql::ValueClass::null
                                      : literal->kind == Kind::boolean ? sql::ValueClass::boolean
                                      : literal->kind == Kind::number  ? sql::ValueClass::number
                                                                       : sql::ValueClass::string;
  if (literal->kind == Kind::bits) throw Unsure{"bit strings"};
  given.bound.type = column.type;
  const auto datum = read_value(column.type, value_class, literal->text, printing_);
  if (!datum) throw Unsure{"the value " + literal->text};
  given.bound.constant = *datum;
  return given;
}

std::vector<Given> Translator::row(const std::vector<tree::Expression>& values,
                                   const std::vector<std::size_t>& places, const Definition& table,
                                   const Scope& scope, std::vector<std::string>& computed) {
  if (values.size() > places.size()) throw Unsure{"more values than columns"};
  std::vector<Given> row;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const auto place = std::ranges::find(places, i);
    const auto at = static_cast<std::size_t>(place - places.begin());
    row.push_back(at < values.size() ? given(values[at], table.columns[i], scope, computed)
                                     : given_default(table.columns[i]));
  }
  return row;
}

std::string Translator::conflict(const tree::Conflict& conflict, const Definition& table,
                                 const Scope& scope, Plan& plan) {
  using Action = tree::Conflict::Action;
  if (conflict.action == Action::fail) return {};
  plan.answers_conflict = true;
  if (!table.triggers.empty()) throw Unsure{"ON CONFLICT with triggers"};
  if (conflict.target_where) throw Unsure{"this ON CONFLICT"};
  std::set<std::size_t> target;
  std::string list;
  if (!conflict.constraint.empty()) {
    const auto key = std::ranges::find(table.keys, conflict.constraint, &UniqueKey::name);
    if (key == table.keys.end()) throw Unsure{"this ON CONFLICT"};
    target.insert(key->columns.begin(), key->columns.end());
    list = list_of(table, key->columns);
  }
  for (const tree::KeyPart& part : conflict.target) {
    const auto column = table.column(part.column);
    if (part.expression || !part.collation.empty() || !column) throw Unsure{"this ON CONFLICT"};
    target.insert(*column);
    list += (list.empty() ? "" : ", ") + table.sql_column(*column);
  }
  const bool known = target.empty() || std::ranges::any_of(table.keys, [&](const UniqueKey& key) {
                       return std::set(key.columns.begin(), key.columns.end()) == target;
                     });
  if (!known) throw Unsure{"a conflict with no unique key"};
  const std::string head = " ON CONFLICT " + (list.empty() ? list : "(" + list + ") ");
  Bound begin;
  begin.source = Bound::Source::begin;
  const std::string before = "sure(" + table.sql_name() + ".rowid <= ";
  if (conflict.action == Action::nothing) {
    // Of rows in no order that meet each other, which one is put in is not known.
    if (!plan.of_query) return head + "DO NOTHING";
    if (list.empty()) throw Unsure{"this ON CONFLICT"};
    // Not `AND 0`: for that nothing before it would be looked at.
    return head + "DO UPDATE SET rowid = " + table.sql_name() + ".rowid WHERE NOT " + before +
           bind(std::move(begin)) + ")";
  }
  if (conflict.action != Action::update || list.empty()) throw Unsure{"this ON CONFLICT"};
  plan.updates_conflict = true;
  Scope both = scope;
  ScopeRelation excluded = scope.relations.front();
  excluded.name = "excluded";
  for (std::size_t i = 0; i < excluded.columns.size(); ++i)
    excluded.columns[i].sql = "known(excluded." + table.sql_column(i) + ")";
  for (std::size_t i = 0; i < excluded.columns.size(); ++i) {
    excluded.columns[i].origin.reset();
    excluded.columns[i].of_part = PartColumn{Bound::no_slot, i};  // of the row that is put in
  }
  both.relations.push_back(std::move(excluded));
  std::string sql = head + "DO UPDATE SET " + assignments(conflict.set, table, both, plan);
  // A row that this statement has put in or changed already can't be changed once more.
  sql += " WHERE " + before + bind(std::move(begin)) + ")";
  if (conflict.where) sql += " AND " + condition(*conflict.where, both).sql;
  return sql;
}

std::string Translator::returning(const std::vector<tree::Output>& list, const Definition& table,
                                  const std::string& alias, Plan& plan) {
  if (list.empty()) return {};
  const Restored<bool> folds(folds_, true);
  if (view_columns_) throw Unsure{"RETURNING of a view"};
  Scope scope{outermost_, {}};
  scope.relations.push_back(
      relation_of(book_.tables.find(table.key)->second, alias, table.sql_name() + "."));
  Parts parts;
  const std::set<TableColumnName> before = std::exchange(columns_, {});
  auto guarded = std::exchange(guards_, {});
  outputs(list, scope, parts);
  // Only what is stored already is known to be small enough.
  if (!guards_.empty() && plan.action != Plan::Action::remove) throw Unsure{"a sum in RETURNING"};
  guards_.merge(guarded);
  for (const TableColumnName& each : columns_) plan.returned.insert(each.column);
  const bool new_row = plan.action == Plan::Action::insert && !plan.updates_conflict;
  if (!new_row)
    for (const std::size_t column : plan.returned) {
      if (plan.refreshed.contains(column)) throw Unsure{"a value of this moment in RETURNING"};
      plan.needs_now = plan.needs_now || plan.momentary.contains(column);
    }
  if (new_row) columns_.clear();
  columns_.insert(before.begin(), before.end());
  plan.shown = shown(parts);
  std::string sql;
  for (const Typed& value : parts.outputs) sql += (sql.empty() ? " RETURNING " : ", ") + value.sql;
  return sql;
}

std::vector<std::size_t> Translator::places_of(const std::vector<std::string>& columns, bool told,
                                               const Definition& table) const {
  std::vector<std::size_t> places;
  for (const std::string& name : columns) {
    const auto column = table.column(name);
    if (!column || std::ranges::find(places, *column) != places.end())
      throw Unsure{"no such column: " + name};
    places.push_back(*column);
  }
  if (!told)
    for (std::size_t i = 0; i < table.columns.size(); ++i) places.push_back(i);
  return places;
}

/// Puts in one row, of the values ?1, ?2, …
std::string Translator::insertion(const Definition& table) {
  std::string columns = "rowid", values = "next_place()";
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    columns += ", " + table.sql_column(i);
    values += ", " + bind({});
  }
  return "INSERT INTO " + table.sql_name() + " (" + columns + ") VALUES (" + values + ")";
}

void Translator::insert_values(const tree::Insert& insert, const std::vector<std::size_t>& places,
                               const Definition& table, Plan& plan) {
  std::vector<Plan> sources;
  bool computes = false;
  const auto add = [&](const std::vector<tree::Expression>& values) {
    std::vector<Bound> bounds = std::exchange(bounds_, {});
    std::vector<std::string> computed;
    const Restored<bool> folds(folds_, false);
    plan.rows.push_back(row(values, places, table, Scope{outermost_, {}}, computed));
    Plan& source = sources.emplace_back();
    if (!computed.empty()) source.text.sql = "SELECT " + joined(computed, ", ");
    source.text.bounds = std::exchange(bounds_, std::move(bounds));
    computes = computes || !computed.empty();
  };
  if (insert.default_values) add({});
  for (const std::vector<tree::Expression>& each : insert.rows) {
    if (insert.columns_told && each.size() != places.size()) throw Unsure{"a list of other length"};
    add(each);
  }
  if (computes) plan.sources = std::move(sources);
}

void Translator::insert(const tree::Insert& insert, Plan& plan) {
  plan.action = Plan::Action::insert;
  if (insert.ignore || !insert.row_alias.empty()) throw Unsure{"an INSERT of this kind"};
  changing_commons(insert.with, plan);
  Scope scope{outermost_, {}};
  const Definition& table = target(insert.table, scope, plan);
  if (!table.takes_rows || view_columns_) throw Unsure{"an INSERT into " + table.key};
  const auto places = places_of(insert.columns, insert.columns_told, table);
  if (insert.query)
    insert_query(*insert.query, places, insert.columns_told, table, plan);
  else
    insert_values(insert, places, table, plan);
  if (plan.rows.empty()) throw Unsure{"an INSERT of nothing"};
  const std::string insertion = this->insertion(table);
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    for (const std::vector<Given>& each : plan.rows)
      if (each[i].kind == Given::Kind::fresh) plan.refreshed.insert(i);
  need_keys(table, plan, nullptr);
  checks(table, scope, plan);
  plan.text.sql = insertion + conflict(insert.conflict, table, scope, plan);
  plan.text.sql += returning(insert.returning, table, scope.relations.front().name, plan);
}

// ---- UPDATE and DELETE ----

std::vector<Translator::SetTo> Translator::settings(const std::vector<tree::Assignment>& set,
                                                    const Definition& table, const Scope& scope,
                                                    Plan& plan) {
  std::vector<SetTo> all;
  for (const tree::Assignment& each : set) {
    if (each.partial || each.columns.size() != 1) throw Unsure{"an assignment of several columns"};
    const std::size_t place = place_in(table, each.columns.front());
    const TableColumn& column = table.columns[place];
    if (column.given_by_server || !plan.assigned.insert(place).second)
      throw Unsure{"an assignment to " + column.name};
    if (auto bound = fresh(each.value, column.type)) {
      plan.momentary.insert(place);
      bound->put_into = place;
      all.push_back({place, bind(*bound)});
      continue;
    }
    if (column.type.kind == TypeKind::opaque && passes(each.value, column)) {
      plan.refreshed.insert(place);
      all.push_back({place, "NULL"});
      continue;
    }
    if (each.value.as<tree::Default>() != nullptr) {
      const Given preset = given_default(column);
      const bool null = sql::contents::is_null(preset.bound.constant);
      if (preset.kind != Given::Kind::value || (column.not_null && null))
        throw Unsure{"a default in UPDATE"};
      all.push_back({place, bind(preset.bound)});
      continue;
    }
    if (const auto vector = vector_for(each.value, column)) {
      plan.refreshed.insert(place);
      all.push_back({place, expression(*vector, scope).sql});
      continue;
    }
    if (column.type.kind == TypeKind::opaque) throw Unsure{"the type of column " + column.name};
    all.push_back({place, setting_of(each, column, place, scope, plan)});
  }
  need_keys(table, plan, &plan.assigned);
  return all;
}

namespace {

/// Whether there is nothing in it that may change anything.
class PureFinder : public tree::Visitor {
 public:
  using Visitor::visit;
  void visit(const tree::Expression& expression) override {
    const auto* call = expression.as<tree::Call>();
    if (call != nullptr &&
        sql::use_of_function(call->name.name, sql::Dialect::postgres) != sql::FunctionUse::pure)
      pure = false;
    descend(expression);
  }
  bool pure = true;
};

bool is_pure(const tree::Expression& expression) {
  PureFinder finder;
  finder.visit(expression);
  return finder.pure;
}

}  // namespace

/// Where it took effect and is not understood, nobody knows what is in the column from then on.
std::string Translator::setting_of(const tree::Assignment& set, const TableColumn& column,
                                   std::size_t place, const Scope& scope, Plan& plan) {
  const std::size_t bounds = bounds_.size(), aliases = aliases_;
  const int depth = depth_;
  const auto columns = columns_;
  const auto guards = guards_;
  const auto reads = reads_;
  try {
    std::string sql = assigned(hinted(set.value, column.type, scope), column);
    keep_digits(bounds, column);
    const auto* cast = set.value.as<tree::Cast>();
    const tree::Expression& inner = cast != nullptr ? *cast->operand : set.value;
    if (inner.as<tree::Parameter>() != nullptr && bounds_.size() == bounds + 1)
      bounds_.back().put_into = place;
    return sql;
  } catch (const Unsure&) {
    if (!took_effect_ || !is_pure(set.value)) throw;
  }
  bounds_.resize(bounds);
  aliases_ = aliases;
  depth_ = depth;
  in_aggregate_ = false;
  grouped_ = nullptr;
  windows_ = nullptr;
  columns_ = columns;
  guards_ = guards;
  reads_ = reads;
  plan.refreshed.insert(place);
  return "NULL";
}

/// Whether an UPDATE whose condition is not understood costs but the columns that it sets.
bool Translator::may_blur(const tree::Update& update, const Definition& table,
                          const Plan& plan) const {
  const auto names_it = [&](const auto& each) { return contains_any(plan.assigned, each.columns); };
  return took_effect_ && !view_columns_ && table.triggers.empty() && is_pure(*update.where) &&
         std::ranges::none_of(table.keys, names_it) &&
         std::ranges::none_of(table.references, names_it);
}

std::string Translator::assignments(const std::vector<tree::Assignment>& set,
                                    const Definition& table, const Scope& scope, Plan& plan) {
  std::string sql = "rowid = next_place()";
  for (const SetTo& each : settings(set, table, scope, plan))
    sql += ", " + table.sql_column(each.column) + " = " + each.sql;
  return sql;
}

void Translator::update(const tree::Update& update, Plan& plan) {
  plan.action = Plan::Action::update;
  folds_ = true;
  if (update.tables.size() != 1 || !update.order.empty() || update.limit || !update.cursor.empty())
    throw Unsure{"an UPDATE of this kind"};
  if (!update.with.tables.empty() || !update.from.empty()) return update_rows(update, plan);
  Scope scope{outermost_, {}};
  const Definition& table = target(update.tables.front(), scope, plan);
  if (!table.triggers.empty()) {
    view_columns_.reset();
    view_condition_.clear();
    return update_rows(update, plan);
  }
  if (!table.takes_rows) throw Unsure{"an UPDATE of " + table.key};
  reads_.insert(table.key);
  checks(table, scope, plan);
  plan.text.sql =
      "UPDATE " + table.sql_name() + " SET " + assignments(update.set, table, scope, plan);
  try {
    plan.text.sql += where_of(update.where, scope);
  } catch (const Unsure&) {
    if (!update.where || !may_blur(update, table, plan)) throw;
    plan.blurs = true;
    plan.text.sql.clear();
    bounds_.clear();
    columns_.clear();
    guards_.clear();
    reads_ = {table.key};
    return;
  }
  plan.text.sql += returning(update.returning, table, scope.relations.front().name, plan);
}

void Translator::remove(const tree::Delete& remove, Plan& plan) {
  plan.action = Plan::Action::remove;
  folds_ = true;
  if (!remove.targets.empty() || !remove.order.empty() || remove.limit || !remove.cursor.empty())
    throw Unsure{"a DELETE of this kind"};
  if (!remove.with.tables.empty() || !remove.from.empty()) return remove_rows(remove, plan);
  Scope scope{outermost_, {}};
  const Definition& table = target(remove.table, scope, plan);
  if (!table.triggers.empty()) {
    view_columns_.reset();
    view_condition_.clear();
    return remove_rows(remove, plan);
  }
  if (!table.gives_rows) throw Unsure{"a DELETE from " + table.key};
  reads_.insert(table.key);
  plan.all_rows = !remove.where && !view_columns_;
  // Without a condition SQLite would not count the rows one by one, nor need anybody to know them.
  const std::string where = where_of(remove.where, scope);
  plan.text.sql = "DELETE FROM " + table.sql_name() + (where.empty() ? " WHERE 1" : where);
  plan.text.sql += returning(remove.returning, table, scope.relations.front().name, plan);
}

void Translator::truncate(const tree::Truncate& truncate, Plan& plan) {
  plan.action = Plan::Action::truncate;
  plan.restarts = truncate.restart_identity;
  for (const tree::TableName& each : truncate.tables) {
    const Definition& definition = *table(each.name).definition;
    if (each.only || !definition.gives_rows) throw Unsure{"a TRUNCATE of " + definition.key};
    plan.targets.push_back(definition.key);
  }
  if (!took_effect_ && !book_.knows_references())
    throw Unsure{"a TRUNCATE of what others may refer to"};
  const auto is_target = [&](const std::string& key) {
    return std::ranges::find(plan.targets, key) != plan.targets.end();
  };
  for (bool grows = true; grows;) {
    grows = false;
    for (const auto& [key, state] : book_.tables)
      for (const sql::contents::Reference& reference : state.definition->references) {
        if (!is_target(reference.parent) || is_target(key)) continue;
        if (!truncate.cascade || !state.definition->gives_rows)
          throw Unsure{"a TRUNCATE of what others refer to"};
        plan.targets.push_back(key);
        plan.cascaded.push_back(key);
        grows = true;
      }
  }
  // In which order several are told, only the server knows.
  if (plan.cascaded.size() > 1 && !took_effect_) throw Unsure{"a TRUNCATE of several others"};
}

}  // namespace understudy::postgres::emulation
