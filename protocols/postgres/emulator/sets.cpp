// Rows that no table holds: functions among the tables, and VALUES.
#include <algorithm>

#include "protocols/postgres/emulator/typed.hpp"

namespace understudy::postgres::emulation {

using sql::contents::is_text;
using sql::contents::is_whole;

namespace {

struct SetColumn {
  std::string name;  ///< empty: that of the relation
  std::string sql;   ///< of `value`, an element of the list
  ColumnType type;
};

/// What a function gives: a JSON list, and the columns of its elements.
struct SetOfRows {
  std::string list;
  std::vector<SetColumn> columns;
};

/// How pg_array_listed gives what is kept for an element.
char listed_as(const ColumnType& element) {
  return is_whole(element.kind) ? 'i' : element.kind == TypeKind::boolean ? 'b' : 't';
}

SetColumn column_of_elements(const ColumnType& element, std::string name, std::string sql) {
  if (element.kind == TypeKind::date) sql = "pg_read_date(" + sql + ")";
  return {std::move(name), std::move(sql), element};
}

/// unnest() of one array or of several, whose rows are as many as the longest has elements.
SetOfRows set_of_arrays(const std::vector<Typed>& values, const std::string& alias,
                        ColumnType (*element_type)(const ColumnType&)) {
  SetOfRows set;
  std::string kinds, arrays;
  for (const Typed& each : values) {
    if (each.untyped != Untyped::no || each.soft || each.type.kind != TypeKind::array)
      throw Unsure{"the function unnest among the tables"};
    const ColumnType element = element_type(each.type);
    const std::size_t place = kinds.size();
    kinds += listed_as(element);
    arrays += ", " + each.sql;
    if (values.size() == 1)
      set.columns.push_back(column_of_elements(element, "", alias + ".value"));
    else
      set.columns.push_back(column_of_elements(
          element, "unnest",
          "json_extract(" + alias + ".value, '$[" + std::to_string(place) + "]')"));
  }
  set.list = values.size() == 1 ? "pg_array_listed(" + values[0].sql + ", '" + kinds + "')"
                                : "pg_arrays_listed('" + kinds + "'" + arrays + ")";
  return set;
}

}  // namespace

/// A function among the tables: its rows are the elements of a list, which may be made of columns
/// of the tables before it.
std::string Translator::function_source(const tree::TableFunction& function,
                                        const tree::Relation& relation, const std::string& alias,
                                        Scope& scope) {
  const auto* call = function.calls.size() == 1 ? function.calls.front().as<tree::Call>() : nullptr;
  if (call == nullptr || !(call->name.schema.empty() || call->name.schema == "pg_catalog") ||
      call->star || call->distinct || call->filter || call->over || !call->order.empty() ||
      call->variadic || !call->argument_names.empty())
    throw Unsure{"a function among the tables"};
  const std::string& name = call->name.name;
  const auto subscripts = subscripts_of_index(*call, scope);
  std::vector<Typed> values;
  if (!subscripts)
    for (const tree::Expression& each : call->arguments) values.push_back(expression(each, scope));
  const bool of_json = name.starts_with("json");
  if (of_json && !values.empty())
    values[0] = coerced(std::move(values[0]),
                        {name.starts_with("jsonb") ? TypeKind::jsonb : TypeKind::json});
  SetOfRows set;
  bool soft = false;
  const bool first_typed =
      !values.empty() && values[0].untyped == Untyped::no && (!values[0].soft || of_json);
  const TypeKind kind = first_typed ? values[0].type.kind : TypeKind::opaque;
  const bool json = kind == TypeKind::json || kind == TypeKind::jsonb;
  if (subscripts) {
    set.list = *subscripts;
    set.columns = {{"", alias + ".value", {TypeKind::int4}}};
  } else if (name == "unnest" && !values.empty()) {
    set = set_of_arrays(values, alias, &Translator::element_type);
  } else if (name == "generate_series" && (values.size() == 2 || values.size() == 3)) {
    ColumnType type{TypeKind::int4};
    std::string list;
    for (Typed& value : values) {
      if (value.untyped == Untyped::slot) {
        // As a number that is written out; what else it may be declared as is not known.
        value = coerced(std::move(value), {TypeKind::int4});
        bounds_[*value.bound].demand = Bound::Demand::number;
        value.soft = false;
        soft = true;
      }
      if (value.untyped != Untyped::no || value.soft || !is_whole(value.type.kind))
        throw Unsure{"a series of this type"};
      type = wider(type, value.type);
      list += (list.empty() ? "" : ", ") + value.sql;
    }
    set.list = "pg_series(" + list + ")";
    set.columns = {{"", alias + ".value", type}};
  } else if (json && values.size() == 1 &&
             (name == "jsonb_array_elements" || name == "json_array_elements")) {
    set.list = "pg_json_listed(" + values[0].sql + ", 'e')";
    set.columns = {{"value", alias + ".value", values[0].type}};
  } else if (json && values.size() == 1 &&
             (name == "jsonb_array_elements_text" || name == "json_array_elements_text")) {
    set.list = "pg_json_listed(" + values[0].sql + ", 't')";
    set.columns = {{"value", alias + ".value", {TypeKind::text}}};
  } else if (json && values.size() == 1 &&
             (name == "jsonb_object_keys" || name == "json_object_keys")) {
    set.list = "pg_json_listed(" + values[0].sql + ", 'k')";
    set.columns = {{"", alias + ".value", {TypeKind::text}}};
  } else if (json && values.size() == 1 &&
             (name == "jsonb_each" || name == "json_each" || name == "jsonb_each_text" ||
              name == "json_each_text")) {
    const bool text = name.ends_with("_text");
    set.list = "pg_json_listed(" + values[0].sql + (text ? ", 'q')" : ", 'p')");
    set.columns = {{"key", "json_extract(" + alias + ".value, '$[0]')", {TypeKind::text}},
                   {"value", "json_extract(" + alias + ".value, '$[1]')",
                    text ? ColumnType{TypeKind::text} : values[0].type}};
  } else {
    throw Unsure{"the function " + name + " among the tables"};
  }
  if (json && (name.starts_with("jsonb") != (kind == TypeKind::jsonb)))
    throw Unsure{"the function " + name + " among the tables"};
  const std::string shown = relation.alias.empty() ? name : relation.alias;
  ScopeRelation named{shown, {}, false};
  const bool soft_set = soft;
  const auto add = [&](const std::string& column, const std::string& sql, ColumnType type) {
    ScopeColumn& made = named.columns.emplace_back();
    made.name = column.empty() ? shown : column;
    made.sql = sql;
    made.type = type;
    made.soft = soft_set;
    made.derived = true;
  };
  for (const SetColumn& each : set.columns) add(each.name, each.sql, each.type);
  if (function.ordinality) add("ordinality", "(" + alias + ".key + 1)", {TypeKind::int8});
  scope.relations.push_back(std::move(named));
  last_table_ = nullptr;
  last_place_ = alias + ".key";
  return "json_each(" + set.list + ") AS " + alias;
}

/// VALUES, whose columns are called column1, column2, …
Translator::Selected Translator::values_of(const tree::Values& values, const Scope* outer) {
  Selected result;
  const Scope scope{outer, {}};
  std::vector<std::vector<Typed>> columns;
  for (const auto& row : values.rows) {
    if (columns.empty()) columns.resize(row.size());
    if (row.size() != columns.size()) throw Unsure{"lists of several lengths"};
    for (std::size_t i = 0; i < row.size(); ++i) columns[i].push_back(expression(row[i], scope));
  }
  std::vector<std::string> rows(values.rows.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    ColumnType type;
    bool soft = false;
    require_one_length(columns[i]);
    make_alike(columns[i], type, soft);
    for (std::size_t row = 0; row < rows.size(); ++row)
      rows[row] += (i > 0 ? ", " : "SELECT ") + columns[i][row].sql + " AS o" + std::to_string(i);
    ScopeColumn& column = result.columns.emplace_back();
    column.name = "column" + std::to_string(i + 1);
    column.sql = "o" + std::to_string(i);
    column.type = type;
    column.soft = soft;
    column.derived = true;
    result.outputs.push_back(typed(column.sql, type, soft));
  }
  result.sql = joined(rows, " UNION ALL ");
  return result;
}

}  // namespace understudy::postgres::emulation
