#include "protocols/postgres/emulator/type_names.hpp"

#include <algorithm>

#include "protocols/postgres/emulator/values.hpp"

namespace understudy::postgres::emulation {
namespace {

std::string_view standard_name(TypeKind kind) {
  switch (kind) {
    case TypeKind::boolean:
      return "boolean";
    case TypeKind::int2:
      return "smallint";
    case TypeKind::int4:
      return "integer";
    case TypeKind::int8:
      return "bigint";
    case TypeKind::numeric:
      return "numeric";
    case TypeKind::float4:
      return "real";
    case TypeKind::float8:
      return "double precision";
    case TypeKind::text:
      return "text";
    case TypeKind::varchar:
      return "character varying";
    case TypeKind::uuid:
      return "uuid";
    case TypeKind::inet:
      return "inet";
    case TypeKind::date:
      return "date";
    case TypeKind::time:
      return "time without time zone";
    case TypeKind::timestamp:
      return "timestamp without time zone";
    case TypeKind::timestamptz:
      return "timestamp with time zone";
    case TypeKind::bytea:
      return "bytea";
    case TypeKind::interval:
      return "interval";
    case TypeKind::json:
      return "json";
    case TypeKind::jsonb:
      return "jsonb";
    default:
      return {};
  }
}

void describe_numbers(const ColumnType& type, DescribedType& described) {
  const auto binary = [&](std::int32_t bits) {
    described.precision = bits;
    described.radix = 2;
  };
  switch (type.kind) {
    case TypeKind::int2:
      binary(16);
      break;
    case TypeKind::int4:
      binary(32);
      break;
    case TypeKind::int8:
      binary(64);
      break;
    case TypeKind::float4:
      return binary(24);
    case TypeKind::float8:
      return binary(53);
    case TypeKind::numeric:
      described.radix = 10;
      if (type.length == 0) return;
      described.precision = type.length;
      described.scale = type.scale;
      return;
    default:
      return;
  }
  described.scale = 0;
}

}  // namespace

std::optional<DescribedType> described_type(const sql::contents::TableColumn& column) {
  const ColumnType& type = column.type;
  DescribedType described;
  described.standard = standard_name(type.kind);
  // What stands behind the name of a time type, the column does not keep.
  if (described.standard.empty() ||
      (!column.declared.arguments.empty() && type.kind != TypeKind::numeric &&
       type.kind != TypeKind::varchar))
    return std::nullopt;
  described.oid = oid_of(type);
  described.modifier = modifier_of(type);
  described.internal = name_of_type(described.oid);
  described.name = described.standard;
  if (type.kind == TypeKind::varchar && type.length > 0) {
    described.name += "(" + std::to_string(type.length) + ")";
    described.characters = type.length;
  }
  if (type.kind == TypeKind::numeric && type.length > 0)
    described.name += "(" + std::to_string(type.length) + "," + std::to_string(type.scale) + ")";
  describe_numbers(type, described);
  if (type.kind == TypeKind::date) described.fraction = 0;
  constexpr std::int32_t micro = 6;
  if (type.kind == TypeKind::time || type.kind == TypeKind::timestamp ||
      type.kind == TypeKind::timestamptz || type.kind == TypeKind::interval)
    described.fraction = micro;
  return described;
}

}  // namespace understudy::postgres::emulation
