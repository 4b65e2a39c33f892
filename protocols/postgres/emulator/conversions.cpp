// Values of one type as those of another: as text, as elements of arrays and of JSON, as numerics
// and floats, as times of a clock.
#include "protocols/postgres/emulator/typed.hpp"

namespace understudy::postgres::emulation {

using sql::contents::is_text;
using sql::contents::is_whole;

/// As SQLite's text.
std::string Translator::quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("''") : std::string(1, c);
  return result + "'";
}

/// What the server may refuse stands where it is looked at whenever the row is.
void Translator::may_raise(const char* what) {
  if (strict_) throw Unsure{std::string("what may fail in a condition: ") + what};
  raised_ = true;
  ++raises_;
}

/// The text that the server prints for it.
std::string Translator::text_of(const Typed& value) const {
  if (value.untyped != Untyped::no) throw Unsure{"a value without a type"};
  const ColumnType& type = value.type;
  if (is_text(type.kind)) return value.sql;
  if (value.soft) throw Unsure{"the text of a parameter"};
  if (is_whole(type.kind)) return "CAST(" + value.sql + " AS TEXT)";
  switch (type.kind) {
    case TypeKind::boolean:
      return "(CASE " + value.sql + " WHEN 1 THEN 't' WHEN 0 THEN 'f' END)";
    case TypeKind::numeric:
      return as_decimal(value);
    case TypeKind::float8:
      return "pg_float_text(" + value.sql + ")";
    case TypeKind::time:
      return "pg_time_text(" + value.sql + ")";
    case TypeKind::uuid:
    case TypeKind::inet:
    case TypeKind::bytea:
    case TypeKind::json:
    case TypeKind::jsonb:
    case TypeKind::array:
    case TypeKind::enumeration:
      return value.sql;
    case TypeKind::interval:
      if (!printing_.intervals) throw Unsure{"intervals of another style"};
      return value.sql;
    default:
      break;
  }
  if (!printing_.iso_dates) throw Unsure{"dates of another style"};
  if (type.kind == TypeKind::date) return "pg_date_text(" + value.sql + ")";
  if (type.kind == TypeKind::timestamp) return "pg_timestamp_text(" + value.sql + ")";
  if (type.kind == TypeKind::timestamptz)
    return "pg_timestamptz_text(" + value.sql + ", " + zone() + ")";
  throw Unsure{"the text of this type"};
}

/// What a cast to text makes of it.
std::string Translator::cast_text(const Typed& value) const {
  if (value.type.kind == TypeKind::inet) throw Unsure{"the text of an address with its netmask"};
  if (value.type.kind == TypeKind::boolean && value.untyped == Untyped::no && !value.soft)
    return "(CASE " + value.sql + " WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)";
  return text_of(value);
}

/// The element that has this text in an array.
std::string Translator::from_text(TypeKind kind, const std::string& text) const {
  if (is_text(kind) || kind == TypeKind::uuid || kind == TypeKind::numeric) return text;
  if (is_whole(kind)) return "CAST(" + text + " AS INTEGER)";
  if (kind == TypeKind::boolean) return "(" + text + " = 't')";
  if (kind == TypeKind::date) return "pg_read_date(" + text + ")";
  throw Unsure{"an array of this type"};
}

ColumnType Translator::element_type(const ColumnType& array) {
  ColumnType type{array.element};
  if (type.kind == TypeKind::numeric) type.scale = ColumnType::own_scale;
  type.bytewise = array.bytewise;
  return type;
}

ColumnType Translator::array_of(const ColumnType& element) {
  ColumnType type{TypeKind::array};
  type.element = element.kind;
  type.bytewise = element.bytewise;
  // Only what elements_of() and from_text() take apart again.
  const bool known = is_whole(element.kind) || is_text(element.kind) ||
                     element.kind == TypeKind::boolean || element.kind == TypeKind::uuid ||
                     element.kind == TypeKind::date || element.kind == TypeKind::numeric;
  if (!known || (element.kind == TypeKind::numeric && element.length > 0))
    throw Unsure{"an array of this type"};
  if (element.kind == TypeKind::varchar) type.length = element.length;
  return type;
}

bool Translator::is_exact(const ColumnType& type) {
  return is_whole(type.kind) || type.kind == TypeKind::numeric;
}

/// A numeric as a text of its own scale.
std::string Translator::as_decimal(const Typed& value) const {
  if (value.untyped != Untyped::no || !is_exact(value.type))
    throw Unsure{"a number without a scale"};
  if (value.type.scale == ColumnType::own_scale) return value.sql;
  if (value.soft) throw Unsure{"a number without a scale"};
  return "pg_decimal(" + value.sql + ", " + std::to_string(value.type.scale) + ")";
}

std::string Translator::as_float(const Typed& value) const {
  if (value.untyped != Untyped::no || value.soft) throw Unsure{"a number without a type"};
  if (value.type.kind == TypeKind::float8 || value.type.kind == TypeKind::float4) return value.sql;
  if (is_whole(value.type.kind)) return "pg_float_of_whole(" + value.sql + ")";
  return "pg_float_of_decimal(" + as_decimal(value) + ")";
}

// ---- time ----

std::string Translator::zone() const {
  return quoted(printing_.utc ? std::string_view("UTC") : std::string_view(printing_.zone));
}

/// The clock of the session's zone at an instant, and back.
std::string Translator::local_sql(const std::string& instant) const {
  return printing_.utc ? instant : "pg_local(" + instant + ", " + zone() + ")";
}
std::string Translator::instant_sql(const std::string& local) const {
  return printing_.utc ? local : "pg_instant(" + local + ", " + zone() + ")";
}

/// A date or timestamp as the microseconds of a clock.
std::string Translator::moment(const Typed& value) const {
  if (value.type.kind == TypeKind::timestamptz) return local_sql(value.sql);
  return value.type.kind == TypeKind::date ? "(" + value.sql + " * 86400000000)" : value.sql;
}

// ---- JSON ----

/// How it stands in JSON: `n` as it is, `q` in quotes; and its text.
std::pair<std::string, std::string> Translator::json_of(const Typed& value) const {
  if (value.untyped == Untyped::null) return {"'n'", "NULL"};
  if (value.untyped == Untyped::text) return {"'q'", quoted(value.text)};
  if (value.untyped != Untyped::no) throw Unsure{"a value without a type"};
  const TypeKind kind = value.type.kind;
  if (kind == TypeKind::boolean) return {"'n'", cast_text(value)};
  if (is_whole(kind) || kind == TypeKind::numeric || kind == TypeKind::float8 ||
      kind == TypeKind::json || kind == TypeKind::jsonb)
    return {"'n'", text_of(value)};
  if (kind == TypeKind::timestamp || kind == TypeKind::timestamptz)
    return {"'q'", "pg_json_moment(" + text_of(value) + ")"};
  if (is_text(kind) || kind == TypeKind::uuid || kind == TypeKind::date || kind == TypeKind::time ||
      kind == TypeKind::interval || kind == TypeKind::bytea || kind == TypeKind::enumeration)
    return {"'q'", text_of(value)};
  throw Unsure{"JSON of this type"};
}

// ---- numbers ----

/// A whole number of that type, which the server refuses where it is beyond.
std::string Translator::bounded(const std::string& sql, TypeKind kind) {
  const Typed::Range all = limits_of(kind);
  if (kind == TypeKind::int8) return sql;  // what calculates it is unsure beyond 64 bits
  return "within(" + sql + ", " + std::to_string(all.low) + ", " + std::to_string(all.high) + ")";
}

}  // namespace understudy::postgres::emulation
