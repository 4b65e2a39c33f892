#include "protocols/postgres/types.hpp"

#include <algorithm>
#include <array>

namespace understudy::postgres {
namespace {

struct TypeRow {
  Oid oid;
  std::string_view name;
  std::int16_t length;
  Oid array;
  std::string_view array_name;
};

// clang-format off
#define UNDERSTUDY_TYPE(oid, name, length, array) TypeRow{oid, name, length, array, name "[]"}
constexpr std::array rows = {
    UNDERSTUDY_TYPE(16, "bool", 1, 1000),        UNDERSTUDY_TYPE(17, "bytea", -1, 1001),
    UNDERSTUDY_TYPE(18, "char", 1, 1002),        UNDERSTUDY_TYPE(19, "name", 64, 1003),
    UNDERSTUDY_TYPE(20, "int8", 8, 1016),        UNDERSTUDY_TYPE(21, "int2", 2, 1005),
    UNDERSTUDY_TYPE(22, "int2vector", -1, 1006), UNDERSTUDY_TYPE(23, "int4", 4, 1007),
    UNDERSTUDY_TYPE(24, "regproc", 4, 1008),     UNDERSTUDY_TYPE(25, "text", -1, 1009),
    UNDERSTUDY_TYPE(26, "oid", 4, 1028),         UNDERSTUDY_TYPE(27, "tid", 6, 1010),
    UNDERSTUDY_TYPE(28, "xid", 4, 1011),         UNDERSTUDY_TYPE(29, "cid", 4, 1012),
    UNDERSTUDY_TYPE(30, "oidvector", -1, 1013),  UNDERSTUDY_TYPE(114, "json", -1, 199),
    UNDERSTUDY_TYPE(142, "xml", -1, 143),        UNDERSTUDY_TYPE(194, "pg_node_tree", -1, 0),
    UNDERSTUDY_TYPE(600, "point", 16, 1017),     UNDERSTUDY_TYPE(601, "lseg", 32, 1018),
    UNDERSTUDY_TYPE(602, "path", -1, 1019),      UNDERSTUDY_TYPE(603, "box", 32, 1020),
    UNDERSTUDY_TYPE(604, "polygon", -1, 1027),   UNDERSTUDY_TYPE(628, "line", 24, 629),
    UNDERSTUDY_TYPE(650, "cidr", -1, 651),       UNDERSTUDY_TYPE(700, "float4", 4, 1021),
    UNDERSTUDY_TYPE(701, "float8", 8, 1022),     UNDERSTUDY_TYPE(705, "unknown", -2, 0),
    UNDERSTUDY_TYPE(718, "circle", 24, 719),     UNDERSTUDY_TYPE(774, "macaddr8", 8, 775),
    UNDERSTUDY_TYPE(790, "money", 8, 791),       UNDERSTUDY_TYPE(829, "macaddr", 6, 1040),
    UNDERSTUDY_TYPE(869, "inet", -1, 1041),      UNDERSTUDY_TYPE(1033, "aclitem", 12, 1034),
    UNDERSTUDY_TYPE(1042, "bpchar", -1, 1014),   UNDERSTUDY_TYPE(1043, "varchar", -1, 1015),
    UNDERSTUDY_TYPE(1082, "date", 4, 1182),      UNDERSTUDY_TYPE(1083, "time", 8, 1183),
    UNDERSTUDY_TYPE(1114, "timestamp", 8, 1115), UNDERSTUDY_TYPE(1184, "timestamptz", 8, 1185),
    UNDERSTUDY_TYPE(1186, "interval", 16, 1187), UNDERSTUDY_TYPE(1266, "timetz", 12, 1270),
    UNDERSTUDY_TYPE(1560, "bit", -1, 1561),      UNDERSTUDY_TYPE(1562, "varbit", -1, 1563),
    UNDERSTUDY_TYPE(1700, "numeric", -1, 1231),  UNDERSTUDY_TYPE(1790, "refcursor", -1, 2201),
    UNDERSTUDY_TYPE(2202, "regprocedure", 4, 2207), UNDERSTUDY_TYPE(2205, "regclass", 4, 2210),
    UNDERSTUDY_TYPE(2206, "regtype", 4, 2211),   UNDERSTUDY_TYPE(2249, "record", -1, 2287),
    UNDERSTUDY_TYPE(2275, "cstring", -2, 1263),  UNDERSTUDY_TYPE(2278, "void", 4, 0),
    UNDERSTUDY_TYPE(2950, "uuid", 16, 2951),     UNDERSTUDY_TYPE(2970, "txid_snapshot", -1, 2949),
    UNDERSTUDY_TYPE(3220, "pg_lsn", 8, 3221),    UNDERSTUDY_TYPE(3614, "tsvector", -1, 3643),
    UNDERSTUDY_TYPE(3615, "tsquery", -1, 3645),  UNDERSTUDY_TYPE(3734, "regconfig", 4, 3735),
    UNDERSTUDY_TYPE(3802, "jsonb", -1, 3807),    UNDERSTUDY_TYPE(3904, "int4range", -1, 3905),
    UNDERSTUDY_TYPE(3906, "numrange", -1, 3907), UNDERSTUDY_TYPE(3908, "tsrange", -1, 3909),
    UNDERSTUDY_TYPE(3910, "tstzrange", -1, 3911), UNDERSTUDY_TYPE(3912, "daterange", -1, 3913),
    UNDERSTUDY_TYPE(3926, "int8range", -1, 3927), UNDERSTUDY_TYPE(4072, "jsonpath", -1, 4073),
    UNDERSTUDY_TYPE(4089, "regnamespace", 4, 4090), UNDERSTUDY_TYPE(4096, "regrole", 4, 4097),
    UNDERSTUDY_TYPE(5069, "xid8", 8, 271),       UNDERSTUDY_TYPE(2203, "regoper", 4, 2208),
    UNDERSTUDY_TYPE(2204, "regoperator", 4, 2209), UNDERSTUDY_TYPE(4191, "regcollation", 4, 4192),
    UNDERSTUDY_TYPE(5038, "pg_snapshot", -1, 5039), UNDERSTUDY_TYPE(4451, "int4multirange", -1, 6150),
    UNDERSTUDY_TYPE(4532, "nummultirange", -1, 6151), UNDERSTUDY_TYPE(4533, "tsmultirange", -1, 6152),
    UNDERSTUDY_TYPE(4534, "tstzmultirange", -1, 6153), UNDERSTUDY_TYPE(4535, "datemultirange", -1, 6155),
    UNDERSTUDY_TYPE(4536, "int8multirange", -1, 6157),
};
#undef UNDERSTUDY_TYPE
// clang-format on

}  // namespace

std::optional<Type> find_type(Oid oid) noexcept {
  if (oid == 0) return std::nullopt;
  for (const TypeRow& row : rows) {
    if (row.oid == oid) return Type{oid, row.name, row.length, 0};
    if (row.array == oid) return Type{oid, row.array_name, -1, row.oid};
  }
  return std::nullopt;
}

Oid oid_of(std::string_view name) noexcept {
  for (const TypeRow& row : rows) {
    if (row.name == name) return row.oid;
    if (row.array != 0 && row.array_name == name) return row.array;
  }
  return 0;
}

std::string name_of_type(Oid oid) {
  const auto type = find_type(oid);
  return type ? std::string(type->name) : std::to_string(oid);
}

sql::ValueClass value_class_of(Oid type) noexcept {
  switch (type) {
    case oid::int2:
    case oid::int4:
    case oid::int8:
    case oid::oid:
    case oid::float4:
    case oid::float8:
    case oid::numeric:
      return sql::ValueClass::number;
    case oid::boolean:
      return sql::ValueClass::boolean;
    case oid::unspecified:
    case oid::unknown:
    case oid::text:
    case oid::varchar:
      return sql::ValueClass::unknown;
    default:
      return sql::ValueClass::string;
  }
}

}  // namespace understudy::postgres
