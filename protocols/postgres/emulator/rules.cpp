#include "protocols/postgres/emulator/rules.hpp"

#include "protocols/postgres/emulator/program.hpp"
#include "protocols/postgres/emulator/translator.hpp"
#include "protocols/postgres/emulator/value_functions.hpp"
#include "protocols/postgres/emulator/violations.hpp"
#include "protocols/postgres/tree_from_pg_query.hpp"

namespace understudy::postgres::emulation {

namespace {

using sql::contents::Default;

Plan plan_for(const tree::Statement& statement, const TableBook& book, const PostgresRules& rules,
              bool took_effect) {
  Plan unsure;
  for (const Reach& reach : reaches) {
    try {
      return Translator(book, rules, reach, took_effect).plan(statement);
    } catch (const Unsure& reason) {
      unsure.reason = reason.reason;
      return unsure;
    } catch (const TooFar&) {
      unsure.reason = "a number that may leave its type";
    }
  }
  return unsure;
}

/// `orders` of `select setval(pg_get_serial_sequence('"orders"', 'id'), …`, which sets the next
/// number of that table and no other; empty of anything else.
std::string serial_table_of(std::string_view pattern) {
  constexpr std::string_view begin = "select setval(pg_get_serial_sequence('";
  if (!pattern.starts_with(begin)) return {};
  pattern.remove_prefix(begin.size());
  const bool more = pattern.find("setval(") != std::string_view::npos ||
                    pattern.find("nextval(") != std::string_view::npos;
  std::string name(pattern.substr(0, pattern.find('\'')));
  if (name.size() > 2 && name.starts_with('"') && name.ends_with('"'))
    name = name.substr(1, name.size() - 2);
  return more || name.find_first_of("\".") != std::string::npos ? std::string() : name;
}

/// `nextval('orders_id_seq'::regclass)`, as pg_dump writes it: the name of the sequence.
std::optional<std::string> sequence_of(const tree::Expression& expression) {
  const auto* call = expression.as<tree::Call>();
  if (call == nullptr || call->name.name != "nextval" || call->arguments.size() != 1)
    return std::nullopt;
  const tree::Expression* argument = &call->arguments.front();
  if (const auto* cast = argument->as<tree::Cast>()) argument = &*cast->operand;
  const auto* literal = argument->as<tree::Literal>();
  return literal == nullptr ? std::nullopt : std::optional(literal->text);
}

/// ARRAY[…] of what is written out.
std::optional<Datum> constant_array(const tree::Expression& expression, const ColumnType& type,
                                    const Printing& printing) {
  const auto* list = expression.as<tree::Collection>();
  if (list == nullptr || list->kind != tree::Collection::Kind::array ||
      type.kind != TypeKind::array || type.length > 0)
    return std::nullopt;
  Elements elements;
  for (const tree::Expression& each : list->elements) {
    const auto* literal = each.as<tree::Literal>();
    using Kind = tree::Literal::Kind;
    const bool plain =
        literal != nullptr && (literal->kind == Kind::string || literal->kind == Kind::number);
    const bool text = sql::contents::is_text(type.element);
    if (!plain || (literal->kind == Kind::string) != text) return std::nullopt;
    elements.emplace_back(literal->text);
  }
  return read_value(type, sql::ValueClass::unknown, print_array(elements), printing);
}

Default default_of(const tree::Expression& expression, ColumnType type, const Printing& printing) {
  Default preset;
  if (const auto* cast = expression.as<tree::Cast>()) {
    const ColumnType to = column_type(cast->type, {});
    if (to.kind == type.kind ||
        (sql::contents::is_text(to.kind) && sql::contents::is_text(type.kind)))
      return default_of(*cast->operand, type, printing);
  }
  if (const auto sequence = sequence_of(expression)) return {Default::Kind::number, {}, *sequence};
  if (const auto* call = expression.as<tree::Call>()) {
    static const std::set<std::string_view> fresh = {"now",
                                                     "current_timestamp",
                                                     "transaction_timestamp",
                                                     "statement_timestamp",
                                                     "clock_timestamp",
                                                     "localtimestamp",
                                                     "current_date",
                                                     "gen_random_uuid",
                                                     "uuid_generate_v4"};
    if (fresh.contains(call->name.name))
      return {Default::Kind::fresh, {}, {}, call->name.name.find("uuid") == std::string::npos};
  }
  if (auto array = constant_array(expression, type, printing))
    return {Default::Kind::constant, *std::move(array), {}};
  preset.kind = Default::Kind::elsewhere;
  const auto* literal = expression.as<tree::Literal>();
  if (literal == nullptr) return preset;
  using Kind = tree::Literal::Kind;
  const sql::ValueClass value_class = literal->kind == Kind::null      ? sql::ValueClass::null
                                      : literal->kind == Kind::boolean ? sql::ValueClass::boolean
                                      : literal->kind == Kind::number  ? sql::ValueClass::number
                                                                       : sql::ValueClass::string;
  // A definition keeps the zeros at the end of its numbers.
  const bool as_written = type.scale == ColumnType::own_scale && literal->kind == Kind::number;
  const auto datum = read_value(type, as_written ? sql::ValueClass::unknown : value_class,
                                literal->text, printing);
  if (!datum || literal->kind == Kind::bits) return preset;
  return {Default::Kind::constant, *datum, {}};
}

}  // namespace

tree::Statement PostgresRules::parse(std::string_view pattern) const {
  return parse_postgres(spelled(pattern));
}

std::string PostgresRules::spelled(std::string_view pattern) const {
  return sql::sql_of_pattern(pattern, sql::Dialect::postgres);
}

std::string PostgresRules::key_of(const tree::Name& name) const {
  return emulation::key_of(name);
}

std::string PostgresRules::key_in(const tree::Name& name, const TableBook& book) const {
  return emulation::key_in(name, printing_.path, book);
}

bool PostgresRules::runs(const tree::CreateRoutine& routine) const {
  return program_of(routine).has_value();
}

/// REFRESH of another kind than its tree tells.
std::string PostgresRules::unsure_by_text(std::string_view pattern) const {
  const bool otherwise =
      pattern.starts_with("refresh") && (pattern.find(" concurrently ") != std::string_view::npos ||
                                         pattern.find(" no data") != std::string_view::npos);
  return otherwise ? "a REFRESH of this kind" : "";
}

Plan PostgresRules::plan(const tree::Statement& statement, const TableBook& tables,
                         bool took_effect) const {
  return plan_for(statement, tables, *this, took_effect);
}

std::string PostgresRules::numbered_by(std::string_view pattern) const {
  return serial_table_of(pattern);
}

ColumnType PostgresRules::type_of(const tree::ColumnDefinition& column, const Definition&) const {
  return column_type(column.type, column.collation);
}

sql::contents::Default PostgresRules::default_of(const tree::Expression& expression,
                                                 ColumnType type) const {
  return emulation::default_of(expression, type, printing_);
}

std::string PostgresRules::constraint_name(const Definition& table,
                                           const std::vector<std::size_t>& columns,
                                           std::string_view suffix) const {
  return emulation::constraint_name(table, columns, suffix);
}

std::optional<Datum> PostgresRules::read_value(ColumnType type, sql::ValueClass value_class,
                                               std::string_view text) const {
  return emulation::read_value(type, value_class, text, printing_);
}

std::optional<std::string> PostgresRules::print_value(ColumnType type, const Datum& datum,
                                                      bool& sure) const {
  return emulation::print_value(type, datum, printing_, sure);
}

}  // namespace understudy::postgres::emulation
