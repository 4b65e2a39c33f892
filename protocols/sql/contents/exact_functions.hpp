// Functions for SQLite over values as the executor keeps them, which give what is exact or are
// unsure. All are NULL where an argument is, but for the aggregates, which leave NULL out.
//   scaled(x, n)          x * 10^n
//   whole_sum(x, y), whole_difference(x, y), whole_product(x, y)
//   counted(x)            x; unsure where it is NULL or below 0
//   within(x, l, h)       x; unsure where it is below l or above h
//   within_digits(x, n)   x; unsure where it has more than n digits
//   only_of_one(n, x)     x; unsure unless n is 1
//   near(x)               x; unsure where it has more than 15 digits
//   floor_quotient(x, y)  of a positive y, rounded down
//   rounded_quotient(x, y)
//                         of a positive y, rounded half away from 0
//   part_of_time(f, x)    the field f of a timestamp
//   start_of_time(f, x)   a timestamp cut off at the field f
//   mean(x, s)            aggregate: the mean of numbers of the scale s as a numeric of PostgreSQL
//   float_sum(x), float_mean(x)
//                         aggregates over ordered_bits(); unsure where it depends on the order of
//                         the rows
//   sole(x)               aggregate: the only value; unsure where there are several rows
//   first(x, …)           aggregate over sorted rows: the first value; unsure where the next row
//                         has the same keys, which stand behind it, and another value
#pragma once

#include <cstdint>

struct sqlite3;

namespace understudy::sql::contents {

void add_exact_functions(sqlite3* database);

/// A number of 64 bits that is ordered as floating-point numbers are. Not for NaN, nor for -0.
[[nodiscard]] std::int64_t ordered_bits(double value) noexcept;
[[nodiscard]] double value_of_bits(std::int64_t bits) noexcept;

}  // namespace understudy::sql::contents
