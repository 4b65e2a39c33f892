#include "protocols/postgres/clock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <iterator>

#include "protocols/postgres/time_zone.hpp"
#include "protocols/sql/cursor.hpp"

namespace understudy::postgres {
namespace {

using Clock = ClockColumn::Clock;

constexpr Microseconds one_second = 1'000'000, one_day = 86'400 * one_second;

struct Function {
  std::string_view name;
  Clock clock;
  Oid type;
  bool called;  ///< with empty parentheses; else without any, or with a precision in them
};

constexpr std::array functions = {
    Function{"now", Clock::transaction, oid::timestamptz, true},
    Function{"transaction_timestamp", Clock::transaction, oid::timestamptz, true},
    Function{"statement_timestamp", Clock::statement, oid::timestamptz, true},
    Function{"clock_timestamp", Clock::wall, oid::timestamptz, true},
    Function{"current_timestamp", Clock::transaction, oid::timestamptz, false},
    Function{"current_date", Clock::transaction, oid::date, false},
    Function{"current_time", Clock::transaction, oid::timetz, false},
    Function{"localtimestamp", Clock::transaction, oid::timestamp, false},
    Function{"localtime", Clock::transaction, oid::time, false},
};

constexpr std::array<std::pair<std::string_view, Oid>, 5> cast_types = {{
    {"date", oid::date},
    {"time", oid::time},
    {"timetz", oid::timetz},
    {"timestamp", oid::timestamp},
    {"timestamptz", oid::timestamptz},
}};

class ClockParser {
 public:
  ClockParser(std::string_view sql, sql::Mode mode) : mode_(mode), cursor_(sql, mode) {}

  std::optional<std::vector<ClockColumn>> parse() {
    if (!cursor_.accept(sql::Word::select)) return std::nullopt;
    do {
      if (!column()) return std::nullopt;
    } while (accept(','));
    while (accept(';')) {
    }
    return cursor_.at_end() ? std::optional(std::move(columns_)) : std::nullopt;
  }

 private:
  bool accept(char punctuation) {
    if (!cursor_.now().is(punctuation)) return false;
    cursor_.step();
    return true;
  }

  /// A word that is no string, folded; empty for anything else.
  std::string name() {
    const sql::TokenKind kind = cursor_.now().kind;
    if (kind != sql::TokenKind::word && kind != sql::TokenKind::quoted) return {};
    std::string name = sql::name_of(cursor_.now(), mode_, sql::NameCase::folded);
    cursor_.step();
    return name;
  }

  bool column() {
    if (cursor_.now().kind != sql::TokenKind::word) return false;
    std::string called = name();
    if (called == "pg_catalog" && accept('.')) called = name();
    const auto function = std::ranges::find(functions, called, &Function::name);
    if (function == functions.end()) return false;
    ClockColumn column{function->clock, std::move(called), function->type, -1};
    if (function->called ? !(accept('(') && accept(')')) : !precision(column)) return false;
    if (!cast(column)) return false;
    const bool as = cursor_.accept(sql::Word::as);
    if (as || is_label()) {
      column.name = name();
      if (column.name.empty()) return false;
    }
    columns_.push_back(std::move(column));
    return true;
  }

  /// A name without AS, with nothing behind it that might make it a clause.
  [[nodiscard]] bool is_label() const {
    const sql::Token& behind = cursor_.ahead();
    const sql::TokenKind kind = cursor_.now().kind;
    return (kind == sql::TokenKind::word || kind == sql::TokenKind::quoted) &&
           (behind.is(',') || behind.is(';') || behind.kind == sql::TokenKind::end);
  }

  bool precision(ClockColumn& column) {
    if (column.type == oid::date || !accept('(')) return true;
    const std::string_view text = cursor_.now().text;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), column.precision);
    const bool sound = error == std::errc{} && end == text.data() + text.size() &&
                       column.precision >= 0 && column.precision <= 6;
    cursor_.step();
    return sound && accept(')');
  }

  bool cast(ClockColumn& column) {
    if (cursor_.now().kind != sql::TokenKind::punctuation || cursor_.now().text != "::")
      return true;
    cursor_.step();
    const std::string wanted = name();
    const auto found =
        std::ranges::find(cast_types, wanted, &std::pair<std::string_view, Oid>::first);
    // Of what the casts between these types give only that is claimed which keeps the instant.
    if (found == cast_types.end() || column.type != oid::timestamptz || column.precision >= 0)
      return false;
    column.type = found->second;
    return true;
  }

  sql::Mode mode_;
  sql::Cursor cursor_;
  std::vector<ClockColumn> columns_;
};

Microseconds rounded(Microseconds value, std::int32_t precision) noexcept {
  if (precision < 0) return value;
  Microseconds unit = 1;
  for (std::int32_t digit = precision; digit < 6; ++digit) unit *= 10;
  return (value + unit / 2) / unit * unit;
}

std::string shown(const ClockColumn& column, Microseconds instant, std::int32_t east) {
  const Microseconds local = rounded(instant, column.precision) + east * one_second;
  const Microseconds of_day = (local % one_day + one_day) % one_day;
  std::string text;
  switch (column.type) {
    case oid::date:
      append_date(static_cast<std::int32_t>((local - of_day) / one_day), text);
      break;
    case oid::time:
      append_time(of_day, text);
      break;
    case oid::timetz:
      append_timetz({of_day, -east}, text);
      break;
    case oid::timestamp:
      append_timestamp(local, text);
      break;
    default:
      append_timestamp(local, text);
      append_offset(east, text);
  }
  return text;
}

}  // namespace

std::optional<std::vector<ClockColumn>> parse_clock_query(std::string_view sql, sql::Mode mode) {
  return ClockParser(sql, mode).parse();
}

std::vector<Column> columns_of(const std::vector<ClockColumn>& clock) {
  std::vector<Column> columns;
  for (const ClockColumn& each : clock)
    columns.push_back(
        {each.name, 0, 0, each.type, find_type(each.type)->length, each.precision, Format::text});
  return columns;
}

Microseconds wall_clock() noexcept {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(since_1970).count() -
         seconds_from_1970_to_2000 * one_second;
}

std::optional<StatementAnswer> clock_answer(const std::vector<ClockColumn>& clock,
                                            const ClockTimes& times, std::string_view zone) {
  StatementAnswer answer;
  answer.returns_rows = true;
  answer.columns = columns_of(clock);
  Row& row = answer.rows.emplace_back();
  for (const ClockColumn& each : clock) {
    const Microseconds instant = each.clock == Clock::transaction ? times.transaction
                                 : each.clock == Clock::statement ? times.statement
                                                                  : times.wall;
    const auto east = seconds_east(zone, instant);
    if (!east) return std::nullopt;
    row.emplace_back(shown(each, instant, *east));
  }
  answer.tag = "SELECT 1";
  return answer;
}

}  // namespace understudy::postgres
