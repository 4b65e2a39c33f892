#include "protocols/sql/unsteady.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

#include "protocols/sql/cursor.hpp"

namespace understudy::sql {
namespace {

using NameList = std::span<const std::string_view>;

constexpr std::array<std::string_view, 11> clocks = {"now",
                                                     "clock_timestamp",
                                                     "statement_timestamp",
                                                     "transaction_timestamp",
                                                     "timeofday",
                                                     "sysdate",
                                                     "curdate",
                                                     "curtime",
                                                     "utc_date",
                                                     "utc_time",
                                                     "utc_timestamp"};
/// Of the clock with parentheses and without.
constexpr std::array<std::string_view, 5> clock_words = {
    "current_timestamp", "current_date", "current_time", "localtime", "localtimestamp"};
constexpr std::array<std::string_view, 3> mysql_clock_words = {"utc_date", "utc_time",
                                                               "utc_timestamp"};
/// Numbers that grow with whatever the server does count as chance.
constexpr std::array<std::string_view, 21> dice = {"random",
                                                   "random_normal",
                                                   "gen_random_uuid",
                                                   "gen_random_bytes",
                                                   "random_bytes",
                                                   "uuid",
                                                   "uuid_short",
                                                   "uuid_generate_v1",
                                                   "uuid_generate_v1mc",
                                                   "uuid_generate_v4",
                                                   "uuidv4",
                                                   "uuidv7",
                                                   "sys_guid",
                                                   "txid_current",
                                                   "txid_current_snapshot",
                                                   "pg_current_xact_id",
                                                   "pg_current_snapshot",
                                                   "pg_current_wal_lsn",
                                                   "pg_current_wal_insert_lsn",
                                                   "pg_current_wal_flush_lsn",
                                                   "pg_last_wal_replay_lsn"};

bool has(NameList names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

class Finder {
 public:
  Finder(std::string_view sql, Mode mode)
      : mode_(mode), mysql_(mode.dialect == Dialect::mysql), cursor_(sql, mode) {}

  std::string find() {
    levels_.emplace_back();
    for (; !cursor_.at_end() && found_.empty(); cursor_.step()) take();
    return std::move(found_);
  }

 private:
  /// One level of parentheses.
  struct Level {
    bool compares = false;  ///< what stands there is only compared with what is there
    bool in_comparison = false;
    /// A function that asks the clock, or throws dice, where it has no argument, or one only.
    std::string without_arguments = {}, with_one = {};
  };

  void take() {
    const Token& token = cursor_.now();
    if (token.is('(')) {
      const bool compares = levels_.back().compares;
      levels_.push_back(
          {compares, compares, std::exchange(no_arguments_, {}), std::exchange(one_argument_, {})});
      if (!cursor_.ahead().is(')')) levels_.back().without_arguments.clear();
    } else if (token.is(')')) {
      close();
    } else if (token.is(',')) {
      levels_.back().with_one.clear();
    } else if (token.kind == TokenKind::word && !after_dot_) {
      word(token);
    }
    after_dot_ = token.is('.') && !of_catalogue_;
    of_catalogue_ = token.kind == TokenKind::word && token.text == "pg_catalog";
    after_as_ = token.word() == Word::as;
  }

  void close() {
    if (levels_.size() == 1) return;
    const Level level = std::move(levels_.back());
    levels_.pop_back();
    if (!level.without_arguments.empty()) shows_dice(level.without_arguments);
    if (!level.with_one.empty()) shows_clock(level.with_one);
  }

  void shows_clock(const std::string& name) {
    if (!levels_.back().compares) found_ = name;
  }
  void shows_dice(const std::string& name) { found_ = name; }

  void word(const Token& token) {
    clause(token.word());
    const std::string name = name_of(token, mode_, NameCase::folded);
    const bool called = cursor_.ahead().is('(');
    if (has(clock_words, name) || (mysql_ && has(mysql_clock_words, name))) {
      if (!after_as_ && !cursor_.ahead().is('.')) shows_clock(name);
    } else if (called && has(clocks, name)) {
      shows_clock(name);
    } else if (called && has(dice, name)) {
      shows_dice(name);
    } else if (called) {
      if (mysql_ && name == "rand") no_arguments_ = name;
      if (mysql_ && name == "unix_timestamp") unix_timestamp(name);
      if (!mysql_ && name == "age") one_argument_ = name;
    }
  }

  /// Without an argument it is the clock.
  void unix_timestamp(const std::string& name) {
    if (!levels_.back().compares) no_arguments_ = name;
  }

  void clause(Word word) {
    Level& here = levels_.back();
    switch (word) {
      case Word::select:
      case Word::values:
      case Word::join:
      case Word::straight_join:
        here.compares = here.in_comparison;
        return;
      case Word::where:
      case Word::having:
      case Word::on:
      case Word::group:
      case Word::order:
      case Word::limit:
        here.compares = true;
        return;
      default:
        return;
    }
  }

  Mode mode_;
  bool mysql_;
  Cursor cursor_;
  std::vector<Level> levels_;
  std::string no_arguments_, one_argument_;  // of the function whose parenthesis comes next
  bool after_dot_ = false, of_catalogue_ = false, after_as_ = false;
  std::string found_;
};

}  // namespace

std::string unsteady_of(std::string_view sql, Mode mode) {
  return Finder(sql, mode).find();
}

bool is_clock_or_chance(std::string_view function) noexcept {
  return has(clocks, function) || has(clock_words, function) || has(dice, function);
}

}  // namespace understudy::sql
