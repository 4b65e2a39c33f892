// Field types of the protocol ("enum_field_types") and the text form of their
// values: what the text protocol sends, and what session files hold.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "understudy/byte_reader.hpp"
#include "understudy/byte_writer.hpp"

namespace understudy::mysql {

enum class FieldType : std::uint8_t {
  decimal = 0,
  tiny = 1,
  short_ = 2,
  long_ = 3,
  float_ = 4,
  double_ = 5,
  null = 6,
  timestamp = 7,
  longlong = 8,
  int24 = 9,
  date = 10,
  time = 11,
  datetime = 12,
  year = 13,
  newdate = 14,
  varchar = 15,
  bit = 16,
  json = 245,
  newdecimal = 246,
  enum_ = 247,
  set = 248,
  tiny_blob = 249,
  medium_blob = 250,
  long_blob = 251,
  blob = 252,
  var_string = 253,
  string = 254,
  geometry = 255
};

namespace column_flag {
inline constexpr std::uint16_t not_null = 0x0001, primary_key = 0x0002, unique_key = 0x0004,
                               multiple_key = 0x0008, blob = 0x0010, unsigned_ = 0x0020,
                               zerofill = 0x0040, binary = 0x0080, enum_ = 0x0100,
                               auto_increment = 0x0200, timestamp = 0x0400, set = 0x0800,
                               no_default = 0x1000, on_update_now = 0x2000, part_key = 0x4000,
                               number = 0x8000;
}

[[nodiscard]] constexpr bool is_integer(FieldType type) noexcept {
  return type == FieldType::tiny || type == FieldType::short_ || type == FieldType::long_ ||
         type == FieldType::longlong || type == FieldType::int24 || type == FieldType::year;
}
[[nodiscard]] constexpr bool is_temporal(FieldType type) noexcept {
  return type == FieldType::date || type == FieldType::newdate || type == FieldType::time ||
         type == FieldType::datetime || type == FieldType::timestamp;
}
/// Octets of an integer of the binary protocol.
[[nodiscard]] constexpr std::size_t integer_width(FieldType type) noexcept {
  switch (type) {
    case FieldType::tiny:
      return 1;
    case FieldType::short_:
    case FieldType::year:
      return 2;
    case FieldType::longlong:
      return 8;
    default:
      return 4;
  }
}

/// Decimals of a FLOAT or DOUBLE without a fixed number of them.
inline constexpr std::uint8_t floating_decimals = 31;

/// A value as the text protocol prints it: the shortest digits that read back as the same double,
/// at most six for a FLOAT; an exponent outside of 1e-15 … 1e15.
[[nodiscard]] std::string double_text(double value, std::uint8_t decimals);
[[nodiscard]] std::string float_text(float value, std::uint8_t decimals);
/// The same without loss: the shortest digits where that does not read back as `value`.
[[nodiscard]] std::string exact_float_text(float value, std::uint8_t decimals);
[[nodiscard]] std::string exact_double_text(double value, std::uint8_t decimals);
[[nodiscard]] double double_of(std::string_view text) noexcept;

/// One temporal value of the binary protocol, its length octet included, as text with `decimals`
/// digits of a second (0 to 6; more: six where there are any). Fails the reader on other lengths.
[[nodiscard]] std::string read_temporal(ByteReader& reader, FieldType type, unsigned decimals);
/// The reverse; false and nothing written where `text` is no such value.
[[nodiscard]] bool write_temporal(ByteWriter& writer, FieldType type, std::string_view text);

}  // namespace understudy::mysql
