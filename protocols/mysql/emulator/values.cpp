#include "protocols/mysql/emulator/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>

#include "protocols/mysql/types.hpp"
#include "protocols/sql/contents/exact_functions.hpp"
#include "protocols/sql/emulator/decimals.hpp"
#include "protocols/sql/lower.hpp"
#include "understudy/document.hpp"
#include "understudy/document_text.hpp"

namespace understudy::mysql::emulation {
namespace {

using sql::ValueClass;
using namespace std::chrono;

constexpr sys_days first_day = sys_days(year(2000) / January / 1);
constexpr std::int64_t second = 1'000'000, day = 86'400 * second;

struct WholeType {
  std::string_view name;
  std::int32_t octets;
};
constexpr WholeType whole_types[] = {
    {"tinyint", 1},   {"bool", 1}, {"boolean", 1}, {"smallint", 2},
    {"mediumint", 3}, {"int", 4},  {"integer", 4}, {"bigint", 8},
};

std::int32_t argument(const tree::Type& type, std::size_t at, std::int32_t none) {
  if (at >= type.arguments.size()) return none;
  const std::string& digits = type.arguments[at];
  std::int32_t number = -1;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

/// Collations of no language in particular, in which ASCII letters are what they are.
bool has_common_letters(std::string_view collation) {
  static constexpr std::string_view endings[] = {"_general_ci", "_unicode_ci", "_unicode_520_ci",
                                                 "_0900_ai_ci", "_uca1400_ai_ci"};
  return std::ranges::any_of(endings,
                             [&](std::string_view each) { return collation.ends_with(each); });
}

/// Those in which different ASCII letters, or several of them, may be one.
bool has_odd_letters(std::string_view collation) {
  static constexpr std::string_view languages[] = {
      "lithuanian", "latvian",  "roman",   "danish",  "croatian", "hungarian",  "czech",
      "slovak",     "spanish2", "turkish", "german2", "persian",  "vietnamese", "sinhala",
      "trad",       "myanmar",  "thai",    "big5",    "japanese", "chinese",    "korean"};
  return std::ranges::any_of(languages, [&](std::string_view each) {
    return collation.find(each) != std::string_view::npos;
  });
}

/// Only what is known of UTF-8: other character sets may have other letters.
void set_comparison(std::string_view collation, ColumnType& type) {
  const bool utf8 = collation.starts_with("utf8");
  type.plain_order = true;
  if (utf8 && collation.ends_with("_bin") && !collation.ends_with("nopad_bin")) {
    type.comparison = Comparison::padded;
    type.plain_order = false;
  } else if (utf8 && has_common_letters(collation)) {
    type.comparison = Comparison::folded;
    type.plain_order = !collation.ends_with("_general_ci");
  } else {
    type.comparison = Comparison::alike;
  }
}

/// As `scale` of a text: CHAR, which loses blanks behind it.
constexpr std::int32_t cuts_blanks = 1;

void set_collation(std::string_view collation, ColumnType& type) {
  for (const char c : collation)
    type.collation = (type.collation ^ static_cast<unsigned char>(c)) * 16'777'619U + 1;
  set_comparison(collation, type);
}

ColumnType text_type(const tree::Type& type, std::string_view collation) {
  constexpr std::int32_t tiny = 255, usual = 65'535, medium = 16'777'215;
  const std::string& name = type.name.name;
  ColumnType result{name == "char" || name == "varchar" ? TypeKind::varchar : TypeKind::text};
  if (name == "char" || name == "varchar")
    result.length = argument(type, 0, name == "char" ? 1 : -1);
  else if (name == "tinytext")
    result.length = tiny;
  else if (name == "text")
    result.length = type.arguments.empty() ? usual : -1;
  else
    result.length = name == "mediumtext" ? medium : std::numeric_limits<std::int32_t>::max();
  if (result.length < 0 || has_odd_letters(collation)) return {};
  if (name == "char") result.scale = cuts_blanks;
  set_collation(collation, result);
  return result;
}

/// ENUM and SET: texts that are among the labels, or made of them.
ColumnType labelled_type(const tree::Type& type, std::string_view collation) {
  const bool several = type.name.name == "set";
  ColumnType result{TypeKind::varchar};
  std::set<std::string> met;
  for (const std::string& label : type.arguments) {
    const bool plain = !label.empty() && std::ranges::all_of(label, [](char c) {
      return c > ' ' && c < 0x7F && c != ',';
    });
    if (!plain || !met.insert(sql::lower(label)).second) return {};
    const auto length = static_cast<std::int32_t>(label.size());
    result.length = several ? result.length + length + (result.length > 0 ? 1 : 0)
                            : std::max(result.length, length);
  }
  if (met.empty() || has_odd_letters(collation)) return {};
  result.enumeration = sql::contents::interned({type.name.name, type.arguments});
  set_collation(collation, result);
  return result;
}

/// As the column was declared to spell it; nothing where there is none, which a strict mode
/// refuses.
std::optional<std::string> label_of(const sql::contents::Enumeration& labels,
                                    std::string_view text) {
  for (const std::string& each : labels.labels)
    if (sql::lower(each) == sql::lower(std::string(text))) return each;
  return std::nullopt;
}

/// Of a SET in the order of its declaration.
std::optional<Datum> read_labels(const ColumnType& type, std::string_view text) {
  if (!holds_several(type)) {
    auto label = label_of(*type.enumeration, text);
    return label ? std::optional(Datum(*std::move(label))) : std::nullopt;
  }
  std::set<std::string> given;
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find(','));
    auto label = label_of(*type.enumeration, one);
    if (!label) return std::nullopt;
    given.insert(*std::move(label));
    text.remove_prefix(std::min(one.size() + 1, text.size()));
  }
  std::string all;
  for (const std::string& each : type.enumeration->labels)
    if (given.contains(each)) all += (all.empty() ? "" : ",") + each;
  return Datum(std::move(all));
}

/// Hexadecimal digits, with dashes where they belong or without any.
std::optional<Datum> read_uuid(std::string_view text) {
  std::string digits;
  const bool dashed = text.size() == 36;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = dashed && (i == 8 || i == 13 || i == 18 || i == 23);
    if (dash != (text[i] == '-')) return std::nullopt;
    if (!dash) digits += text[i];
  }
  digits = sql::lower(digits);
  if (digits.size() != 32 || digits.find_first_not_of("0123456789abcdef") != std::string::npos)
    return std::nullopt;
  for (const std::size_t at : {8, 13, 18, 23}) digits.insert(at, "-");
  return Datum(std::move(digits));
}

bool has_only_digits(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<Datum> read_whole(ColumnType type, std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const Limits limits = limits_of(type);
  if (!has_only_digits(text) || error != std::errc{} || number < limits.low || number > limits.high)
    return std::nullopt;
  return Datum(number);
}

std::optional<Datum> read_double(const ColumnType& type, std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (type.length == single_octets && error == std::errc{}) {
    if (std::abs(value) > std::numeric_limits<float>::max()) return std::nullopt;
    value = static_cast<double>(static_cast<float>(value));
  }
  const bool plain = error == std::errc{} && end == text.data() + text.size() &&
                     (value == 0 ? !std::signbit(value) &&
                                       text.find_first_of("123456789") == std::string_view::npos
                                 : std::fpclassify(value) == FP_NORMAL);
  return plain ? std::optional(Datum(sql::contents::ordered_bits(value))) : std::nullopt;
}

// ---- times ----

/// Takes so many digits off.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  int number = 0;
  if (text.size() < count) return std::nullopt;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    number = number * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return number;
}

bool take(std::string_view& text, char mark) {
  if (!text.starts_with(mark)) return false;
  text.remove_prefix(1);
  return true;
}

/// Days since 2000-01-01.
std::optional<std::int64_t> take_date(std::string_view& text) {
  const auto y = take_digits(text, 4);
  if (!y || !take(text, '-')) return std::nullopt;
  const auto m = take_digits(text, 2);
  if (!m || !take(text, '-')) return std::nullopt;
  const auto d = take_digits(text, 2);
  if (!d || *y < 1) return std::nullopt;
  const year_month_day date{year(*y), month(static_cast<unsigned>(*m)),
                            std::chrono::day(static_cast<unsigned>(*d))};
  if (!date.ok()) return std::nullopt;
  return (sys_days(date) - first_day).count();
}

/// Behind a point, at most `decimals` digits; none at all.
std::optional<std::int64_t> take_fraction(std::string_view& text, std::int32_t decimals) {
  if (!take(text, '.')) return 0;
  std::int64_t fraction = 0, unit = second;
  std::int32_t digits = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    if (++digits > decimals && text.front() != '0') return std::nullopt;
    if (digits > 6) return std::nullopt;
    unit /= 10;
    fraction += (text.front() - '0') * unit;
    text.remove_prefix(1);
  }
  return digits == 0 ? std::nullopt : std::optional(fraction);
}

/// `hh:mm[:ss[.ffffff]]`
std::optional<std::int64_t> take_time(std::string_view& text, std::int32_t decimals,
                                      int most_hours) {
  const std::size_t digits = text.size() > 3 && text[2] != ':' && text[3] == ':' ? 3 : 2;
  const auto h = take_digits(text, digits);
  if (!h || *h > most_hours || !take(text, ':')) return std::nullopt;
  const auto m = take_digits(text, 2);
  if (!m || *m > 59) return std::nullopt;
  int s = 0;
  std::int64_t fraction = 0;
  if (take(text, ':')) {
    const auto seconds = take_digits(text, 2);
    if (!seconds || *seconds > 59) return std::nullopt;
    s = *seconds;
    const auto told = take_fraction(text, decimals);
    if (!told) return std::nullopt;
    fraction = *told;
  }
  return ((*h * 60LL + *m) * 60 + s) * second + fraction;
}

std::optional<Datum> read_date(std::string_view text) {
  const auto days = take_date(text);
  return days && text.empty() ? std::optional(Datum(*days)) : std::nullopt;
}

std::optional<Datum> read_moment(ColumnType type, std::string_view text, const Reading& reading) {
  const auto days = take_date(text);
  if (!days) return std::nullopt;
  std::int64_t moment = *days * day;
  if (!text.empty()) {
    if (!take(text, ' ') && !take(text, 'T')) return std::nullopt;
    const auto time = take_time(text, type.scale, 23);
    if (!time || !text.empty()) return std::nullopt;
    moment += *time;
  }
  if (type.kind == TypeKind::timestamp) return Datum(moment);
  // A TIMESTAMP holds what is between 1970 and 2038, of its own zone.
  constexpr std::int64_t first = -10'957 * day + second, last = 13'898 * day;
  if (!reading.offset) return std::nullopt;
  moment -= reading.offset->count() * second;
  return moment >= first && moment < last ? std::optional(Datum(moment)) : std::nullopt;
}

std::optional<Datum> read_time(ColumnType type, std::string_view text) {
  const bool negative = take(text, '-');
  const auto time = take_time(text, type.scale, 838);
  if (!time || !text.empty() || (negative && *time == 0)) return std::nullopt;
  return Datum(negative ? -*time : *time);
}

std::string with_fraction(std::string text, std::int64_t fraction, std::int32_t decimals) {
  if (decimals == 0) return text;
  const std::string digits = fmt::format("{:06}", fraction);
  return text + "." + digits.substr(0, static_cast<std::size_t>(decimals));
}

std::string print_date(std::int64_t days) {
  const year_month_day date(first_day + std::chrono::days(days));
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::string print_time(std::int64_t time, std::int32_t decimals) {
  const std::int64_t seconds = time / second;
  return with_fraction(
      fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60),
      time % second, decimals);
}

std::string print_moment(std::int64_t moment, std::int32_t decimals) {
  const std::int64_t days = moment >= 0 ? moment / day : -((day - 1 - moment) / day);
  return print_date(days) + " " + print_time(moment - days * day, decimals);
}

bool fits(ColumnType type, std::string_view text) {
  const bool in_octets = type.kind == TypeKind::text;
  const auto size = in_octets ? static_cast<std::int64_t>(text.size()) : characters_of(text);
  return size <= type.length;
}

std::optional<Datum> read_text(ColumnType type, ValueClass value_class, std::string_view text) {
  if (value_class == ValueClass::number && !has_only_digits(text)) return std::nullopt;
  if (value_class == ValueClass::boolean || value_class == ValueClass::binary) return std::nullopt;
  // What lies beyond the basic plane not every character set holds.
  const bool plain = std::ranges::none_of(
      text, [](char c) { return static_cast<unsigned char>(c) >= 0xF0 || c == '\0'; });
  // Of another character set, or an unknown one, it may lack letters.
  const bool known = type.comparison != Comparison::alike ||
                     std::ranges::all_of(text, [](char c) { return c > 0; });
  if (!plain || !known || !understudy::is_text(text) || !fits(type, text)) return std::nullopt;
  if (type.scale == cuts_blanks) text = text.substr(0, text.find_last_not_of(' ') + 1);
  return Datum(std::string(text));
}

}  // namespace

std::optional<seconds> offset_of_zone(std::string_view zone) {
  if (zone == "UTC") return seconds(0);
  if (zone.size() != 6 || zone[3] != ':') return std::nullopt;
  const bool negative = zone.front() == '-';
  if (!negative && zone.front() != '+') return std::nullopt;
  std::string_view rest = zone.substr(1);
  const auto hours = take_digits(rest, 2);
  if (!hours || !take(rest, ':')) return std::nullopt;
  const auto minutes = take_digits(rest, 2);
  if (!minutes || !rest.empty()) return std::nullopt;
  const seconds offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return negative ? -offset : offset;
}

ColumnType column_type(const tree::Type& type, std::string_view collation, const Reading& reading) {
  const std::string& name = type.name.name;
  if (!type.name.schema.empty()) return {};
  const auto* whole = std::ranges::find(whole_types, name, &WholeType::name);
  if (whole != std::end(whole_types))
    return {.kind = TypeKind::int8, .length = whole->octets, .is_unsigned = type.is_unsigned};
  if (name == "decimal" || name == "numeric" || name == "dec" || name == "fixed") {
    const std::int32_t precision = argument(type, 0, 10), scale = argument(type, 1, 0);
    if (precision < 1 || precision > 15 || scale < 0 || scale > precision) return {};
    return {.kind = TypeKind::numeric,
            .length = precision,
            .is_unsigned = type.is_unsigned,
            .scale = scale};
  }
  if ((name == "double" || name == "real") && type.arguments.empty() && !type.is_unsigned)
    return {.kind = TypeKind::float8};
  if (name == "float" && !type.is_unsigned && type.arguments.size() < 2) {
    constexpr std::int32_t most_of_single = 24;
    return {.kind = TypeKind::float8,
            .length = argument(type, 0, 0) <= most_of_single ? single_octets : 0};
  }
  if (name == "uuid" && reading.mariadb) return {.kind = TypeKind::uuid};
  if (name == "enum" || name == "set")
    return labelled_type(type, !type.collation.empty() ? type.collation : collation);
  if (name == "char" || name == "varchar" || name.ends_with("text"))
    return text_type(type, !type.collation.empty() ? type.collation : std::string(collation));
  if (name == "json" && reading.mariadb) return {.kind = TypeKind::json};
  if (name == "varbinary")
    return {.kind = TypeKind::bytea, .length = argument(type, 0, -1), .bytewise = true};
  if ((name == "blob" && type.arguments.empty()) || name == "tinyblob" || name == "mediumblob" ||
      name == "longblob")
    return {.kind = TypeKind::bytea,
            .length = name == "tinyblob" ? 255
                      : name == "blob"   ? 65'535
                                         : 16'777'215,
            .bytewise = true};
  const std::int32_t decimals = argument(type, 0, 0);
  if (decimals < 0 || decimals > 6) return {};
  if (name == "date" && type.arguments.empty()) return {.kind = TypeKind::date};
  if (name == "datetime") return {.kind = TypeKind::timestamp, .scale = decimals};
  if (name == "timestamp") return {.kind = TypeKind::timestamptz, .scale = decimals};
  if (name == "time") return {.kind = TypeKind::time, .scale = decimals};
  return {};
}

Limits limits_of(ColumnType type) noexcept {
  const std::int32_t bits = 8 * std::clamp(type.length, 1, 8);
  if (bits == 64) {
    // What is beyond is not kept.
    const std::int64_t low = type.is_unsigned ? 0 : std::numeric_limits<std::int64_t>::min();
    return {low, std::numeric_limits<std::int64_t>::max()};
  }
  const std::int64_t all = std::int64_t{1} << bits;
  return type.is_unsigned ? Limits{0, all - 1} : Limits{-all / 2, all / 2 - 1};
}

std::int64_t characters_of(std::string_view text) noexcept {
  return std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
}

std::optional<Datum> read_value(ColumnType type, ValueClass value_class, std::string_view text,
                                const Reading& reading) {
  if (value_class == ValueClass::null) return Datum();
  const bool quoted = value_class == ValueClass::string || value_class == ValueClass::unknown;
  const bool number = quoted || value_class == ValueClass::number;
  if (value_class == ValueClass::boolean && sql::contents::is_whole(type.kind))
    return Datum(std::int64_t{text == "true" ? 1 : 0});
  switch (type.kind) {
    case TypeKind::boolean:
    case TypeKind::int8:
      return number ? read_whole(type, text) : std::nullopt;
    case TypeKind::numeric: {
      const bool sound = number && sql::emulator::scale_of(text) <= type.scale &&
                         !(type.is_unsigned && text.starts_with('-'));
      const auto value =
          sound ? sql::emulator::read_numeric(text, type.length, type.scale) : std::nullopt;
      return value ? std::optional(Datum(*value)) : std::nullopt;
    }
    case TypeKind::float8:
      return number ? read_double(type, text) : std::nullopt;
    case TypeKind::text:
    case TypeKind::varchar:
      if (type.enumeration != nullptr) return quoted ? read_labels(type, text) : std::nullopt;
      return read_text(type, value_class, text);
    case TypeKind::uuid:
      return quoted ? read_uuid(text) : std::nullopt;
    case TypeKind::json: {
      const bool sound = quoted && understudy::is_text(text) && !parse_json(text).is_discarded();
      return sound ? std::optional(Datum(std::string(text))) : std::nullopt;
    }
    case TypeKind::bytea: {
      const bool sound = (quoted || value_class == ValueClass::binary) &&
                         static_cast<std::int64_t>(text.size()) <= type.length;
      return sound ? std::optional(Datum(std::string(text))) : std::nullopt;
    }
    case TypeKind::date:
      return quoted ? read_date(text) : std::nullopt;
    case TypeKind::timestamp:
    case TypeKind::timestamptz:
      return quoted ? read_moment(type, text, reading) : std::nullopt;
    case TypeKind::time:
      return quoted ? read_time(type, text) : std::nullopt;
    default:
      return std::nullopt;
  }
}

std::optional<std::string> print_value(ColumnType type, const Datum& datum, const Reading& reading,
                                       bool& sure) {
  if (sql::contents::is_null(datum)) return std::nullopt;
  const auto* number = std::get_if<std::int64_t>(&datum);
  if (number == nullptr) {
    const bool text = sql::contents::is_text(type.kind) || type.kind == TypeKind::bytea ||
                      type.kind == TypeKind::json || type.kind == TypeKind::opaque ||
                      type.kind == TypeKind::uuid;
    sure = sure && text;
    return std::get<std::string>(datum);
  }
  switch (type.kind) {
    case TypeKind::opaque:  // a value of the request, as it was written
    case TypeKind::boolean:
    case TypeKind::int8:
      return std::to_string(*number);
    case TypeKind::numeric:
      return sql::emulator::print_numeric(*number, type.scale);
    case TypeKind::float8:
      return type.length == single_octets
                 ? float_text(static_cast<float>(sql::contents::value_of_bits(*number)),
                              floating_decimals)
                 : double_text(sql::contents::value_of_bits(*number), floating_decimals);
    case TypeKind::date:
      return print_date(*number);
    case TypeKind::timestamp:
      return print_moment(*number, type.scale);
    case TypeKind::timestamptz:
      sure = sure && reading.offset.has_value();
      return print_moment(*number + reading.offset.value_or(seconds(0)).count() * second,
                          type.scale);
    case TypeKind::time:
      return (*number < 0 ? "-" : "") + print_time(std::abs(*number), type.scale);
    default:
      sure = false;
      return "";
  }
}

}  // namespace understudy::mysql::emulation
