// The built-in data types: what an OID of RowDescription, Parse or
// ParameterDescription means. pg_type.dat of PostgreSQL 15; the OIDs never change.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/sql/statement.hpp"

namespace understudy::postgres {

using Oid = std::uint32_t;

namespace oid {
inline constexpr Oid unspecified = 0, boolean = 16, bytea = 17, char_ = 18, name = 19, int8 = 20,
                     int2 = 21, int4 = 23, text = 25, oid = 26, xid = 28, cid = 29, json = 114,
                     xml = 142, cidr = 650, float4 = 700, float8 = 701, unknown = 705,
                     macaddr8 = 774, macaddr = 829, inet = 869, bpchar = 1042, varchar = 1043,
                     date = 1082, time = 1083, timestamp = 1114, timestamptz = 1184,
                     interval = 1186, timetz = 1266, bit = 1560, varbit = 1562, numeric = 1700,
                     refcursor = 1790, record = 2249, cstring = 2275, void_ = 2278, uuid = 2950,
                     pg_lsn = 3220, jsonb = 3802, jsonpath = 4072, xid8 = 5069;
}  // namespace oid

struct Type {
  Oid oid = 0;
  std::string_view name;     ///< as in pg_type.typname; arrays as `int4[]`
  std::int16_t length = -1;  ///< typlen: octets, -1 variable, -2 C string
  Oid element = 0;           ///< of an array; 0 for any other type
};

/// Nothing for a type that is not built in.
[[nodiscard]] std::optional<Type> find_type(Oid oid) noexcept;
[[nodiscard]] Oid oid_of(std::string_view name) noexcept;  ///< 0 where the name is not built in
/// The name, or the decimal OID of a type that is not built in.
[[nodiscard]] std::string name_of_type(Oid oid);

/// True for what CREATE TYPE, CREATE DOMAIN, CREATE TABLE or an extension made.
[[nodiscard]] constexpr bool is_of_user(Oid type) noexcept {
  constexpr Oid first_normal_object = 16384;
  return type >= first_normal_object;
}

/// int2, int4, int8, oid: their text is a plain decimal number that fits 64 bits.
[[nodiscard]] constexpr bool is_integer(Oid type) noexcept {
  return type == oid::int2 || type == oid::int4 || type == oid::int8 || type == oid::oid;
}

/// How a bound parameter of that type takes part in the identity of a request.
[[nodiscard]] sql::ValueClass value_class_of(Oid type) noexcept;

}  // namespace understudy::postgres
