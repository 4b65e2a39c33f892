#include "protocols/mysql/column_book.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "protocols/sql/lower.hpp"
#include "protocols/sql/words.hpp"

namespace understudy::mysql {
namespace {

using sql::ValueClass;
using ColumnEntry = ColumnBook::Entry;
using ColumnKind = ColumnBook::Kind;

/// As many digits as a DOUBLE, in which MySQL compares what it can't compare otherwise, keeps.
constexpr std::size_t exact_digits = 15;

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) noexcept {
  return sql::to_lower(c) >= 'a' && sql::to_lower(c) <= 'z';
}

using sql::lower;

ColumnKind kind_of(const Column& column) {
  if (column.has(column_flag::enum_) || column.type == FieldType::enum_)
    return ColumnKind::enumeration;
  if (column.has(column_flag::set) || column.type == FieldType::set) return ColumnKind::other;
  switch (column.type) {
    case FieldType::year:
      return ColumnKind::other;
    case FieldType::decimal:
    case FieldType::newdecimal:
      return ColumnKind::decimal;
    case FieldType::varchar:
    case FieldType::var_string:
    case FieldType::string:
    case FieldType::tiny_blob:
    case FieldType::blob:
    case FieldType::medium_blob:
    case FieldType::long_blob:
      return ColumnKind::text;
    default:
      return is_integer(column.type) ? ColumnKind::integer : ColumnKind::other;
  }
}

/// A number without exponent: `-12.50`.
struct Number {
  bool sound = false;
  std::size_t whole = 0, fraction = 0;  ///< digits
  explicit Number(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    const std::size_t dot = std::min(text.find('.'), text.size());
    whole = dot;
    fraction = dot == text.size() ? 0 : text.size() - dot - 1;
    sound = whole > 0 && std::ranges::all_of(text.substr(0, dot), is_digit) &&
            std::ranges::all_of(text.substr(std::min(dot + 1, text.size())), is_digit);
  }
  [[nodiscard]] bool is_whole() const noexcept { return sound && fraction == 0; }
};

bool fits(std::string_view text, const ColumnEntry& entry) {
  const std::size_t bits = 8 * (entry.type == FieldType::int24 ? 3 : integer_width(entry.type));
  const char* end = text.data() + text.size();
  if (entry.is_unsigned) {
    std::uint64_t value = 0;
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    return error == std::errc{} && stop == end && (bits == 64 || value >> bits == 0);
  }
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  const std::int64_t most = std::numeric_limits<std::int64_t>::max() >> (64 - bits);
  return error == std::errc{} && stop == end && value <= most && value >= -most - 1;
}

/// Some collations ignore control characters, and an IPv6 address has many spellings.
understudy::Cell fold_text(std::string_view text) {
  const bool control = std::ranges::any_of(text, [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet == 0x7F || (octet < 0x20 && (octet < '\t' || octet > '\r'));
  });
  const bool address = std::ranges::count(text, ':') > 1 && std::ranges::all_of(text, [](char c) {
                         return is_digit(c) ||
                                (sql::to_lower(c) >= 'a' && sql::to_lower(c) <= 'f') || c == ':' ||
                                c == '.';
                       });
  return control || address ? std::nullopt : sql::fold_value(text);
}

/// What is told of one column more than once: what it is where all agree.
void combine(ColumnEntry& entry, const ColumnEntry& told) {
  const bool agrees = entry.kind == told.kind && entry.type == told.type &&
                      entry.is_unsigned == told.is_unsigned && entry.decimals == told.decimals;
  if (!agrees) entry.kind = ColumnKind::other;
  // What an outer join shows may be NULL although the column never is.
  entry.not_null = entry.not_null || told.not_null;
  entry.auto_increment = entry.auto_increment || told.auto_increment;
  entry.octets = entry.octets && told.octets;
  entry.length = std::min(entry.length, told.length);
}

}  // namespace

// ---- the book ----

ColumnBook::Name ColumnBook::name_of(const Column& column) {
  if (column.org_table.empty() || column.org_name.empty() || column.schema.empty()) return {};
  const auto plain = [](std::string_view name) {
    return std::ranges::none_of(
        name, [](char c) { return static_cast<unsigned char>(c) >= 0x80 || c == '.'; });
  };
  if (!plain(column.org_table) || !plain(column.org_name) || !plain(column.schema)) return {};
  return {lower(column.schema + "." + column.org_table), lower(column.org_name)};
}

void ColumnBook::learn(const std::vector<Column>& columns) {
  for (const Column& column : columns) {
    const Name name = name_of(column);
    if (name.first.empty()) continue;
    const ColumnEntry told{kind_of(column),
                           column.type,
                           column.has(column_flag::unsigned_),
                           column.has(column_flag::not_null),
                           column.has(column_flag::auto_increment),
                           column.is_octets(),
                           column.length,
                           column.decimals};
    if (told.auto_increment) auto_increments_.emplace(name.first, name.second);
    const auto [found, added] = entries_.emplace(name, told);
    if (!added) combine(found->second, told);
  }
}

void ColumnBook::declare(const Name& name, const Entry& told) {
  const auto [found, added] = declared_.emplace(name, told);
  if (!added) combine(found->second, told);
}

const ColumnEntry* ColumnBook::find(const Name& name) const {
  if (const auto told = entries_.find(name); told != entries_.end()) return &told->second;
  const auto known = declared_.find(name);
  return known == declared_.end() || doubted_.contains(name.first) ? nullptr : &known->second;
}

std::string ColumnBook::auto_increment_of(const std::string& table) const {
  const auto found = auto_increments_.find(table);
  return found == auto_increments_.end() ? std::string() : found->second;
}

// ---- values ----

/// A value of a request, as far as it is known what it is.
struct ValueRules::Given {
  ValueClass value_class = ValueClass::unknown;
  bool floating = false;
  std::string_view text;

  /// What a column of numbers takes it for, if that is beyond doubt.
  [[nodiscard]] std::optional<std::string_view> number() const {
    if (value_class == ValueClass::boolean) return text == "true" ? "1" : "0";
    const Number number(text);
    const bool counts = value_class == ValueClass::number || value_class == ValueClass::string;
    if (!counts || !number.sound) return std::nullopt;
    const bool as_double = floating || number.fraction > 0;
    if (as_double && number.whole + number.fraction > exact_digits) return std::nullopt;
    return text;
  }
};

namespace {

understudy::Cell fold_integer(std::string_view number, const ColumnEntry& entry,
                              sql::ColumnRules::Use use) {
  const bool whole = Number(number).is_whole();
  if (use == sql::ColumnRules::Use::stored) {
    if (!whole || !fits(number, entry)) return std::nullopt;
    const understudy::Cell cell = sql::fold_value(number);
    // Zero asks AUTO_INCREMENT for the next number.
    return entry.auto_increment && cell == sql::fold_value("0") ? std::nullopt : cell;
  }
  return sql::fold_value(number);
}

understudy::Cell fold_decimal(std::string_view number, const ColumnEntry& entry,
                              sql::ColumnRules::Use use) {
  const Number parts(number);
  if (use == sql::ColumnRules::Use::stored) {
    const std::size_t marks = (entry.decimals > 0 ? 1U : 0U) + (entry.is_unsigned ? 0U : 1U);
    const std::size_t whole =
        entry.length > marks + entry.decimals ? entry.length - marks - entry.decimals : 0;
    const bool negative = number.starts_with('-');
    if (parts.fraction > entry.decimals || parts.whole > whole || (negative && entry.is_unsigned))
      return std::nullopt;
  }
  return sql::fold_value(number);
}

/// What an insert gives to a column of which nothing is known, if it is kept as it is by whatever
/// column takes it.
understudy::Cell fold_anywhere(ValueClass value_class, std::string_view text) {
  if (value_class == ValueClass::boolean) return sql::fold_value(text == "true" ? "1" : "0");
  if (value_class == ValueClass::number)
    return Number(text).is_whole() ? sql::fold_value(text) : std::nullopt;
  const bool word = value_class == ValueClass::string && !text.empty() && is_letter(text.front());
  return word ? fold_text(text) : std::nullopt;
}

}  // namespace

const ColumnEntry* ValueRules::find(const std::string& table, const std::string& column) const {
  if (table.find('.') != std::string::npos) return book_.find({table, column});
  return book_.find({lower(database_) + "." + table, column});
}

ValueRules::Given ValueRules::given(std::string_view value, std::uint32_t slot) const {
  Given given;
  given.text = value;
  const std::size_t at = std::size_t{4} * slot;
  if (slot == no_slot || at + 2 >= qualifier_.size()) return given;
  given.value_class = static_cast<ValueClass>(qualifier_[at]);
  given.floating = qualifier_[at + 1] == 0;
  return given;
}

understudy::Cell ValueRules::fold(Use use, const std::string& table, const std::string& column,
                                  std::optional<std::string_view> value, std::uint32_t slot) const {
  const ColumnEntry* entry = find(table, column);
  if (!value) {
    const bool kept = entry != nullptr && !entry->not_null && !entry->auto_increment;
    return use != Use::stored || kept ? understudy::Cell(sql::folded_null()) : std::nullopt;
  }
  if (use == Use::shown)
    return entry == nullptr || entry->kind == ColumnKind::other ? std::nullopt : fold_text(*value);
  const Given told = given(*value, slot);
  if (entry == nullptr)
    return use == Use::stored ? fold_anywhere(told.value_class, *value) : std::nullopt;
  const auto number = told.number();
  const bool whole = number && Number(*number).is_whole();
  switch (entry->kind) {
    case ColumnKind::integer:
      // A string with a fraction is rounded, cut or compared as a DOUBLE.
      if (!number || (told.value_class == ValueClass::string && !whole)) return std::nullopt;
      return fold_integer(*number, *entry, use);
    case ColumnKind::decimal:
      if (!number || Number(*number).whole + Number(*number).fraction > exact_digits)
        return std::nullopt;
      return fold_decimal(*number, *entry, use);
    case ColumnKind::text:
      if (use == Use::stored && value->size() > entry->length) return std::nullopt;
      if (use == Use::stored && told.value_class != ValueClass::string && whole && !told.floating)
        return sql::fold_value(*number);
      if (told.value_class == ValueClass::string ||
          (told.value_class == ValueClass::binary && entry->octets))
        return fold_text(*value);
      return std::nullopt;
    case ColumnKind::enumeration:
      if (told.value_class != ValueClass::string || value->empty() || !is_letter(value->front()))
        return std::nullopt;
      return fold_text(*value);
    default:
      return std::nullopt;
  }
}

bool ValueRules::comparable(const std::pair<std::string, std::string>& column,
                            const std::pair<std::string, std::string>& other) const {
  const ColumnEntry* one = find(column.first, column.second);
  const ColumnEntry* two = find(other.first, other.second);
  return one != nullptr && two != nullptr && one->kind == two->kind &&
         one->kind != ColumnKind::other;
}

}  // namespace understudy::mysql
