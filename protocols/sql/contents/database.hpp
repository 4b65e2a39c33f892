// SQLite as an executor: a database in memory that runs statements which a translator made, and
// says nothing rather than anything that it is not sure of.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/sql/contents/datum.hpp"

namespace understudy::sql::contents {

enum class Outcome : std::uint8_t {
  done,
  refused,  ///< by a unique constraint; what the statement had done is undone
  unsure    ///< too much of it, or a value that one of the functions below does not stand for
};

/// One statement or savepoint at a time, used by one thread at a time. Beside SQLite's own
/// functions there are:
///   next_place()        a number greater than all before it: the place of a row in its table
///   required(x)         x; unsure where it is NULL
///   fitting(x, n)       x; unsure where it has more than n characters
///   plain(x)            x; unsure unless it is NULL or nothing but a–z and 0–9, which the
///   byte-wise
///                       order and those of common languages sort alike
///   ascii(x)            x; unsure where it has an octet beyond ASCII
///   and those of exact_functions.hpp
///   is_like(x, p, e)    x LIKE p, with the escape e, or none where that is ''
class Database {
 public:
  Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  /// `values` are those of ?1, ?2, … Rows are appended to `rows`, which may be null where nobody
  /// wants them.
  [[nodiscard]] Outcome run(std::string_view sql, std::span<const Datum> values = {},
                            std::vector<DatumRow>* rows = nullptr);
  /// How many rows the last INSERT, UPDATE or DELETE changed.
  [[nodiscard]] std::int64_t changed() const noexcept;

  /// More rows than that are too much of an answer.
  static constexpr std::size_t most_rows = 100'000;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::sql::contents
