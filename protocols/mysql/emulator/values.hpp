// Values between the text that a statement or an answer holds and what the executor keeps: of text
// itself, of octets as they are, of DECIMAL whole numbers of 10^-scale, of dates days and of times
// microseconds since 2000-01-01, of TIMESTAMP in UTC.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/mysql/emulator/shared.hpp"
#include "protocols/sql/statement.hpp"

namespace understudy::mysql::emulation {

/// What of the session and the server decides how values are read and printed.
struct Reading {
  bool mariadb = true;
  /// Of the session's time zone from UTC; nothing where it is not always the same, or not known.
  std::optional<std::chrono::seconds> offset = {};
};

/// `+09:00`, `UTC`; nothing for any other zone.
[[nodiscard]] std::optional<std::chrono::seconds> offset_of_zone(std::string_view zone);

/// `collation` is that of the column, or the default of its table or database; empty where it is
/// not known. Opaque for what is not calculated with.
[[nodiscard]] ColumnType column_type(const tree::Type& type, std::string_view collation,
                                     const Reading& reading);

/// FLOAT: the `length` of a floating-point number that keeps no more digits.
inline constexpr std::int32_t single_octets = 4;

/// ENUM and SET are texts with labels.
[[nodiscard]] inline bool holds_several(const ColumnType& type) {
  return type.enumeration != nullptr && type.enumeration->name == "set";
}

/// See ServerRules.
[[nodiscard]] std::optional<Datum> read_value(ColumnType type, sql::ValueClass value_class,
                                              std::string_view text, const Reading& reading);
[[nodiscard]] std::optional<std::string> print_value(ColumnType type, const Datum& datum,
                                                     const Reading& reading, bool& sure);

/// What a whole number of that type may be, and its most digits.
struct Limits {
  std::int64_t low = 0, high = 0;
};
[[nodiscard]] Limits limits_of(ColumnType type) noexcept;

/// A number of characters.
[[nodiscard]] std::int64_t characters_of(std::string_view text) noexcept;

}  // namespace understudy::mysql::emulation
