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
#include "protocols/sql/contents/value_functions.hpp"

namespace understudy::sql::contents {

enum class Outcome : std::uint8_t {
  done,
  refused,  ///< by a unique constraint; what the statement had done is undone
  unsure    ///< too much of it, or a value that one of the functions below does not stand for
};

/// A database as octets. Databases that begin with it share its pages: each has those that it
/// changes to itself. Thread-safe.
class DatabaseImage {
 public:
  /// `last_place`: see next_place() below.
  static std::shared_ptr<const DatabaseImage> of(std::string_view octets, std::int64_t last_place);
  DatabaseImage(const DatabaseImage&) = delete;
  DatabaseImage& operator=(const DatabaseImage&) = delete;
  ~DatabaseImage();

  [[nodiscard]] std::string_view octets() const noexcept { return {octets_, size_}; }
  [[nodiscard]] std::int64_t last_place() const noexcept { return last_place_; }

  /// Memory that holds the octets and room for more, private to who asks; give it back with
  /// return_memory(). Null where the system has none.
  [[nodiscard]] unsigned char* memory() const noexcept;
  void return_memory(unsigned char* memory) const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t room() const noexcept { return size_ + growth; }

 private:
  /// By so much a database may grow over its image.
  static constexpr std::size_t growth = 256U << 20;

  DatabaseImage(int file, const char* octets, std::size_t size, std::int64_t last_place)
      : file_(file), octets_(octets), size_(size), last_place_(last_place) {}

  int file_;
  const char* octets_;  ///< mapped
  std::size_t size_;    ///< in whole pages of the system's
  std::int64_t last_place_;
};

/// One statement or savepoint at a time, used by one thread at a time. Beside SQLite's own
/// functions there are:
///   next_place()        a number greater than all before it: the place of a row in its table
///   required(x)         x; unsure where it is NULL, unless allow_nulls()
///   known(x)            x; unsure where it is a hidden_value()
///   made(x)             what that may be made; NULL of any other
///   hidden(x)           whether it is one
///   fitting(x, n)       x; unsure where it has more than n characters
///   sure(x)             1; unsure where x is not true
///   plain(x)            x; unsure unless it is NULL or nothing but a–z and 0–9, which the
///   byte-wise
///                       order and those of common languages sort alike
///   ascii(x)            x; unsure where it has an octet beyond ASCII
///   and those of exact_functions.hpp
///   is_like(x, p, e)    x LIKE p, with the escape e, or none where that is ''
///   folded_text(x)      x as `folded` orders it, without spaces behind it; unsure where it has
///                       other letters or control characters
/// and collations, all of them unsure where spaces behind a text decide:
///   padded              octet by octet
///   folded              without regard to the case of ASCII letters; unsure where other letters or
///                       control characters decide
///   alike               the same, and unsure where the case decides
class Database {
 public:
  /// Empty, or with what the image holds. `functions`: those of the dialect beside the above.
  explicit Database(std::shared_ptr<const DatabaseImage> image = nullptr,
                    const ValueFunctions& functions = {});
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  /// `values` are those of ?1, ?2, … Rows are appended to `rows`, which may be null where nobody
  /// wants them.
  [[nodiscard]] Outcome run(std::string_view sql, std::span<const Datum> values = {},
                            std::vector<DatumRow>* rows = nullptr);
  /// How many rows the last INSERT, UPDATE or DELETE changed.
  [[nodiscard]] std::int64_t changed() const noexcept;
  /// From here on required() takes NULL, or does not again.
  void allow_nulls(bool allowed) noexcept;
  /// What next_place() gave last.
  [[nodiscard]] std::int64_t last_place() const noexcept;
  /// What it holds now, outside of any transaction; null where that is not possible.
  [[nodiscard]] std::shared_ptr<const DatabaseImage> image();

  /// More rows than that are too much of an answer.
  static constexpr std::size_t most_rows = 100'000;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::sql::contents
