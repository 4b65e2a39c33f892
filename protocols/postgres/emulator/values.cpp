#include "protocols/postgres/emulator/values.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "protocols/postgres/datetime.hpp"
#include "protocols/postgres/emulator/array.hpp"
#include "protocols/postgres/emulator/exact_values.hpp"
#include "protocols/postgres/emulator/hosts.hpp"
#include "protocols/postgres/emulator/time_values.hpp"
#include "protocols/postgres/emulator/value_functions.hpp"
#include "protocols/postgres/time_zone.hpp"
#include "understudy/document.hpp"

namespace understudy::postgres::emulation {
namespace {

using sql::ValueClass;

struct NamedType {
  std::string_view name;
  TypeKind kind;
};
constexpr NamedType known_types[] = {{"bool", TypeKind::boolean},
                                     {"boolean", TypeKind::boolean},
                                     {"int2", TypeKind::int2},
                                     {"smallint", TypeKind::int2},
                                     {"smallserial", TypeKind::int2},
                                     {"serial2", TypeKind::int2},
                                     {"int4", TypeKind::int4},
                                     {"int", TypeKind::int4},
                                     {"integer", TypeKind::int4},
                                     {"serial", TypeKind::int4},
                                     {"serial4", TypeKind::int4},
                                     {"int8", TypeKind::int8},
                                     {"bigint", TypeKind::int8},
                                     {"bigserial", TypeKind::int8},
                                     {"serial8", TypeKind::int8},
                                     {"text", TypeKind::text},
                                     {"varchar", TypeKind::varchar},
                                     {"numeric", TypeKind::numeric},
                                     {"decimal", TypeKind::numeric},
                                     {"float4", TypeKind::float4},
                                     {"real", TypeKind::float4},
                                     {"float8", TypeKind::float8},
                                     {"double precision", TypeKind::float8},
                                     {"bytea", TypeKind::bytea},
                                     {"json", TypeKind::json},
                                     {"jsonb", TypeKind::jsonb},
                                     {"interval", TypeKind::interval},
                                     {"time", TypeKind::time},
                                     {"uuid", TypeKind::uuid},
                                     {"inet", TypeKind::inet},
                                     {"date", TypeKind::date},
                                     {"timestamp", TypeKind::timestamp},
                                     {"timestamptz", TypeKind::timestamptz}};

std::optional<std::int64_t> whole_number(std::string_view text, TypeKind kind) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  const auto fits = [&](auto limit) {
    return number >= std::numeric_limits<decltype(limit)>::min() &&
           number <= std::numeric_limits<decltype(limit)>::max();
  };
  if (kind == TypeKind::int2 && !fits(std::int16_t{})) return std::nullopt;
  if (kind == TypeKind::int4 && !fits(std::int32_t{})) return std::nullopt;
  return number;
}

std::optional<Datum> read_boolean(std::string_view text) {
  if (text == "true" || text == "t") return Datum(std::int64_t{1});
  if (text == "false" || text == "f") return Datum(std::int64_t{0});
  return std::nullopt;
}

/// In its usual form, in lower case; also of one in braces, with dashes behind any four digits, or
/// without.
std::optional<Datum> read_uuid(std::string_view text) {
  if (text.starts_with('{') && text.ends_with('}')) text = text.substr(1, text.size() - 2);
  constexpr std::size_t digits = 32;
  std::string canonical;
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c =
        text[i] >= 'A' && text[i] <= 'F' ? static_cast<char>(text[i] - 'A' + 'a') : text[i];
    if (c == '-' && count > 0 && count < digits && count % 4 == 0 && text[i - 1] != '-') continue;
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) || count == digits) return std::nullopt;
    if (count == 8 || count == 12 || count == 16 || count == 20) canonical += '-';
    canonical += c;
    ++count;
  }
  return count == digits ? std::optional(Datum(std::move(canonical))) : std::nullopt;
}

/// Two digits at `at`, at most `most`.
bool is_pair(std::string_view text, std::size_t at, int most) {
  const auto digit = [&](std::size_t i) {
    return i < text.size() && text[i] >= '0' && text[i] <= '9' ? text[i] - '0' : -1;
  };
  return digit(at) >= 0 && digit(at + 1) >= 0 && digit(at) * 10 + digit(at + 1) <= most;
}

/// `2024-01-31`, of a year with four digits.
bool is_plain_date(std::string_view text) {
  std::int32_t days = 0;
  if (text.size() != 10 || !parse_date(text, days)) return false;
  std::string printed;
  append_date(days, printed);
  return printed == text;
}

/// Takes `hh:mm[:ss[.ffffff]]` off; false where that is not what stands there.
bool take_plain_time(std::string_view& rest) {
  if (!is_pair(rest, 0, 23) || rest.substr(2, 1) != ":" || !is_pair(rest, 3, 59)) return false;
  rest.remove_prefix(5);
  if (!rest.starts_with(':')) return true;
  if (!is_pair(rest, 1, 59)) return false;
  rest.remove_prefix(3);
  if (!rest.starts_with('.')) return true;
  const std::size_t end = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
  if (end < 2 || end > 7) return false;
  rest.remove_prefix(end);
  return true;
}

/// `Z`, `+hh`, `+hh:mm`.
bool is_plain_offset(std::string_view text) {
  if (text == "Z") return true;
  if (!(text.starts_with('+') || text.starts_with('-')) || !is_pair(text, 1, 14)) return false;
  return text.size() == 3 || (text.size() == 6 && text[3] == ':' && is_pair(text, 4, 59));
}

enum class Zone : std::uint8_t { forbidden, allowed, demanded };

bool is_plain_moment(std::string_view text, Zone zone) {
  if (!is_plain_date(text.substr(0, 10))) return false;
  std::string_view rest = text.substr(10);
  if (rest.empty()) return zone != Zone::demanded;
  if (!(rest.starts_with(' ') || rest.starts_with('T'))) return false;
  rest.remove_prefix(1);
  if (!take_plain_time(rest)) return false;
  if (rest.empty()) return zone != Zone::demanded;
  return zone != Zone::forbidden && is_plain_offset(rest);
}

/// Takes digits behind the sixth off, with those before them: the server reads all of them as one
/// float, which it rounds to microseconds. Of `hh:mm:ss.fffffffff` alone.
Microseconds take_long_fraction(std::string& text) {
  constexpr std::size_t seconds = 6, most = 18;  // characters of `:mm:ss`; digits
  const std::size_t point = text.find('.');
  if (point == std::string::npos || point < seconds || text[point - 3] != ':' ||
      text[point - seconds] != ':')
    return 0;
  const std::size_t end = std::min(text.find_first_not_of("0123456789", point + 1), text.size());
  const std::size_t digits = end - point - 1;
  if (digits <= 6 || digits > most) return 0;
  double fraction = 0;
  std::from_chars(text.data() + point, text.data() + end, fraction);
  text.erase(point, end - point);
  return static_cast<Microseconds>(std::rint(fraction * 1'000'000));
}

std::optional<Datum> read_plain_moment(TypeKind kind, std::string_view text,
                                       const Printing& printing) {
  Microseconds moment = 0;
  std::int32_t days = 0;
  switch (kind) {
    case TypeKind::date:
      // Some drivers add a zone, which does not count.
      if (text.size() > 11 && text[10] == ' ' && is_plain_offset(text.substr(11)))
        text = text.substr(0, 10);
      if (!is_plain_date(text) || !parse_date(text, days)) return std::nullopt;
      return Datum(std::int64_t{days});
    case TypeKind::timestamp:
      if (!is_plain_moment(text, Zone::forbidden) || !parse_timestamp(text, moment))
        return std::nullopt;
      return Datum(std::int64_t{moment});
    default:
      if (!printing.utc && is_plain_moment(text, Zone::forbidden)) {
        // Of the session's own zone.
        const auto instant =
            parse_timestamp(text, moment) ? instant_of(moment, printing.zone) : std::nullopt;
        return instant ? std::optional(Datum(std::int64_t{*instant})) : std::nullopt;
      }
      if (!is_plain_moment(text, printing.utc ? Zone::allowed : Zone::demanded) ||
          !parse_timestamptz(text, moment))
        return std::nullopt;
      return Datum(std::int64_t{moment});
  }
}

std::optional<Datum> read_moment(TypeKind kind, std::string_view text, const Printing& printing) {
  std::string plain(text);
  const Microseconds fraction = take_long_fraction(plain);
  if (plain.ends_with(" UTC")) plain.replace(plain.size() - 4, 4, "Z");
  auto moment = read_plain_moment(kind, plain, printing);
  if (moment && fraction > 0) moment = std::get<std::int64_t>(*moment) + fraction;
  return moment;
}

bool fits(ColumnType type, std::string_view text) {
  const auto characters = std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  });
  return type.kind != TypeKind::varchar || type.length == 0 || characters <= type.length;
}

/// Of a precision and a scale with which whole numbers of 64 bits can be calculated, and floats of
/// 64 bits compared.
ColumnType numeric_type(const std::vector<std::string>& arguments) {
  constexpr std::int32_t most = 15;
  std::int32_t numbers[2] = {0, 0};
  if (arguments.empty())
    return {.kind = TypeKind::numeric, .scale = ColumnType::own_scale};  // shown alone
  if (arguments.size() > 2) return {};
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& digits = arguments[i];
    std::from_chars(digits.data(), digits.data() + digits.size(), numbers[i]);
  }
  const auto [precision, scale] = numbers;
  if (precision < 1 || precision > most || scale < 0 || scale > precision) return {};
  return {.kind = TypeKind::numeric, .length = precision, .scale = scale};
}

std::optional<Datum> read_time(std::string_view text) {
  Microseconds time = 0;
  std::string_view rest = text;
  if (!take_plain_time(rest) || !rest.empty() || !parse_time(text, time)) return std::nullopt;
  return Datum(std::int64_t{time});
}

/// Of elements whose text can be told from another one's, and read again.
ColumnType array_type(const ColumnType& element) {
  const bool plain_numeric =
      element.kind == TypeKind::numeric && element.scale == ColumnType::own_scale;
  const bool known = sql::contents::is_whole(element.kind) ||
                     sql::contents::is_text(element.kind) || element.kind == TypeKind::boolean ||
                     element.kind == TypeKind::uuid || element.kind == TypeKind::date ||
                     plain_numeric;
  if (!known) return {};
  ColumnType type{TypeKind::array};
  type.element = element.kind;
  type.length = element.length;
  type.bytewise = element.bytewise;
  return type;
}

/// As the server prints it; nothing for several dimensions, and bounds of its own.
std::optional<Datum> read_whole_array(const ColumnType& type, std::string_view text,
                                      const Printing& printing) {
  ColumnType element{type.element, type.length};
  if (element.kind == TypeKind::numeric) element.scale = ColumnType::own_scale;
  const auto elements = take_array_apart(text);
  if (!elements) return std::nullopt;
  Elements printed;
  for (const auto& each : *elements) {
    if (!each) {
      printed.emplace_back();
      continue;
    }
    const auto datum = read_value(element, ValueClass::unknown, *each, printing);
    bool sure = true;
    Printing iso = printing;
    iso.iso_dates = true;
    auto shown = datum ? print_value(element, *datum, iso, sure) : std::nullopt;
    if (!shown || !sure || (element.kind == TypeKind::date && !printing.iso_dates))
      return std::nullopt;
    printed.push_back(std::move(shown));
  }
  return Datum(print_array(printed));
}

template <class Value>
std::optional<Datum> datum_of(std::optional<Value> value) {
  return value ? std::optional(Datum(std::move(*value))) : std::nullopt;
}

}  // namespace

ColumnType column_type(const sql::tree::Type& type, std::string_view collation) {
  const auto* found = std::ranges::find(known_types, type.name.name, &NamedType::name);
  const bool known = found != std::end(known_types) && type.name.schema.empty() &&
                     type.dimensions <= 1 && !type.is_set;
  if (!known) return {};
  if (type.dimensions == 1) {
    sql::tree::Type element = type;
    element.dimensions = 0;
    return array_type(column_type(element, collation));
  }
  ColumnType result{found->kind};
  if (result.kind == TypeKind::numeric) return numeric_type(type.arguments);
  if (result.kind == TypeKind::varchar && type.arguments.size() == 1) {
    const std::string& digits = type.arguments.front();
    std::from_chars(digits.data(), digits.data() + digits.size(), result.length);
    if (result.length <= 0) return {};
  } else if (!type.arguments.empty()) {
    return {};
  }
  result.bytewise = collation == "C" || collation == "POSIX";
  if (!collation.empty() && !result.bytewise && collation != "default") return {};
  return result;
}

Oid oid_of(ColumnType type) noexcept {
  switch (type.kind) {
    case TypeKind::boolean:
      return oid::boolean;
    case TypeKind::int2:
      return oid::int2;
    case TypeKind::int4:
      return oid::int4;
    case TypeKind::int8:
      return oid::int8;
    case TypeKind::numeric:
      return oid::numeric;
    case TypeKind::float4:
      return oid::float4;
    case TypeKind::float8:
      return oid::float8;
    case TypeKind::bytea:
      return oid::bytea;
    case TypeKind::interval:
      return oid::interval;
    case TypeKind::json:
      return oid::json;
    case TypeKind::jsonb:
      return oid::jsonb;
    case TypeKind::time:
      return oid::time;
    case TypeKind::text:
      return oid::text;
    case TypeKind::varchar:
      return oid::varchar;
    case TypeKind::uuid:
      return oid::uuid;
    case TypeKind::inet:
      return oid::inet;
    case TypeKind::date:
      return oid::date;
    case TypeKind::timestamp:
      return oid::timestamp;
    case TypeKind::timestamptz:
      return oid::timestamptz;
    case TypeKind::oid:
      return oid::oid;
    case TypeKind::name:
      return oid::name;
    case TypeKind::character:
      return oid::char_;
    case TypeKind::array: {
      const auto element = find_type(oid_of(ColumnType{type.element}));
      return element ? postgres::oid_of(std::string(element->name) + "[]") : 0;
    }
    case TypeKind::enumeration:  // the server's own number
    case TypeKind::opaque:
      return 0;
  }
  return 0;
}

std::int16_t length_of(ColumnType type) noexcept {
  if (type.kind == TypeKind::enumeration) return 4;
  const auto known = find_type(oid_of(type));
  return known ? known->length : std::int16_t{-1};
}

std::int32_t modifier_of(ColumnType type) noexcept {
  constexpr std::int32_t header = 4;  // octets, which the modifier of a varchar counts
  if (type.kind == TypeKind::numeric && type.length > 0)
    return ((type.length << 16) | type.scale) + header;
  const bool of_varchar = type.kind == TypeKind::varchar || type.element == TypeKind::varchar;
  return of_varchar && type.length > 0 ? type.length + header : -1;
}

std::optional<Datum> read_value(ColumnType type, ValueClass value_class, std::string_view text,
                                const Printing& printing) {
  if (value_class == ValueClass::null) return Datum();
  const bool untyped = value_class == ValueClass::string || value_class == ValueClass::unknown;
  if (sql::contents::is_whole(type.kind)) {
    if (!untyped && value_class != ValueClass::number) return std::nullopt;
    const auto number = whole_number(text, type.kind);
    return number ? std::optional(Datum(*number)) : std::nullopt;
  }
  if (type.kind == TypeKind::boolean)
    return untyped || value_class == ValueClass::boolean ? read_boolean(text) : std::nullopt;
  const bool number = untyped || value_class == ValueClass::number;
  if (type.kind == TypeKind::numeric) {
    if (!number) return std::nullopt;
    // A number of a request has lost the zeros at its end.
    if (type.scale == ColumnType::own_scale)
      return untyped ? datum_of(read_decimal_text(text)) : std::nullopt;
    return datum_of(read_numeric(text, type.length, type.scale));
  }
  if (type.kind == TypeKind::float4) return number ? datum_of(read_single(text)) : std::nullopt;
  if (type.kind == TypeKind::float8) return number ? datum_of(read_float(text)) : std::nullopt;
  if (!untyped) return std::nullopt;
  switch (type.kind) {
    case TypeKind::text:
    case TypeKind::name:
    case TypeKind::varchar:
      if (!understudy::is_text(text) || !fits(type, text)) return std::nullopt;
      return Datum(std::string(text));
    case TypeKind::uuid:
      return read_uuid(text);
    case TypeKind::inet:
      return datum_of(read_host(text));
    case TypeKind::bytea:
      return datum_of(read_bytea(text));
    case TypeKind::interval:
      return printing.intervals ? datum_of(read_interval(text)) : std::nullopt;
    case TypeKind::array:
      return read_whole_array(type, text, printing);
    case TypeKind::enumeration:
      return std::ranges::count(type.enumeration->labels, text) > 0
                 ? std::optional(Datum(std::string(text)))
                 : std::nullopt;
    case TypeKind::json:
      return read_jsonb(text) ? std::optional(Datum(std::string(text))) : std::nullopt;
    case TypeKind::jsonb:
      return datum_of(read_jsonb(text));
    case TypeKind::time:
      return read_time(text);
    case TypeKind::date:
    case TypeKind::timestamp:
    case TypeKind::timestamptz:
      return read_moment(type.kind, text, printing);
    default:
      return std::nullopt;
  }
}

bool keeps_scale(ColumnType type, std::string_view text, bool compared) {
  if (type.kind != TypeKind::numeric || type.scale == ColumnType::own_scale) return true;
  const std::int32_t scale = scale_of(text);
  return compared ? scale <= type.scale : scale == type.scale;
}

namespace {

/// A timestamptz as the session's time zone has it.
bool append_in_zone(Microseconds value, const Printing& printing, std::string& text) {
  if (printing.utc) return append_timestamptz(value, text), printing.iso_dates;
  const auto east = seconds_east(printing.zone, value);
  if (!east || !printing.iso_dates) return false;
  append_timestamp(value + *east * std::int64_t{1'000'000}, text);
  const bool before_christ = text.ends_with(" BC");
  if (before_christ) text.resize(text.size() - 3);
  append_offset(*east, text);
  if (before_christ) text += " BC";
  return true;
}

}  // namespace

std::optional<std::string> print_value(ColumnType type, const Datum& datum,
                                       const Printing& printing, bool& sure) {
  if (sql::contents::is_null(datum)) return std::nullopt;
  const auto* number = std::get_if<std::int64_t>(&datum);
  if (number == nullptr) {
    const bool text = sql::contents::is_text(type.kind) || type.kind == TypeKind::uuid ||
                      type.kind == TypeKind::inet || type.kind == TypeKind::bytea ||
                      type.kind == TypeKind::interval || type.kind == TypeKind::json ||
                      type.kind == TypeKind::jsonb || type.kind == TypeKind::name ||
                      type.kind == TypeKind::character || type.kind == TypeKind::array ||
                      type.kind == TypeKind::enumeration || type.scale == ColumnType::own_scale;
    sure = sure && text && (type.kind != TypeKind::interval || printing.intervals);
    return std::get<std::string>(datum);
  }
  std::string text;
  switch (type.kind) {
    case TypeKind::boolean:
      return *number != 0 ? "t" : "f";
    case TypeKind::int2:
    case TypeKind::int4:
    case TypeKind::int8:
    case TypeKind::oid:
      return std::to_string(*number);
    case TypeKind::numeric:
      return print_numeric(*number, std::max(type.scale, 0));
    case TypeKind::float4:
      return print_single(*number);
    case TypeKind::float8:
      return print_float(*number);
    case TypeKind::time:
      append_time(*number, text);
      return text;
    case TypeKind::date:
      append_date(static_cast<std::int32_t>(*number), text);
      sure = sure && printing.iso_dates;
      return text;
    case TypeKind::timestamp:
      append_timestamp(*number, text);
      sure = sure && printing.iso_dates;
      return text;
    case TypeKind::timestamptz:
      sure = sure && append_in_zone(*number, printing, text);
      return text;
    default:
      sure = false;
      return text;
  }
}

}  // namespace understudy::postgres::emulation
