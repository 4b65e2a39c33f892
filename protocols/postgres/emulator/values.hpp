// Values between the text that a statement or an answer holds and what the executor keeps.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/types.hpp"
#include "protocols/sql/contents/table.hpp"
#include "protocols/sql/statement.hpp"
#include "protocols/sql/tree/expression.hpp"

namespace understudy::postgres::emulation {

using sql::contents::ColumnType;
using sql::contents::Datum;
using sql::contents::TypeKind;

/// What the recorded session shows of how values are read and printed.
struct Printing {
  bool utc = false;            ///< TimeZone is one of UTC's names
  bool iso_dates = false;      ///< DateStyle begins with ISO
  bool intervals = true;       ///< IntervalStyle is postgres
  bool numeric_fields = true;  ///< extract() gives a numeric, as it does since version 14
  int version = 0;             ///< the server's first number; 0: not known
  enum class Order : std::uint8_t {
    unknown,
    bytewise,  ///< the database's collation is C or POSIX
    common     ///< of a language that sorts a–z and 0–9 as the bytes do
  } order = Order::unknown;
  std::string zone = "UTC";   ///< TimeZone
  std::string database = {};  ///< empty: not known
  /// Tables and views that the application was allowed to use; null: not known.
  std::shared_ptr<const std::set<std::string>> used = {};
  std::vector<std::string> path = {"public"};  ///< where names without a schema are looked up
  /// Settings that the application made up, those without a value included.
  std::map<std::string, std::string, std::less<>> custom = {};
  bool knows_custom = false;  ///< what is not among them, no session begins with
};

/// A type of the tree as one that is calculated with; opaque for any other. `serial` counts as the
/// integer that it is.
[[nodiscard]] ColumnType column_type(const sql::tree::Type& type, std::string_view collation);

[[nodiscard]] Oid oid_of(ColumnType type) noexcept;
/// As RowDescription gives it: typlen and typmod.
[[nodiscard]] std::int16_t length_of(ColumnType type) noexcept;
[[nodiscard]] std::int32_t modifier_of(ColumnType type) noexcept;

/// The value that a literal or parameter of that class stands for in a place of that type; nothing
/// where the server may refuse it, or take it for another one.
[[nodiscard]] std::optional<Datum> read_value(ColumnType type, sql::ValueClass value_class,
                                              std::string_view text, const Printing& printing);
/// Whether it is that value in a place of that type that is not a column: a numeric keeps the scale
/// that it is written with. `compared`: its value alone counts.
[[nodiscard]] bool keeps_scale(ColumnType type, std::string_view text, bool compared);
/// What the server prints; nothing for NULL, and where `sure` is false for what is not known.
[[nodiscard]] std::optional<std::string> print_value(ColumnType type, const Datum& datum,
                                                     const Printing& printing, bool& sure);

}  // namespace understudy::postgres::emulation
