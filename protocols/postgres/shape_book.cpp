#include "protocols/postgres/shape_book.hpp"

#include <algorithm>

#include "protocols/postgres/clock.hpp"
#include "protocols/postgres/parsing_error.hpp"

namespace understudy::postgres {
namespace {

using Slot = sql::Statement::Slot;

/// The type that both a recorded and a further one fit into. Drivers declare the smallest integer
/// that holds a value, so the widest is nearest to the column's.
Oid widest(Oid known, Oid further) noexcept {
  if (known == oid::unspecified || known == further) return further;
  if (further == oid::unspecified) return known;
  const auto rank = [](Oid type) {
    return type == oid::int2      ? 1
           : type == oid::int4    ? 2
           : type == oid::int8    ? 3
           : type == oid::numeric ? 4
                                  : 0;
  };
  if (rank(known) > 0 && rank(further) > 0) return rank(known) > rank(further) ? known : further;
  return known;
}

/// What a literal in a place says of the type of a parameter in that place.
Oid type_of_literal(sql::ValueClass value_class) noexcept {
  switch (value_class) {
    case sql::ValueClass::number:
      return oid::numeric;
    case sql::ValueClass::boolean:
      return oid::boolean;
    case sql::ValueClass::string:
      return oid::text;
    default:
      return oid::unspecified;
  }
}

std::vector<sql::ValueClass> classes_of(const sql::Statement& statement) {
  std::vector<sql::ValueClass> classes;
  for (const Slot& slot : statement.slots())
    classes.push_back(slot.parameter == Slot::literal ? slot.value_class
                                                      : sql::ValueClass::unknown);
  return classes;
}

ShapeVariant variant_of(const sql::Statement& statement, const StatementAnswer& answer) {
  ShapeVariant variant;
  variant.slots = classes_of(statement);
  Octets description;
  if (answer.copy == CopyDirection::in) {
    variant.kind = ShapeKind::copy_in;
    encode_copy_response('G', answer.copy_response, description);
  } else if (answer.copy == CopyDirection::out) {
    variant.kind = ShapeKind::copy_out;
  } else if (answer.returns_rows) {
    variant.kind = ShapeKind::rows;
    std::vector<Column> columns = answer.columns;
    for (Column& column : columns) column.format = Format::text;
    encode_row_description(columns, description);
  }
  variant.description = as_text(description);
  return variant;
}

}  // namespace

void ShapeBook::learn(const sql::Statement& statement, const StatementRequest& request,
                      const StatementAnswer& answer) {
  Entry& entry = entries_[std::string(statement.pattern())];
  Shape& shape = entry.shape;
  const auto slots = statement.slots();
  shape.slot_types.resize(slots.size());
  entry.literals.resize(slots.size());
  shape.partial = shape.partial || request.partial;
  shape.whole = shape.whole || !(request.partial || request.describe);
  shape.describe_fails = shape.describe_fails || (request.describe && answer.error.has_value());
  shape.clock = shape.clock || parse_clock_query(request.sql, sql_mode()).has_value();
  (fails_to_parse(request, answer) ? entry.unparsed : entry.parsed) = true;
  const std::vector<Oid>& types = answer.described_only ? answer.parameter_types : request.types;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const auto parameter = static_cast<std::size_t>(slots[i].parameter);
    if (slots[i].parameter == Slot::literal)
      entry.literals[i] = slots[i].value_class;
    else if (parameter < types.size() && types[parameter] != oid::unknown)
      shape.slot_types[i] = widest(shape.slot_types[i], types[parameter]);
  }
  if (answer.returns_rows && !answer.columns.empty())
    catalogue_.learn(statement.pattern(), answer.columns);
  if (answer.error && !answer.returns_rows && answer.copy == CopyDirection::none) return;
  if (request.partial && !answer.returns_rows) return;  // a cursor of which no row was fetched
  ShapeVariant variant = variant_of(statement, answer);
  if (std::ranges::find(shape.variants, variant) == shape.variants.end())
    shape.variants.push_back(std::move(variant));
}

void ShapeBook::settle() {
  if (std::exchange(settled_, true)) return;
  catalogue_.settle();
  for (auto& [pattern, entry] : entries_) settle(pattern, entry);
}

void ShapeBook::settle(const std::string& pattern, Entry& entry) const {
  entry.shape.never_parsed = entry.unparsed && !entry.parsed;
  std::vector<Oid>& types = entry.shape.slot_types;
  const std::vector<Oid> inferred = infer_slot_types(pattern, types.size(), catalogue_);
  for (std::size_t i = 0; i < types.size(); ++i) {
    // A column's type is surer than what a driver declared; a literal's class is the last resort.
    if (inferred[i] != 0)
      types[i] = inferred[i];
    else if (types[i] == oid::unspecified)
      types[i] = type_of_literal(entry.literals[i]);
  }
}

const Shape* ShapeBook::find(std::string_view pattern) {
  settle();
  const auto found = entries_.find(pattern);
  return found == entries_.end() ? nullptr : &found->second.shape;
}

std::vector<std::pair<std::string, std::string>> ShapeBook::encode() {
  settle();
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto& [pattern, entry] : entries_)
    all.emplace_back(shape_key(pattern), encode_shape(entry.shape));
  return all;
}

}  // namespace understudy::postgres
