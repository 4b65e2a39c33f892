#include "protocols/mysql/settings.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <unordered_map>

#include "protocols/mysql/temporary_tables.hpp"
#include "protocols/sql/functions.hpp"
#include "protocols/sql/words.hpp"

namespace understudy::mysql {

namespace {

using sql::Kind;

/// What statements have that settings can matter to.
enum Trait : std::uint32_t {
  tables = 1U << 0,          ///< names some, or may
  writes = 1U << 1,          ///< may change something
  inserts = 1U << 2,         ///< may take a number of AUTO_INCREMENT
  defines = 1U << 3,         ///< DDL
  shows = 1U << 4,           ///< SHOW, EXPLAIN, information_schema
  selects = 1U << 5,         ///< returns the rows of a query
  time_zone = 1U << 6,       ///< converts between TIMESTAMPs and local times
  clock = 1U << 7,           ///< asks the clock
  literals_alone = 1U << 8,  ///< texts that no column lends its collation
  texts = 1U << 9,           ///< has a text among its values
  compares_made = 1U << 10,  ///< compares or sorts texts that no column lends its collation
  octets = 1U << 11,         ///< shows the octets of texts
  groups = 1U << 12,         ///< aggregates or groups
  joins_texts = 1U << 13,    ///< `||`
  negates = 1U << 14,        ///< NOT
  subtracts = 1U << 15,      ///< `-`
  divides = 1U << 16,
  concatenates = 1U << 17,  ///< GROUP_CONCAT
  names_days = 1U << 18,    ///< of days and months in a language
  weeks = 1U << 19,
  random = 1U << 20,
  recursive = 1U << 21,
  encrypts = 1U << 22,
  asks_null = 1U << 23,  ///< IS NULL
  asks_user = 1U << 24,
  asks_insert_id = 1U << 25,
  in_transaction = 1U << 26,
  changes_rows = 1U << 27,  ///< UPDATE or DELETE
  timestamps = 1U << 28,    ///< shows or names a TIMESTAMP
  dates = 1U << 29,         ///< has a date among its values
  any = 1U << 30,           ///< not only of the connection
  opaque = 1U << 31         ///< calls what is not known: everything can matter
};

/// Of words, while a statement is read: what begins a comparison, and what makes a text in the
/// connection's character set.
constexpr std::uint64_t condition = 1ULL << 32, makes_text = 1ULL << 33;

struct WordTrait {
  std::string_view word;
  std::uint64_t traits;
  bool called;  ///< only with a parenthesis behind it
};

// clang-format off
constexpr std::array word_traits = {
    WordTrait{"from", tables, false}, WordTrait{"into", tables, false},
    WordTrait{"information_schema", shows | time_zone, false},
    WordTrait{"performance_schema", shows | time_zone, false},
    WordTrait{"now", time_zone | clock, true}, WordTrait{"sysdate", time_zone | clock, true},
    WordTrait{"curdate", time_zone | clock, true}, WordTrait{"curtime", time_zone | clock, true},
    WordTrait{"current_timestamp", time_zone | clock, false},
    WordTrait{"current_date", time_zone | clock, false},
    WordTrait{"current_time", time_zone | clock, false},
    WordTrait{"localtime", time_zone | clock, false},
    WordTrait{"localtimestamp", time_zone | clock, false},
    WordTrait{"utc_timestamp", clock, false}, WordTrait{"utc_date", clock, false},
    WordTrait{"utc_time", clock, false}, WordTrait{"from_unixtime", time_zone, true},
    WordTrait{"unix_timestamp", time_zone | clock, true}, WordTrait{"convert_tz", time_zone, true},
    WordTrait{"timestamp", time_zone, true},
    WordTrait{"where", condition, false}, WordTrait{"on", condition, false},
    WordTrait{"having", condition | groups, false}, WordTrait{"order", condition, false},
    WordTrait{"group", condition | groups, false}, WordTrait{"distinct", condition | groups, false},
    WordTrait{"case", condition, false}, WordTrait{"if", condition, true},
    WordTrait{"like", condition, false}, WordTrait{"in", condition, false},
    WordTrait{"union", condition, false}, WordTrait{"strcmp", condition, true},
    WordTrait{"count", groups, true}, WordTrait{"sum", groups, true},
    WordTrait{"avg", groups | divides, true}, WordTrait{"min", groups, true},
    WordTrait{"max", groups, true}, WordTrait{"std", groups | divides, true},
    WordTrait{"stddev", groups | divides, true}, WordTrait{"variance", groups | divides, true},
    WordTrait{"group_concat", groups | concatenates, true},
    WordTrait{"json_arrayagg", groups | concatenates, true},
    WordTrait{"json_objectagg", groups | concatenates, true},
    WordTrait{"not", negates, false}, WordTrait{"div", divides, false},
    WordTrait{"mod", divides, false},
    WordTrait{"dayname", names_days | makes_text, true},
    WordTrait{"monthname", names_days | makes_text, true},
    WordTrait{"date_format", names_days | makes_text, true},
    WordTrait{"time_format", names_days | makes_text, true},
    WordTrait{"str_to_date", names_days, true}, WordTrait{"format", names_days | makes_text, true},
    WordTrait{"week", weeks, true}, WordTrait{"yearweek", weeks, true},
    WordTrait{"weekofyear", weeks, true}, WordTrait{"rand", random, true},
    WordTrait{"recursive", recursive, false}, WordTrait{"aes_encrypt", encrypts, true},
    WordTrait{"aes_decrypt", encrypts, true}, WordTrait{"is", asks_null, false},
    WordTrait{"user", asks_user, true}, WordTrait{"current_user", asks_user, false},
    WordTrait{"session_user", asks_user, true}, WordTrait{"system_user", asks_user, true},
    WordTrait{"current_role", asks_user, false}, WordTrait{"last_insert_id", asks_insert_id, true},
    WordTrait{"collation", compares_made, true},
    WordTrait{"charset", compares_made, true},
    WordTrait{"coercibility", compares_made, true},
    WordTrait{"cast", makes_text, true}, WordTrait{"convert", makes_text, true},
    WordTrait{"char", makes_text, true}, WordTrait{"weight_string", compares_made, true},
    WordTrait{"hex", octets, true}, WordTrait{"length", octets, true},
    WordTrait{"octet_length", octets, true}, WordTrait{"bit_length", octets, true},
    WordTrait{"md5", octets, true}, WordTrait{"sha1", octets, true},
    WordTrait{"sha", octets, true}, WordTrait{"sha2", octets, true},
    WordTrait{"crc32", octets, true}, WordTrait{"to_base64", octets, true},
    WordTrait{"ord", octets, true}, WordTrait{"ascii", octets, true},
};

struct Known {
  std::string_view name;
  std::uint32_t traits;
};

// Where a variable matters; 0: nowhere.
constexpr std::array known_settings = {
    Known{"auto_increment_increment", inserts}, Known{"auto_increment_offset", inserts},
    Known{"autocommit", 0}, Known{"block_encryption_mode", encrypts},
    Known{"character_set_client", 0}, Known{"character_set_connection", 0},
    Known{"character_set_results", 0},
    Known{"check_constraint_checks", writes}, Known{"collation_connection", literals_alone | compares_made | octets},
    Known{"cte_max_recursion_depth", recursive}, Known{"default_week_format", weeks},
    Known{"div_precision_increment", divides},
    Known{"foreign_key_checks", writes}, Known{"unique_checks", writes},
    Known{"group_concat_max_len", concatenates}, Known{"insert_id", inserts},
    Known{"interactive_timeout", 0}, Known{"last_insert_id", asks_insert_id},
    Known{"lc_messages", 0}, Known{"lc_time_names", names_days},
    Known{"local_infile", 0}, Known{"long_query_time", 0},
    Known{"low_priority_updates", 0}, Known{"max_allowed_packet", 0},
    Known{"max_execution_time", 0}, Known{"max_recursive_iterations", recursive},
    Known{"max_statement_time", 0}, Known{"net_read_timeout", 0}, Known{"net_write_timeout", 0},
    Known{"rand_seed1", random}, Known{"rand_seed2", random}, Known{"sql_auto_is_null", asks_null},
    Known{"sql_big_selects", 0}, Known{"sql_buffer_result", 0}, Known{"sql_log_bin", 0},
    Known{"sql_notes", any}, Known{"sql_quote_show_create", shows},
    Known{"sql_safe_updates", changes_rows}, Known{"sql_select_limit", selects | shows},
    Known{"sql_warnings", inserts}, Known{"time_zone", time_zone | timestamps | dates},
    Known{"timestamp", clock | writes}, Known{"transaction_isolation", selects},
    Known{"transaction_read_only", writes}, Known{"wait_timeout", 0},
};

// Buffers, caches, time-outs and statistics.
constexpr std::string_view harmless_prefixes[] = {
    "session_track", "innodb_", "optimizer_", "aria_", "myisam_", "log_", "profiling", "wsrep_",
    "net_", "lock_wait_timeout", "histogram_", "query_cache_", "slow_query_log", "binlog_",
    "long_query", "deadlock_", "tmp_", "performance_schema", "max_heap_table_size", "query_prealloc",
    "query_alloc", "transaction_prealloc", "transaction_alloc", "old_passwords", "gtid_"};
constexpr std::string_view harmless_suffixes[] = {"_timeout", "_buffer_size", "_cache_size"};
// clang-format on

constexpr std::string_view mode_setting = "sql_mode";

struct ModeTrait {
  std::string_view part;
  std::uint32_t traits;
};

// Parts of sql_mode that reads depend on as well; all others are those of writes. ANSI_QUOTES and
// NO_BACKSLASH_ESCAPES say how the text is read, so they are in the pattern.
constexpr ModeTrait mode_traits[] = {
    {"ANSI_QUOTES", shows},
    {"NO_BACKSLASH_ESCAPES", 0},
    {"IGNORE_SPACE", 0},
    {"ONLY_FULL_GROUP_BY", groups},
    {"PIPES_AS_CONCAT", joins_texts},
    {"HIGH_NOT_PRECEDENCE", negates},
    {"NO_UNSIGNED_SUBTRACTION", subtracts},
    {"ERROR_FOR_DIVISION_BY_ZERO", writes | divides},
    {"PAD_CHAR_TO_FULL_LENGTH", tables},
    {"NO_ZERO_DATE", writes | dates | time_zone},
    {"NO_ZERO_IN_DATE", writes | dates | time_zone},
    {"ALLOW_INVALID_DATES", writes | dates},
    {"TIME_ROUND_FRACTIONAL", writes | dates | timestamps},
    {"EMPTY_STRING_IS_NULL", writes | texts},
    {"NO_AUTO_VALUE_ON_ZERO", inserts},
    {"NO_ENGINE_SUBSTITUTION", defines},
    {"NO_AUTO_CREATE_USER", defines},
    {"NO_DIR_IN_CREATE", defines},
    {"REAL_AS_FLOAT", defines},
    {"SIMULTANEOUS_ASSIGNMENT", changes_rows},
    {"ORACLE", any},
    {"MSSQL", any},
    {"DB2", any},
};

std::uint32_t traits_of_mode(std::string_view part) {
  const auto found = std::ranges::find(mode_traits, part, &ModeTrait::part);
  return found == std::end(mode_traits) ? writes : found->traits;
}

std::uint32_t traits_of_setting(std::string_view name) {
  if (name == user_setting) return asks_user;
  if (name == insert_id_setting) return asks_insert_id;
  if (name == temporary_setting) return any;
  if (name == locks_setting) return tables | writes | opaque;
  const auto found = std::ranges::find(known_settings, name, &Known::name);
  if (found != known_settings.end()) return found->traits;
  const bool harmless =
      std::ranges::any_of(harmless_prefixes,
                          [&](std::string_view prefix) { return name.starts_with(prefix); }) ||
      std::ranges::any_of(harmless_suffixes,
                          [&](std::string_view suffix) { return name.ends_with(suffix); });
  return harmless ? 0U : std::uint32_t{any};
}

std::uint32_t traits_of_kind(Kind kind) {
  switch (kind) {
    case Kind::select:
      return any | selects;
    case Kind::insert:
      return any | tables | writes | inserts;
    case Kind::update:
    case Kind::delete_:
      return any | tables | writes | changes_rows;
    case Kind::other_write:
    case Kind::copy:
      return any | tables | writes | inserts | selects;
    case Kind::ddl:
      return any | tables | writes | defines;
    case Kind::show:
    case Kind::explain:
      return any | shows | time_zone;
    case Kind::call:
    case Kind::execute:
    case Kind::unknown:
      return any | opaque;
    default:
      return 0;
  }
}

/// `'a' LIKE 'A'`, CASE 'a' WHEN 'A'.
bool compares_word(std::string_view word) {
  return word == "like" || word == "in" || word == "between" || word == "not" ||
         word == "regexp" || word == "rlike" || word == "when";
}

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// `2024-05-01 …`, `20240501`, `12:30`: what may be converted to a date or a time.
bool looks_like_date(std::string_view text) {
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  if (digits == text.size()) return digits >= 6 && digits <= 14;
  return digits > 0 && digits <= 14 && std::string_view("-/.:").find(text[digits]) != text.npos &&
         digits + 1 < text.size() && is_digit(text[digits + 1]);
}

const std::unordered_map<std::string_view, const WordTrait*>& word_map() {
  static const auto map = [] {
    std::unordered_map<std::string_view, const WordTrait*> made;
    for (const WordTrait& each : word_traits) made.emplace(each.word, &each);
    return made;
  }();
  return map;
}

}  // namespace

Relevance::Relevance(const sql::Statement& statement, std::span<const sql::Value> values,
                     sql::Kind kind, bool in_transaction)
    : traits_(traits_of_kind(kind) | (in_transaction ? std::uint32_t{Trait::in_transaction} : 0U)) {
  may_end_ = in_transaction &&
             (kind == Kind::call || kind == Kind::execute || kind == Kind::unknown);
  take_pattern(statement.pattern());
  for (const sql::Statement::Slot& slot : statement.slots()) {
    if (slot.parameter == sql::Statement::Slot::literal) {
      if (slot.value_class == sql::ValueClass::string) traits_ |= texts;
      take_value(statement.literal_text(slot));
      continue;
    }
    const auto index = static_cast<std::size_t>(slot.parameter);
    if (index >= values.size()) continue;
    if (values[index].value_class == sql::ValueClass::string) traits_ |= texts;
    take_value(values[index].text);
  }
  const bool alone = (traits_ & tables) == 0 && compares_;
  if ((traits_ & texts) != 0 && (alone || compares_literals_)) traits_ |= literals_alone;
  if ((traits_ & texts) == 0) traits_ &= ~std::uint32_t{octets};
}

void Relevance::take_pattern(std::string_view pattern) {
  for (std::size_t i = 0; i < pattern.size();) {
    if (pattern[i] == '\'') {
      // A literal that is part of the pattern, because a column is named after it.
      const std::size_t end = std::min(pattern.find('\'', i + 1), pattern.size());
      traits_ |= texts;
      take_value(pattern.substr(i + 1, end - i - 1));
      i = end + 1;
      continue;
    }
    if (!sql::is_word_octet(pattern[i])) {
      take_octet(pattern[i]);
      if (pattern.substr(i).starts_with("||")) traits_ |= joins_texts;
      if (pattern[i] == '-') traits_ |= subtracts;
      if (pattern[i] == '/' || pattern[i] == '%') traits_ |= divides;
      if (pattern[i] == '=' || pattern[i] == '<' || pattern[i] == '>') compare();
      ++i;
      continue;
    }
    const std::size_t begin = i;
    while (i < pattern.size() && sql::is_word_octet(pattern[i])) ++i;
    std::size_t next = i;
    while (next < pattern.size() && pattern[next] == ' ') ++next;
    std::string word(pattern.substr(begin, i - begin));
    std::ranges::transform(word, word.begin(), sql::to_lower);
    take_word(word, next < pattern.size() && pattern[next] == '(');
    literal_ = literal_ != Literal::none && compares_word(word) ? Literal::compared : Literal::none;
    words_.push_back(std::move(word));
  }
}

/// Whether a literal is compared with another one.
void Relevance::take_octet(char octet) {
  if (octet == sql::slot_mark) {
    compares_literals_ = compares_literals_ || literal_ == Literal::compared;
    literal_ = Literal::before;
  } else if (octet == '=' || octet == '<' || octet == '>' || octet == '!') {
    if (literal_ == Literal::before) literal_ = Literal::compared;
  } else if (octet != ' ' && octet != '(') {
    literal_ = Literal::none;
  }
}

void Relevance::take_word(std::string_view word, bool called) {
  if (const auto found = word_map().find(word);
      found != word_map().end() && (called || !found->second->called)) {
    const std::uint64_t traits = found->second->traits;
    traits_ |= static_cast<std::uint32_t>(traits);
    if ((traits & condition) != 0) compare();
    if ((traits & makes_text) != 0) {
      made_text_ = true;
      if (in_condition_) traits_ |= compares_made;
    }
  }
  // The list of columns is over: what it made is shown, not compared.
  if (word == "from") made_text_ = in_condition_ = false;
  if (called && sql::effect_of_mysql_function(word) == sql::FunctionEffect::unknown &&
      word != "last_insert_id" && word != "found_rows" && word != "row_count" &&
      (traits_ & (inserts | defines)) == 0)
    traits_ |= opaque;
}

void Relevance::compare() {
  compares_ = true;
  in_condition_ = true;
  if (made_text_) traits_ |= compares_made;
}

void Relevance::take_value(std::string_view text) {
  if (looks_like_date(text)) traits_ |= dates;
}

void Relevance::show_timestamps() noexcept {
  traits_ |= timestamps;
}

void Relevance::know_timestamps(const Document& names) {
  if ((traits_ & timestamps) != 0 || !names.is_array()) return;
  const bool named = std::ranges::any_of(names, [&](const Document& name) {
    return name.is_string() &&
           std::ranges::find(words_, name.get_ref<const std::string&>()) != words_.end();
  });
  if (named) traits_ |= timestamps;
}

bool Relevance::matters(std::string_view name) const {
  if (name == mode_setting) return (traits_ & any) != 0;
  const std::uint32_t wanted = traits_of_setting(name);
  // Routines keep the sql_mode and the collation that they were made with.
  constexpr std::uint32_t of_caller =
      literals_alone | compares_made | octets | asks_user | asks_insert_id;
  if ((traits_ & opaque) != 0) return (wanted & ~of_caller) != 0 || (traits_ & wanted) != 0;
  // Dates only meet the time zone where something may be stored or compared.
  if (name == "transaction_isolation") return (traits_ & wanted) != 0 && (traits_ & tables) != 0;
  if (name == "time_zone" && (traits_ & (time_zone | timestamps)) == 0)
    return (traits_ & dates) != 0 && (traits_ & tables) != 0;
  return (traits_ & wanted) != 0;
}

std::string Relevance::relevant_part(std::string_view name, std::string_view value) const {
  if (name == temporary_setting) return temporary_part(value, words_);
  // Levels differ in what they show of other connections in one transaction, and one in any.
  if (name == "transaction_isolation" && (traits_ & Trait::in_transaction) == 0)
    return value == "READ-UNCOMMITTED" ? std::string(value) : std::string();
  // Of a collation only the character set shows in octets.
  const bool octets_only = (traits_ & (octets | literals_alone | compares_made | opaque)) == octets;
  if (name == "collation_connection" && octets_only)
    return std::string(value.substr(0, value.find('_')));
  if (name != mode_setting) return std::string(value);
  std::string parts;
  for (std::size_t begin = 0; begin < value.size();) {
    const std::size_t end = std::min(value.find(',', begin), value.size());
    const std::string_view part = value.substr(begin, end - begin);
    begin = end + 1;
    const std::uint32_t wanted = part == default_value
                                     ? writes | groups | divides | dates | time_zone
                                     : traits_of_mode(part);
    if ((traits_ & wanted) == 0) continue;
    if (!parts.empty()) parts += ',';
    parts += part;
  }
  return parts;
}

bool is_setting(std::string_view variable) {
  return variable == mode_setting || traits_of_setting(variable) != 0;
}

std::string settings_mark(std::span<const Setting> settings, const Relevance& relevance) {
  std::string mark;
  for (const Setting& setting : settings) {
    if (!relevance.matters(setting.name)) continue;
    const std::string value = relevance.relevant_part(setting.name, setting.value);
    if (value == relevance.relevant_part(setting.name, setting.usual)) continue;
    if (!mark.empty()) mark += "; ";
    mark += setting.name + '=' + value;
  }
  if (relevance.may_end_transaction())
    (mark += mark.empty() ? "" : "; ").append(transaction_setting) += "=open";
  // A NUL would end the pattern.
  std::ranges::replace(mark, '\0', '?');
  return mark;
}

void append_settings(std::string_view mark, std::string& canonical) {
  if (mark.empty()) return;
  canonical += "(set ";
  canonical += mark;
  canonical += "\x1f) ";
}

std::string join_marks(const std::set<std::string>& marks) {
  std::string joined;
  for (const std::string& mark : marks) (joined += mark) += '\0';
  return joined;
}

std::vector<std::string_view> split_marks(std::string_view joined) {
  std::vector<std::string_view> marks;
  for (std::size_t end = joined.find('\0'); end != std::string_view::npos;
       end = joined.find('\0')) {
    marks.push_back(joined.substr(0, end));
    joined.remove_prefix(end + 1);
  }
  return marks;
}

namespace {

using Named = std::map<std::string_view, std::string_view>;

Named named(std::string_view mark) {
  Named values;
  while (!mark.empty()) {
    const std::size_t end = std::min(mark.find("; "), mark.size());
    const std::string_view one = mark.substr(0, end);
    const std::size_t equal = std::min(one.find('='), one.size());
    values[one.substr(0, equal)] = one.substr(std::min(equal + 1, one.size()));
    mark.remove_prefix(std::min(end + 2, mark.size()));
  }
  return values;
}

std::string told(const Named& values, std::string_view name) {
  const auto known = values.find(name);
  return known == values.end() ? "what most of the recording has"
                               : "'" + std::string(known->second) + "'";
}

}  // namespace

std::optional<NearestSettings> nearest_settings(std::string_view asked,
                                                const std::vector<std::string_view>& recorded) {
  if (std::ranges::find(recorded, asked) != recorded.end()) return std::nullopt;
  const Named now = named(asked);
  std::optional<NearestSettings> nearest;
  std::size_t fewest = 0;
  for (const std::string_view mark : recorded) {
    const Named then = named(mark);
    std::set<std::string_view> names;
    for (const Named* side : {&now, &then})
      for (const auto& [name, value] : *side)
        if (told(now, name) != told(then, name)) names.insert(name);
    if (names.contains(insert_id_setting) || names.contains(temporary_setting) ||
        (nearest && names.size() >= fewest))
      continue;
    fewest = names.size();
    nearest = {mark, {}};
    for (const std::string_view name : names)
      nearest->difference += std::string(nearest->difference.empty() ? "" : "; ") +
                             std::string(name) + " is " + told(now, name) +
                             " here and was recorded with " + told(then, name);
  }
  return nearest;
}

}  // namespace understudy::mysql
