#include "protocols/sql/contents/value_functions.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <memory>
#include <string>

namespace understudy::sql::contents {
namespace {

void refuse(sqlite3_context* context) {
  sqlite3_result_error(context, "unsure", -1);
}

/// Nothing for a value of a kind that is not kept.
std::optional<Datum> datum_of(sqlite3_value* value) {
  switch (sqlite3_value_type(value)) {
    case SQLITE_NULL:
      return Datum();
    case SQLITE_INTEGER:
      return Datum(static_cast<std::int64_t>(sqlite3_value_int64(value)));
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
      return Datum(std::string(text, static_cast<std::size_t>(sqlite3_value_bytes(value))));
    }
    default:
      return std::nullopt;
  }
}

void give(sqlite3_context* context, const std::optional<Datum>& datum) {
  if (!datum) return refuse(context);
  if (const auto* number = std::get_if<std::int64_t>(&*datum))
    sqlite3_result_int64(context, *number);
  else if (const auto* text = std::get_if<std::string>(&*datum))
    sqlite3_result_text64(context, text->data(), text->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  else
    sqlite3_result_null(context);
}

bool read(int count, sqlite3_value** values, DatumRow& row) {
  for (int i = 0; i < count; ++i) {
    auto datum = datum_of(values[i]);
    if (!datum) return false;
    row.push_back(std::move(*datum));
  }
  return true;
}

void call(sqlite3_context* context, int count, sqlite3_value** values) {
  const auto& function = *static_cast<const ValueFunction*>(sqlite3_user_data(context));
  DatumRow row;
  if (!read(count, values, row)) return refuse(context);
  if (!function.takes_null && std::ranges::any_of(row, is_null))
    return sqlite3_result_null(context);
  give(context, function.call(row));
}

/// What an aggregate has gathered; zeroed octets are one without rows.
struct Gathered {
  std::vector<DatumRow>* rows;
  bool unreadable;
};

void gather(sqlite3_context* context, int count, sqlite3_value** values) {
  auto* state = static_cast<Gathered*>(sqlite3_aggregate_context(context, sizeof(Gathered)));
  if (state == nullptr) return refuse(context);
  if (state->rows == nullptr) state->rows = new std::vector<DatumRow>();
  if (!read(count, values, state->rows->emplace_back())) state->unreadable = true;
}

void finish(sqlite3_context* context) {
  const auto& aggregate = *static_cast<const ValueAggregate*>(sqlite3_user_data(context));
  auto* state = static_cast<Gathered*>(sqlite3_aggregate_context(context, 0));
  std::vector<DatumRow> none;
  const std::unique_ptr<std::vector<DatumRow>> rows(state == nullptr ? nullptr : state->rows);
  if (state != nullptr) state->rows = nullptr;
  if (state != nullptr && state->unreadable) return refuse(context);
  give(context, aggregate.call(rows ? *rows : none));
}

void* user_data(const void* data) {
  return const_cast<void*>(data);
}

}  // namespace

void add_value_functions(sqlite3* database, const ValueFunctions& functions) {
  constexpr int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
  for (const ValueFunction& each : functions.functions)
    sqlite3_create_function_v2(database, each.name, each.arguments, flags, user_data(&each), call,
                               nullptr, nullptr, nullptr);
  for (const ValueAggregate& each : functions.aggregates)
    sqlite3_create_function_v2(database, each.name, -1, flags, user_data(&each), nullptr, gather,
                               finish, nullptr);
}

}  // namespace understudy::sql::contents
