// One RESP value as a tree: every type of RESP2 and RESP3.
// https://redis.io/docs/latest/develop/reference/protocol-spec/
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace understudy::redis {

/// RESP2 knows two nulls, `$-1` and `*-1`; RESP3 has one of its own, `_`.
enum class Kind : std::uint8_t {
  simple_string,
  simple_error,
  integer,
  bulk_string,
  array,
  null,        ///< `_`
  null_bulk,   ///< `$-1`
  null_array,  ///< `*-1`
  double_number,
  boolean,
  big_number,
  bulk_error,
  verbatim,
  map,
  set,
  push
};

struct Value {
  Kind kind = Kind::null;
  /// The octets of strings and errors; the digits of a double or big number as they were spelled;
  /// of a verbatim string `txt:` (or another format of three octets) and the octets.
  std::string text;
  std::int64_t integer = 0;       ///< of an integer; of a boolean 0 or 1
  std::vector<Value> items;       ///< elements; of a map key, value, key, value, …
  std::vector<Value> attributes;  ///< `|` before the value: key, value, key, value, …

  friend bool operator==(const Value&, const Value&) = default;

  [[nodiscard]] static Value of(Kind kind, std::string_view text = {}) {
    Value value;
    value.kind = kind;
    value.text = text;
    return value;
  }
  [[nodiscard]] static Value number(std::int64_t integer) {
    Value value;
    value.kind = Kind::integer;
    value.integer = integer;
    return value;
  }
  [[nodiscard]] static Value aggregate(Kind kind, std::vector<Value> items) {
    Value value;
    value.kind = kind;
    value.items = std::move(items);
    return value;
  }
};

[[nodiscard]] constexpr bool is_aggregate(Kind kind) noexcept {
  return kind == Kind::array || kind == Kind::map || kind == Kind::set || kind == Kind::push;
}
[[nodiscard]] constexpr bool is_null(Kind kind) noexcept {
  return kind == Kind::null || kind == Kind::null_bulk || kind == Kind::null_array;
}
[[nodiscard]] constexpr bool is_error(Kind kind) noexcept {
  return kind == Kind::simple_error || kind == Kind::bulk_error;
}

/// What a connection speaks; changed by HELLO and RESET.
enum class Resp : std::uint8_t { v2 = 2, v3 = 3 };

}  // namespace understudy::redis
