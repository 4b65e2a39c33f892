// INSERT, REPLACE, UPDATE, DELETE and TRUNCATE. Rows that change are found first, by their places,
// and changed then: so it is known how many there were, and one statement may change several
// tables.
#include <algorithm>
#include <utility>

#include "protocols/mysql/emulator/pattern.hpp"
#include "protocols/mysql/emulator/translator.hpp"
#include "protocols/sql/emulator/definitions.hpp"
#include "protocols/sql/emulator/table_names_in.hpp"
#include "protocols/sql/emulator/typed.hpp"

namespace understudy::mysql::emulation {
namespace {

using sql::contents::Default;
using sql::contents::is_text;
using sql::contents::is_whole;
using sql::emulator::Part;
using sql::emulator::TableNamesIn;

/// What the server makes of this moment or of chance.
bool is_fresh(const tree::Expression& expression, TypeKind kind) {
  const auto* call = expression.as<tree::Call>();
  if (call == nullptr) return false;
  if (call->name.name == "sysdate" || call->name.name == "utc_timestamp")
    return kind == TypeKind::timestamptz || kind == TypeKind::timestamp;
  return digits_of_moment(expression, kind) || (call->name.name == "uuid" && is_text(kind)) ||
         (call->name.name == "rand" && kind == TypeKind::float8);
}

/// This moment for a column of that type, where the expression asks for it.
std::optional<Bound> moment_of(const tree::Expression& expression, const ColumnType& type) {
  Bound bound;
  bound.source = Bound::Source::clock;
  bound.type = type;
  bound.may_hide = true;
  if (const auto digits = digits_of_moment(expression, type.kind)) {
    bound.constant = Datum(std::int64_t{*digits});
    return bound;
  }
  // NOW(3), whose number is a value of the request.
  const auto* call = expression.as<tree::Call>();
  if (call == nullptr || call->arguments.size() != 1) return std::nullopt;
  const auto* digits = call->arguments.front().as<tree::Parameter>();
  tree::Call plain = *call;
  plain.arguments.clear();
  const tree::Expression without(tree::Expression::Node(std::move(plain)));
  if (digits == nullptr || !digits_of_moment(without, type.kind)) return std::nullopt;
  bound.slot = digits->index;
  return bound;
}

/// Whether no index of the table begins with a column that the condition names.
bool names_no_index(const tree::Expression* where, const Definition& table) {
  if (where == nullptr) return true;
  const std::set<std::size_t> named = sql::emulator::columns_in(table, *where);
  const auto leads = [&](const auto& columns) {
    return !columns.empty() && named.contains(columns.front());
  };
  return std::ranges::none_of(table.keys, [&](const auto& key) { return leads(key.columns); }) &&
         std::ranges::none_of(table.indexes,
                              [&](const auto& index) { return leads(index.columns); });
}

/// `a = ? AND b IN (?, ?) AND c IS NULL`: the columns, each once, and what they have to be; null
/// for NULL.
bool take_equalities(const tree::Expression& where,
                     std::vector<std::pair<const tree::Column*, const tree::Expression*>>& found) {
  const auto taken = [&](const tree::Expression& left, const tree::Expression& value) {
    const auto* column = left.as<tree::Column>();
    const bool plain =
        value.as<tree::Parameter>() != nullptr || value.as<tree::Literal>() != nullptr;
    if (column == nullptr || !plain) return false;
    found.emplace_back(column, &value);
    return true;
  };
  if (const auto* in = where.as<tree::In>(); in != nullptr && !in->negated && !in->query)
    return std::ranges::all_of(
        in->list, [&](const tree::Expression& each) { return taken(*in->operand, each); });
  if (const auto* is = where.as<tree::Is>(); is != nullptr && is->test == tree::Is::Test::null) {
    const auto* column = is->operand->as<tree::Column>();
    if (column == nullptr || is->negated) return false;
    found.emplace_back(column, nullptr);
    return true;
  }
  const auto* operation = where.as<tree::Operation>();
  if (operation == nullptr) return false;
  if (operation->op == tree::Operator::and_)
    return std::ranges::all_of(operation->operands, [&](const tree::Expression& each) {
      return take_equalities(each, found);
    });
  return operation->op == tree::Operator::equal && operation->operands.size() == 2 &&
         taken(operation->operands[0], operation->operands[1]);
}

}  // namespace

std::optional<std::int32_t> digits_of_moment(const tree::Expression& expression, TypeKind kind) {
  const auto* call = expression.as<tree::Call>();
  if (call == nullptr || call->arguments.size() > 1) return std::nullopt;
  if (call->name.name == "curdate" || call->name.name == "current_date")
    return kind == TypeKind::date ? std::optional(0) : std::nullopt;
  static const std::set<std::string_view> clocks = {"now", "current_timestamp", "localtimestamp",
                                                    "localtime"};
  const bool moment = kind == TypeKind::timestamptz || kind == TypeKind::timestamp;
  if (!clocks.contains(call->name.name) || !moment) return std::nullopt;
  if (call->arguments.empty()) return 0;
  const auto* digits = call->arguments.front().as<tree::Literal>();
  const bool one = digits != nullptr && digits->kind == tree::Literal::Kind::number &&
                   digits->text.size() == 1 && digits->text <= "6";
  return one ? std::optional(digits->text.front() - '0') : std::nullopt;
}

std::string Translator::assigned(const Typed& given, const TableColumn& column) {
  if (column.type.kind == TypeKind::opaque || column.type.kind == TypeKind::json)
    throw Unsure{"what is put into column " + column.name};
  Typed value = coerced(given, column.type);
  if (value.type.kind == TypeKind::boolean) value.type = {.kind = TypeKind::int8, .length = 1};
  const bool direct = given.untyped != Untyped::no;
  if (is_whole(value.type.kind) && is_whole(column.type.kind)) {
    const Limits most = limits_of(column.type);
    if (!direct)
      value.sql = "within(" + value.sql + ", " + std::to_string(most.low) + ", " +
                  std::to_string(most.high) + ")";
  } else if (is_whole(column.type.kind) && value.type.kind == TypeKind::numeric) {
    const Limits most = limits_of(column.type);
    if (value.type.scale > 0)
      value.sql = "rounded_quotient(" + value.sql + ", 1" +
                  std::string(static_cast<std::size_t>(value.type.scale), '0') + ")";
    value.sql = "within(" + value.sql + ", " + std::to_string(most.low) + ", " +
                std::to_string(most.high) + ")";
  } else if (is_text(value.type.kind) && is_text(column.type.kind)) {
    constexpr std::int32_t most_octets = 4;  // of a character
    if (!direct && (column.declared.name.name == "char" || column.type.enumeration != nullptr))
      throw Unsure{"a text that is computed"};
    if (!direct)
      value.sql =
          "fitting(" + value.sql + ", " +
          std::to_string(column.type.kind == TypeKind::text ? column.type.length / most_octets
                                                            : column.type.length) +
          ")";
  } else if (column.type.kind == TypeKind::numeric && is_whole(value.type.kind)) {
    value.sql = "within_digits(scaled(" + value.sql + ", " + std::to_string(column.type.scale) +
                "), " + std::to_string(column.type.length) + ")";
  } else if (column.type.kind == TypeKind::numeric && value.type.kind == TypeKind::numeric) {
    if (value.type.scale > column.type.scale) throw Unsure{"a decimal that is rounded"};
    value.sql = "within_digits(scaled(" + value.sql + ", " +
                std::to_string(column.type.scale - value.type.scale) + "), " +
                std::to_string(column.type.length) + ")";
    if (column.type.is_unsigned) throw Unsure{"an unsigned decimal"};
  } else if (value.type.kind != column.type.kind || value.type.scale != column.type.scale) {
    throw Unsure{"a value of another type than its column"};
  }
  return column.not_null ? "required(" + value.sql + ")" : value.sql;
}

// ---- INSERT ----

Given Translator::given(const tree::Expression& expression, const TableColumn& column) {
  if (const auto* preset = expression.as<tree::Default>()) {
    if (!preset->path.empty()) throw Unsure{"this default"};
    return given_default(column);
  }
  if (column.given_by_server) throw Unsure{"a value for column " + column.name};
  Given given;
  given.bound.type = column.type;
  given.bound.assigned = true;
  const auto* literal = expression.as<tree::Literal>();
  const auto* parameter = expression.as<tree::Parameter>();
  if (is_fresh(expression, column.type.kind) || moment_of(expression, column.type) ||
      (column.type.kind == TypeKind::opaque && took_effect_ &&
       (literal != nullptr || parameter != nullptr))) {
    given.kind = Given::Kind::fresh;
    if (auto moment = moment_of(expression, column.type)) given.bound = *std::move(moment);
    return given;
  }
  if (parameter != nullptr) {
    given.bound.slot = parameter->index;
    if (column.type.kind == TypeKind::opaque) throw Unsure{"the type of column " + column.name};
    return given;
  }
  if (literal == nullptr) return computed(expression, column);
  const auto datum = mysql_.read_value(column.type, class_of(*literal), literal->text);
  if (!datum || !literal->charset.empty()) throw Unsure{"the value " + literal->text};
  given.bound.constant = *datum;
  return given;
}

/// A value that is made of others: of a column of the row itself nothing is known.
Given Translator::computed(const tree::Expression& expression, const TableColumn& column) {
  std::vector<Bound> bounds = std::exchange(bounds_, std::move(computed_bounds_));
  const Scope scope{outermost_, {}};
  computed_.push_back(assigned(this->expression(expression, scope), column));
  computed_bounds_ = std::exchange(bounds_, std::move(bounds));
  Given given;
  given.kind = Given::Kind::computed;
  given.place = computed_.size() - 1;
  return given;
}

/// In a strict mode that is an error; of an ENUM its first label is taken.
bool Translator::needs_value(const TableColumn& column) const {
  const bool has_first = column.type.enumeration != nullptr && !holds_several(column.type);
  return column.not_null && column.lacks_default && !has_first &&
         column.type.kind != TypeKind::opaque;
}

void Translator::clash(const tree::Insert& insert, const Definition& table, Plan& plan) {
  using Action = tree::Conflict::Action;
  using Clash = Plan::Clash;
  switch (insert.conflict.action) {
    case Action::fail:
    case Action::nothing:
      plan.clash = insert.ignore || insert.conflict.action == Action::nothing ? Clash::ignored
                                                                              : Clash::fails;
      return;
    case Action::replace:
      plan.clash = Clash::replaces;
      if (!table.gives_rows) throw Unsure{"a REPLACE into " + table.key};
      return;
    case Action::update:
      plan.clash = Clash::updates;
      if (insert.ignore || insert.query || !insert.returning.empty() || !table.triggers.empty())
        throw Unsure{"ON DUPLICATE KEY UPDATE beside other parts"};
  }
}

/// The value that the row under way has for a column: VALUES(column), or by the row's name.
Typed Translator::inserted(const std::string& name) {
  const auto place = met_->column(name);
  if (!place) throw Unsure{"no such column: " + name};
  const TableColumn& column = met_->columns[*place];
  if (column.type.kind == TypeKind::opaque || column.default_.kind == Default::Kind::number)
    throw Unsure{"the value of column " + name};
  Bound bound;
  bound.source = Bound::Source::row;
  bound.slot = *place;
  bound.type = column.type;
  return sql::emulator::typed(bind(std::move(bound)), column.type);
}

/// What becomes of the row that the new one meets.
void Translator::update_met(const tree::Insert& insert, const Definition& table, Plan& plan) {
  const auto* name = insert.table.as<tree::TableName>();
  const std::string alias = insert.table.alias.empty() ? name->name.name : insert.table.alias;
  std::vector<const tree::Assignment*> set;
  for (const tree::Assignment& each : insert.conflict.set) {
    if (each.partial || each.columns.size() != 1 || !table.column(each.columns.front().name()))
      throw Unsure{"an assignment of several columns"};
    set.push_back(&each);
  }
  if (set.empty() || !table.checks.empty()) throw Unsure{"ON DUPLICATE KEY UPDATE of this table"};
  sql::emulator::Part part;
  part.target = table.key;
  met_ = &table;
  inserting_ = &insert;
  const std::set<std::size_t> refreshed = plan.refreshed;
  assign(set, book_.tables.find(table.key)->second, alias, part, plan);
  met_ = nullptr;
  inserting_ = nullptr;
  plan.refreshed = refreshed;
  plan.parts.push_back(std::move(part));
}

void Translator::insert_query(const tree::Insert& insert, const Definition& table, Plan& plan) {
  std::vector<Bound> bounds = std::exchange(bounds_, {});
  const Selected inner = selected(*insert.query, nullptr, false);
  if (inner.columns.size() != plan.places.size()) throw Unsure{"a query of other columns"};
  if (reads_.contains(table.key) && plan.clash == Plan::Clash::replaces)
    throw Unsure{"a REPLACE of what it reads"};
  std::string list;
  for (std::size_t i = 0; i < plan.places.size(); ++i) {
    Typed value =
        sql::emulator::typed(inner.columns[i].sql, inner.columns[i].type, inner.columns[i].soft);
    if (value.type.kind == TypeKind::opaque) throw Unsure{"a value of the request among rows"};
    list += (list.empty() ? "" : ", ") + assigned(value, table.columns[plan.places[i]]);
  }
  plan.source = sql::emulator::Text{"SELECT " + list + " FROM (" + inner.sql + ")",
                                    std::exchange(bounds_, std::move(bounds))};
  auto& others = plan.rows.emplace_back();
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const bool selected = std::ranges::find(plan.places, i) != plan.places.end();
    others.push_back(selected ? Given{} : given_default(table.columns[i]));
  }
}

/// MariaDB: columns of the new rows are shown.
void Translator::returning(const tree::Insert& insert, const Scope& scope, Plan& plan) {
  if (insert.returning.empty()) return;
  const std::set<TableColumnName> before = std::exchange(columns_, {});
  Parts parts;
  outputs(insert.returning, scope, parts);
  columns_ = before;
  for (const Typed& value : parts.outputs) {
    if (!value.plain || !value.origin) throw Unsure{"RETURNING of what is computed"};
    if (plan.refreshed.contains(value.origin->column))
      throw Unsure{"a value of this moment in RETURNING"};
  }
  plan.shown = shown(parts);
}

void Translator::insert(const tree::Insert& insert, Plan& plan) {
  plan.action = Plan::Action::insert;
  if (!insert.with.tables.empty() || !insert.row_alias_columns.empty())
    throw Unsure{"an INSERT of this kind"};
  Scope scope;
  const Definition& table = target(insert.table, scope, plan);
  if (!table.takes_rows) throw Unsure{"an INSERT into " + table.key};
  for (const std::string& name : insert.columns) {
    const auto column = table.column(name);
    if (!column || std::ranges::find(plan.places, *column) != plan.places.end())
      throw Unsure{"no such column: " + name};
    plan.places.push_back(*column);
  }
  if (!insert.columns_told || insert.columns.empty())
    for (std::size_t i = 0; i < table.columns.size(); ++i) plan.places.push_back(i);
  clash(insert, table, plan);
  std::string columns = "rowid", values = "next_place()";
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    columns += ", " + table.sql_column(i);
    values += ", " + bind({});
  }
  if (insert.query) insert_query(insert, table, plan);
  for (const std::vector<tree::Expression>& each : insert.rows) {
    const bool none = each.empty();  // INSERT INTO t () VALUES ()
    if (!none && each.size() != plan.places.size()) throw Unsure{"a list of other length"};
    plan.rows.push_back(row(each, none ? std::vector<std::size_t>() : plan.places, table));
  }
  if (plan.rows.empty()) throw Unsure{"an INSERT of nothing"};
  if (!computed_.empty()) {
    // The server refuses what reads the table that it writes.
    if (reads_.contains(table.key)) throw Unsure{"a value that the table itself gives"};
    Plan& source = plan.sources.emplace_back();
    source.text = {"SELECT " + sql::emulator::joined(computed_, ", "), std::move(computed_bounds_)};
  }
  if (plan.clash == Plan::Clash::updates) update_met(insert, table, plan);
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    for (const std::vector<Given>& each : plan.rows)
      if (each[i].kind == Given::Kind::fresh) plan.refreshed.insert(i);
  need_keys(table, plan, nullptr);
  checks(table, scope, plan);
  returning(insert, scope, plan);
  plan.text.sql = "INSERT INTO " + table.sql_name() + " (" + columns + ") VALUES (" + values + ")";
}

// ---- UPDATE and DELETE ----

/// ORDER BY and LIMIT of a change.
std::string Translator::rest(const std::vector<tree::OrderItem>& order,
                             const tree::Box<tree::Expression>& limit, const Scope& scope) {
  if (!limit) return {};
  if (order.size() != 1 || scope.relations.size() != 1)
    throw Unsure{"a LIMIT of a change in no known order"};
  const Typed key = expression(*order.front().expression, scope);
  if (!sql::emulator::is_key(key.sql, scope.relations.front()))
    throw Unsure{"a LIMIT of a change in no known order"};
  tree::Query cut;
  cut.limit = limit;
  return " ORDER BY " + ordered(key) + (order.front().descending ? " DESC" : "") + limited(cut);
}

/// Sets columns of the table that stands as `alias` in the statement.
void Translator::assign(const std::vector<const tree::Assignment*>& set, const TableState& table,
                        const std::string& alias, Part& part, Plan& plan) {
  const Definition& definition = *table.definition;
  std::vector<Bound> bounds = std::exchange(bounds_, {});
  Scope scope{outermost_, {}};
  scope.relations.push_back(relation_of(table, alias, definition.sql_name() + "."));
  std::string list = "rowid = next_place()", differs;
  for (const tree::Assignment* each : set) {
    const auto place = definition.column(each->columns.front().name());
    const TableColumn& column = definition.columns[*place];
    if (column.given_by_server || !part.assigned.insert(*place).second)
      throw Unsure{"an assignment to " + column.name};
    const std::string name = definition.sql_column(*place);
    // Whether it changes is told by what it was.
    const bool compared = !took_effect_ && column.type.kind != TypeKind::opaque;
    if (compared) columns_.insert({definition.key, *place, column.attribute});
    if (auto moment = moment_of(each->value, column.type)) {
      const std::string now = bind(*std::move(moment));
      part.momentary.insert(*place);
      list += ", " + name + " = " + now;
      plan.needs_now = true;  // it may be the moment that is there already
      if (differs != "1")
        differs += (differs.empty() ? "" : " OR ") +
                   ("(" + now + " IS NULL) OR (" + name + " IS NOT " + now + ")");
      assigned_.insert({definition.key, *place, column.attribute});
      continue;
    }
    if (is_fresh(each->value, column.type.kind) ||
        (took_effect_ && column.type.kind == TypeKind::opaque)) {
      part.refreshed.insert(*place);
      list += ", " + name + " = NULL";
      differs = "1";
      continue;
    }
    std::string value;
    if (each->value.as<tree::Default>() != nullptr) {
      const Given preset = given_default(column);
      if (preset.kind != Given::Kind::value || column.not_null) throw Unsure{"a default in UPDATE"};
      value = bind(preset.bound);
    } else {
      value = assigned(expression(each->value, scope), column);
    }
    list += ", " + name + " = " + value;
    if (differs != "1")
      differs +=
          (differs.empty() ? "" : " OR ") + ("(" + name + " COLLATE BINARY IS NOT " + value + ")");
    assigned_.insert({definition.key, *place, column.attribute});
  }
  assigned_.clear();
  for (std::size_t i = 0; i < definition.columns.size(); ++i) {
    const TableColumn& column = definition.columns[i];
    if (!column.is_refreshed || part.assigned.contains(i)) continue;
    if (!column.refreshed_digits || column.type.kind == TypeKind::opaque) {
      part.refreshed.insert(i);
      continue;
    }
    part.momentary.insert(i);
    Bound moment;
    moment.source = Bound::Source::clock;
    moment.type = column.type;
    moment.constant = Datum(std::int64_t{*column.refreshed_digits});
    moment.may_hide = true;
    list += ", " + definition.sql_column(i) + " = " + bind(std::move(moment));
  }
  // Whether a value of this moment is another one than before, nobody knows.
  if (differs == "1" && !took_effect_)
    for (const std::size_t each : part.refreshed)
      if (!definition.columns[each].is_refreshed && set.size() == 1)
        throw Unsure{"whether this moment is another one"};
  plan.assigned = part.assigned;
  plan.refreshed = part.refreshed;
  need_keys(definition, plan, &part.assigned);
  part.set = {
      "UPDATE " + definition.sql_name() + " SET " + list + " WHERE (" + differs + ") AND rowid IN ",
      std::exchange(bounds_, std::move(bounds))};
}

/// Where no row is met, the server tells of one condition that it looked for rows, and of another
/// one that none can meet it; of these it is known.
std::optional<std::vector<Bound>> Translator::equalities(const tree::Update& update,
                                                         const Scope& scope) const {
  std::vector<Bound> equal_to;
  if (!update.where) return equal_to;
  std::vector<std::pair<const tree::Column*, const tree::Expression*>> found;
  if (!take_equalities(*update.where, found)) return std::nullopt;
  std::map<std::string, const tree::Column*> columns;
  for (const auto& [column, value] : found) {
    const ScopeColumn& known = scope.find(column->path);
    const auto [place, added] = columns.emplace(known.sql, column);
    if (!added && place->second != column) return std::nullopt;
    if (value == nullptr) {
      const auto table = known.origin ? book_.tables.find(known.origin->table) : book_.tables.end();
      if (table == book_.tables.end() ||
          table->second.definition->columns[known.origin->column].not_null)
        return std::nullopt;
      continue;
    }
    Bound bound;
    bound.type = known.type;
    if (const auto* parameter = value->as<tree::Parameter>()) {
      bound.slot = parameter->index;
    } else {
      const auto* literal = value->as<tree::Literal>();
      const auto datum = mysql_.read_value(known.type, class_of(*literal), literal->text);
      if (!datum) return std::nullopt;
      bound.constant = *datum;
    }
    equal_to.push_back(std::move(bound));
  }
  return equal_to;
}

void Translator::update(const tree::Update& update, Plan& plan) {
  plan.action = Plan::Action::update;
  if (!update.with.tables.empty() || !update.from.empty() || update.ignore ||
      !update.returning.empty())
    throw Unsure{"an UPDATE of this kind"};
  Scope scope{outermost_, {}};
  std::string from = this->from(update.tables, scope);
  const std::string where = update.where ? " WHERE " + condition(*update.where, scope).sql : "";
  plan.multiple = scope.relations.size() > 1;
  const std::string behind = rest(update.order, update.limit, scope);
  if (plan.multiple && (update.limit || !update.order.empty()))
    throw Unsure{"an order of several tables"};
  plan.equal_to = equalities(update, scope);
  const std::vector<Bound> bounds = bounds_;
  std::map<std::string, std::vector<const tree::Assignment*>> by_relation;
  for (const tree::Assignment& each : update.set) {
    if (each.partial || each.columns.size() != 1) throw Unsure{"an assignment of several columns"};
    const ScopeColumn& column = scope.find(each.columns.front().path);
    if (!column.origin || column.derived || column.of_view) throw Unsure{"a change of a view"};
    by_relation[scope.relation_of(column)].push_back(&each);
  }
  TableNamesIn named(rules_);
  if (update.where) named.visit(*update.where);
  for (const tree::Assignment& each : update.set) named.visit(each.value);
  std::set<std::string> targets;
  for (const auto& [name, set] : by_relation) {
    const ScopeColumn& column = scope.find(set.front()->columns.front().path);
    const TableState& table = book_.tables.find(column.origin->table)->second;
    const Definition& definition = *table.definition;
    if (!definition.takes_rows || !targets.insert(definition.key).second ||
        named.keys.contains(definition.key) ||
        (!definition.checks.empty() && by_relation.size() > 1))
      throw Unsure{"an UPDATE of " + definition.key};
    const std::string prefix = column.sql.substr(0, column.sql.find('.'));
    Part part;
    part.target = plan.target = definition.key;
    assign(set, table, name, part, plan);
    part.find = {"SELECT " + std::string(plan.multiple ? "DISTINCT " : "") + prefix + ".rowid" +
                     from + where + behind,
                 bounds};
    plan.looks_at_all =
        !plan.multiple && names_no_index(update.where ? &*update.where : nullptr, definition);
    Scope row;
    row.relations.push_back(relation_of(table, name, definition.sql_name() + "."));
    checks(definition, row, plan);
    plan.parts.push_back(std::move(part));
  }
  bounds_.clear();
}

void Translator::remove(const tree::Delete& remove, Plan& plan) {
  plan.action = Plan::Action::remove;
  if (!remove.with.tables.empty() || remove.ignore || !remove.returning.empty())
    throw Unsure{"a DELETE of this kind"};
  Scope scope{outermost_, {}};
  plan.multiple = !remove.targets.empty();
  const std::string from =
      this->from(plan.multiple ? remove.from : std::vector<tree::Relation>{remove.table}, scope);
  if (!plan.multiple && !remove.from.empty()) throw Unsure{"a DELETE with USING"};
  const std::string where = remove.where ? " WHERE " + condition(*remove.where, scope).sql : "";
  plan.all_rows = !plan.multiple && !remove.where && !remove.limit;
  const std::string behind = rest(remove.order, remove.limit, scope);
  TableNamesIn named(rules_);
  if (remove.where) named.visit(*remove.where);
  std::vector<std::string> names;
  for (const tree::Name& each : remove.targets) names.push_back(each.name);
  if (!plan.multiple) names.push_back(scope.relations.front().name);
  for (const std::string& name : names) {
    const auto relation = std::ranges::find(scope.relations, name, &ScopeRelation::name);
    if (relation == scope.relations.end() || relation->columns.empty() ||
        !relation->columns.front().origin || relation->columns.front().derived)
      throw Unsure{"a DELETE from " + name};
    const std::string& key = relation->columns.front().origin->table;
    const Definition& definition = *book_.tables.find(key)->second.definition;
    const bool again = std::ranges::find(plan.parts, key, &Part::target) != plan.parts.end();
    if (!definition.gives_rows || named.keys.contains(key) || again)
      throw Unsure{"a DELETE from " + key};
    plan.looks_at_all =
        !plan.multiple && names_no_index(remove.where ? &*remove.where : nullptr, definition);
    const std::string& column = relation->columns.front().sql;
    Part part;
    part.target = plan.target = key;
    part.find = {"SELECT " + std::string(plan.multiple ? "DISTINCT " : "") +
                     column.substr(0, column.find('.')) + ".rowid" + from + where + behind,
                 bounds_};
    part.set.sql = "DELETE FROM " + definition.sql_name() + " WHERE rowid IN ";
    plan.parts.push_back(std::move(part));
  }
  bounds_.clear();
}

void Translator::truncate(const tree::Truncate& truncate, Plan& plan) {
  plan.action = Plan::Action::truncate;
  plan.restarts = true;
  for (const tree::TableName& each : truncate.tables) {
    const Definition& definition = *table(each.name).definition;
    if (!definition.gives_rows) throw Unsure{"a TRUNCATE of " + definition.key};
    plan.targets.push_back(definition.key);
    plan.target = definition.key;
  }
}

}  // namespace understudy::mysql::emulation
