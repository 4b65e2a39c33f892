#include "protocols/sql/contents/exact_functions.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/sql/contents/calendar.hpp"

namespace understudy::sql::contents {
namespace {

__extension__ typedef __int128 Wide;

void refuse(sqlite3_context* context) {
  sqlite3_result_error(context, "unsure", -1);
}

bool any_null(int count, sqlite3_value** values) {
  return std::any_of(values, values + count,
                     [](sqlite3_value* value) { return sqlite3_value_type(value) == SQLITE_NULL; });
}

void give(sqlite3_context* context, Wide value) {
  const bool fits = value == static_cast<std::int64_t>(value);
  fits ? sqlite3_result_int64(context, static_cast<std::int64_t>(value)) : refuse(context);
}

std::string_view octets_of(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  return text == nullptr
             ? std::string_view()
             : std::string_view(text, static_cast<std::size_t>(sqlite3_value_bytes(value)));
}

// ---- whole numbers ----

/// A function of two numbers.
template <Wide (*calculate)(Wide, Wide)>
void of_two(sqlite3_context* context, int count, sqlite3_value** values) {
  if (any_null(count, values)) return sqlite3_result_null(context);
  give(context, calculate(sqlite3_value_int64(values[0]), sqlite3_value_int64(values[1])));
}

Wide power_of_ten(Wide exponent) {
  Wide power = 1;
  for (; exponent > 0; --exponent) power *= 10;
  return power;
}

Wide to_scale(Wide a, Wide exponent) {
  return a * power_of_ten(exponent);
}
Wide sum_of(Wide a, Wide b) {
  return a + b;
}
Wide difference_of(Wide a, Wide b) {
  return a - b;
}
Wide product_of(Wide a, Wide b) {
  return a * b;
}
Wide floor_quotient(Wide a, Wide b) {
  return (a - (((a % b) + b) % b)) / b;
}

Wide rounded_quotient(Wide a, Wide b) {
  const Wide twice = 2 * (a < 0 ? -a : a) + b;
  return (a < 0 ? -1 : 1) * (twice / (2 * b));
}

void near(sqlite3_context* context, int count, sqlite3_value** values) {
  constexpr std::int64_t most = 1'000'000'000'000'000;
  if (any_null(count, values)) return sqlite3_result_null(context);
  const std::int64_t value = sqlite3_value_int64(values[0]);
  value<most && value> - most ? sqlite3_result_int64(context, value) : refuse(context);
}

void within(sqlite3_context* context, int, sqlite3_value** values) {
  if (any_null(1, values)) return sqlite3_result_null(context);
  const std::int64_t value = sqlite3_value_int64(values[0]);
  const bool inside =
      value >= sqlite3_value_int64(values[1]) && value <= sqlite3_value_int64(values[2]);
  inside ? sqlite3_result_int64(context, value) : refuse(context);
}

void within_digits(sqlite3_context* context, int count, sqlite3_value** values) {
  if (any_null(count, values)) return sqlite3_result_null(context);
  const Wide value = sqlite3_value_int64(values[0]);
  const Wide limit = power_of_ten(sqlite3_value_int64(values[1]));
  value<limit && value> - limit ? give(context, value) : refuse(context);
}

void counted(sqlite3_context* context, int, sqlite3_value** values) {
  const bool sure =
      sqlite3_value_type(values[0]) != SQLITE_NULL && sqlite3_value_int64(values[0]) >= 0;
  sure ? sqlite3_result_value(context, values[0]) : refuse(context);
}

/// Of a row count that is asked for, and the value of the first row.
void only_of_one(sqlite3_context* context, int, sqlite3_value** values) {
  const bool one =
      sqlite3_value_type(values[0]) != SQLITE_NULL && sqlite3_value_int64(values[0]) == 1;
  one ? sqlite3_result_value(context, values[1]) : refuse(context);
}

// ---- time ----

template <std::optional<std::int64_t> (*calculate)(std::string_view, std::int64_t)>
void of_time(sqlite3_context* context, int count, sqlite3_value** values) {
  if (any_null(count, values)) return sqlite3_result_null(context);
  const auto result = calculate(octets_of(values[0]), sqlite3_value_int64(values[1]));
  result ? sqlite3_result_int64(context, *result) : refuse(context);
}

// ---- aggregates ----

/// What an aggregate has gathered; null where it can't be had.
template <class State>
State* state_of(sqlite3_context* context) {
  auto* state = static_cast<State*>(sqlite3_aggregate_context(context, sizeof(State)));
  return state;  // zeroed octets are a State without rows
}

struct Mean {
  std::int64_t total, count, scale;
  bool too_much;
};

void add_to_mean(sqlite3_context* context, int, sqlite3_value** values) {
  auto* state = state_of<Mean>(context);
  if (state == nullptr || sqlite3_value_type(values[0]) == SQLITE_NULL) return;
  const std::int64_t value = sqlite3_value_int64(values[0]);
  state->too_much = __builtin_add_overflow(state->total, value, &state->total) || state->too_much;
  state->scale = sqlite3_value_int64(values[1]);
  ++state->count;
}

/// The first digit of base 10,000 that is none, and how many there are behind it before the point.
struct Leading {
  std::int64_t digit = 0;
  int weight = 0;
};

/// `value` of scale `scale`, as PostgreSQL's numeric keeps it.
Leading leading_of(Wide value, std::int64_t scale) {
  constexpr int digits = 4, base = 10'000;
  if (value < 0) value = -value;
  Leading leading;
  if (value == 0) return leading;
  // Up to a whole number of digits behind the point.
  const std::int64_t behind = (scale + digits - 1) / digits;
  value *= power_of_ten(behind * digits - scale);
  int weight = static_cast<int>(-behind);
  for (; value >= base; value /= base) ++weight;
  leading.digit = static_cast<std::int64_t>(value);
  leading.weight = weight;
  return leading;
}

std::string text_of_number(Wide value, std::int64_t scale) {
  const bool negative = value < 0;
  if (negative) value = -value;
  std::string digits;
  for (; value > 0 || static_cast<std::int64_t>(digits.size()) <= scale; value /= 10)
    digits += static_cast<char>('0' + static_cast<int>(value % 10));
  if (scale > 0) digits.insert(static_cast<std::size_t>(scale), ".");
  if (negative) digits += '-';
  std::reverse(digits.begin(), digits.end());
  return digits;
}

/// numeric.c: select_div_scale() and a division that rounds half away from zero.
void give_mean(sqlite3_context* context) {
  const auto* state = state_of<Mean>(context);
  if (state == nullptr || state->count == 0) return sqlite3_result_null(context);
  constexpr std::int64_t significant = 16, digits = 4, most = 22;
  const Leading a = leading_of(state->total, state->scale), b = leading_of(state->count, 0);
  const int quotient_weight = a.weight - b.weight - (a.digit <= b.digit ? 1 : 0);
  const std::int64_t scale =
      std::max({significant - quotient_weight * digits, state->scale, std::int64_t{0}});
  const Wide limit = power_of_ten(15);
  if (state->too_much || scale > most || state->total >= limit || state->total <= -limit)
    return refuse(context);
  const Wide dividend = Wide{2} * state->total * power_of_ten(scale - state->scale);
  const Wide half = state->total < 0 ? -state->count : state->count;
  const std::string text = text_of_number((dividend + half) / (Wide{2} * state->count), scale);
  sqlite3_result_text(context, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
}

/// Exact in any order: all values are multiples of one power of two, and the sum of what they are
/// without their signs has no more digits than a number holds.
struct FloatSum {
  double total, without_signs;
  int lowest;  ///< exponent of that power
  bool any;
  std::int64_t count;
};

void add_to_float_sum(sqlite3_context* context, int, sqlite3_value** values) {
  auto* state = state_of<FloatSum>(context);
  if (state == nullptr || sqlite3_value_type(values[0]) == SQLITE_NULL) return;
  const double value = value_of_bits(sqlite3_value_int64(values[0]));
  ++state->count;
  if (value == 0) return;
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);
  const auto digits = static_cast<std::int64_t>(std::ldexp(std::fabs(fraction), 53));
  const int lowest = exponent - 53 + std::countr_zero(static_cast<std::uint64_t>(digits));
  state->lowest = state->any ? std::min(state->lowest, lowest) : lowest;
  state->any = true;
  state->total += value;
  state->without_signs += std::fabs(value);
}

void give_float(sqlite3_context* context, bool mean) {
  const auto* state = state_of<FloatSum>(context);
  if (state == nullptr || state->count == 0) return sqlite3_result_null(context);
  constexpr int digits = 53;
  if (state->any && !(state->without_signs < std::ldexp(1.0, state->lowest + digits)))
    return refuse(context);
  const double result = mean ? state->total / static_cast<double>(state->count) : state->total;
  sqlite3_result_int64(context, ordered_bits(result == 0 ? 0.0 : result));
}
void give_float_sum(sqlite3_context* context) {
  give_float(context, false);
}
void give_float_mean(sqlite3_context* context) {
  give_float(context, true);
}

/// One row's values.
struct First {
  sqlite3_value** values;
  int count;
};

bool same(sqlite3_value* a, sqlite3_value* b) {
  if (sqlite3_value_type(a) != sqlite3_value_type(b)) return false;
  switch (sqlite3_value_type(a)) {
    case SQLITE_NULL:
      return true;
    case SQLITE_INTEGER:
      return sqlite3_value_int64(a) == sqlite3_value_int64(b);
    default:
      return octets_of(a) == octets_of(b);
  }
}

void add_to_first(sqlite3_context* context, int count, sqlite3_value** values) {
  auto* state = state_of<First>(context);
  if (state == nullptr) return sqlite3_result_error_nomem(context);
  if (state->values == nullptr) {
    state->values = new sqlite3_value*[static_cast<std::size_t>(count)];
    state->count = count;
    for (int i = 0; i < count; ++i) state->values[i] = sqlite3_value_dup(values[i]);
    return;
  }
  for (int i = 1; i < count; ++i)
    if (!same(state->values[i], values[i])) return;
  if (!same(state->values[0], values[0])) refuse(context);
}

void give_first(sqlite3_context* context) {
  auto* state = state_of<First>(context);
  if (state == nullptr || state->values == nullptr) return sqlite3_result_null(context);
  sqlite3_result_value(context, state->values[0]);
  for (int i = 0; i < state->count; ++i) sqlite3_value_free(state->values[i]);
  delete[] state->values;
  state->values = nullptr;
}

struct Sole {
  sqlite3_value* value;
};

void add_to_sole(sqlite3_context* context, int, sqlite3_value** values) {
  auto* state = state_of<Sole>(context);
  if (state == nullptr || state->value != nullptr) return refuse(context);
  state->value = sqlite3_value_dup(values[0]);
}

void give_sole(sqlite3_context* context) {
  auto* state = state_of<Sole>(context);
  if (state == nullptr || state->value == nullptr) return sqlite3_result_null(context);
  sqlite3_result_value(context, state->value);
  sqlite3_value_free(state->value);
  state->value = nullptr;
}

using Step = void (*)(sqlite3_context*, int, sqlite3_value**);
struct ExactFunction {
  const char* name;
  int arguments;
  Step call;
};
constexpr ExactFunction exact_functions[] = {{"scaled", 2, of_two<to_scale>},
                                             {"whole_sum", 2, of_two<sum_of>},
                                             {"whole_difference", 2, of_two<difference_of>},
                                             {"whole_product", 2, of_two<product_of>},
                                             {"floor_quotient", 2, of_two<floor_quotient>},
                                             {"rounded_quotient", 2, of_two<rounded_quotient>},
                                             {"near", 1, near},
                                             {"counted", 1, counted},
                                             {"within_digits", 2, within_digits},
                                             {"within", 3, within},
                                             {"only_of_one", 2, only_of_one},
                                             {"part_of_time", 2, of_time<part_of_time>},
                                             {"start_of_time", 2, of_time<start_of_time>}};

struct ExactAggregate {
  const char* name;
  int arguments;
  Step step;
  void (*final)(sqlite3_context*);
};
constexpr ExactAggregate exact_aggregates[] = {{"mean", 2, add_to_mean, give_mean},
                                               {"float_sum", 1, add_to_float_sum, give_float_sum},
                                               {"float_mean", 1, add_to_float_sum, give_float_mean},
                                               {"first", -1, add_to_first, give_first},
                                               {"sole", 1, add_to_sole, give_sole}};

}  // namespace

void add_exact_functions(sqlite3* database) {
  constexpr int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
  for (const ExactFunction& each : exact_functions)
    sqlite3_create_function_v2(database, each.name, each.arguments, flags, nullptr, each.call,
                               nullptr, nullptr, nullptr);
  for (const ExactAggregate& each : exact_aggregates)
    sqlite3_create_function_v2(database, each.name, each.arguments, flags, nullptr, nullptr,
                               each.step, each.final, nullptr);
}

std::int64_t ordered_bits(double value) noexcept {
  const auto bits = std::bit_cast<std::int64_t>(value);
  return bits < 0 ? bits ^ 0x7FFF'FFFF'FFFF'FFFF : bits;
}

double value_of_bits(std::int64_t bits) noexcept {
  return std::bit_cast<double>(bits < 0 ? bits ^ 0x7FFF'FFFF'FFFF'FFFF : bits);
}

}  // namespace understudy::sql::contents
