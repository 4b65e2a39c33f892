#include "protocols/postgres/session.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "protocols/postgres/transaction.hpp"
#include "protocols/postgres/utility.hpp"
#include "protocols/sql/lexer.hpp"
#include "protocols/sql/lower.hpp"

namespace understudy::postgres {
namespace {

using sql::TokenKind;

/// A fact that is the value of a setting.
struct SettingFact {
  SessionNeeds::Bit bit;
  std::string_view setting;
};

constexpr std::array setting_facts = {
    SettingFact{SessionNeeds::search_path, "search_path"},
    SettingFact{SessionNeeds::time_zone, "TimeZone"},
    SettingFact{SessionNeeds::date_style, "DateStyle"},
    SettingFact{SessionNeeds::interval_style, "IntervalStyle"},
    SettingFact{SessionNeeds::bytea_output, "bytea_output"},
    SettingFact{SessionNeeds::extra_float_digits, "extra_float_digits"},
    SettingFact{SessionNeeds::client_encoding, "client_encoding"},
};

std::string value_of(const Settings& settings, std::string_view name) {
  std::string value = settings.value_or(name, default_setting(name));
  // All positive values print a number in the shortest form that reads back.
  if (name == "extra_float_digits" && !value.starts_with('-') && value != "0") value = "1";
  return value;
}

bool is_none(std::string_view role) noexcept {
  return role.empty() || role == "none";
}

std::string role_of(const SessionView& session) {
  const std::string role = session.settings.value_or("role", "");
  return is_none(role) ? session.settings.value_or("session_authorization", session.user) : role;
}

bool role_was_set(const SessionView& session) {
  return !session.user.empty() && role_of(session) != session.user;
}

/// Whether statements are asked as a role that is not the one that logged in.
bool role_was_set(const SessionDefaults& defaults) {
  const auto user = defaults.facts.find("user"), role = defaults.facts.find("role");
  return user != defaults.facts.end() && role != defaults.facts.end() &&
         user->second != role->second;
}

bool reads_only(const Settings& settings) {
  const auto own = settings.value("transaction_read_only");
  return own.value_or(settings.value_or("default_transaction_read_only", "off")) == "on";
}

/// Of a transaction that sees one state of the database throughout: its isolation. Empty where each
/// statement sees what was committed before it, and where nothing is known of it.
std::string isolation_of(const Settings& settings) {
  const auto own = settings.value("transaction_isolation");
  const std::string level =
      sql::lower(own.value_or(settings.value_or("default_transaction_isolation", "")));
  return level == "repeatable read" || level == "serializable" ? level : std::string();
}

void add(std::string_view name, std::string_view value, std::string& part) {
  if (!part.empty()) part += ", ";
  part.append(name).append("=").append(value);
}

/// A fact that the recording, or the connection, does not tell is not compared.
void compare(std::string_view name, std::string_view value, const SessionDefaults& defaults,
             std::string& part) {
  const auto found = defaults.facts.find(name);
  if (found != defaults.facts.end() && !value.empty() && value != found->second)
    add(name, value, part);
}

// --- what matters to a statement -----------------------------------------------------------------

constexpr std::uint16_t of_times =
    SessionNeeds::time_zone | SessionNeeds::date_style | SessionNeeds::interval_style;
/// Of a value that is printed within the statement.
constexpr std::uint16_t of_printing =
    of_times | SessionNeeds::bytea_output | SessionNeeds::extra_float_digits;

std::uint16_t of_type(Oid type) {
  const auto known = find_type(type);
  switch (known && known->element != 0 ? known->element : type) {
    case oid::timestamptz:
    case oid::timetz:
      return SessionNeeds::time_zone | SessionNeeds::date_style;
    case oid::timestamp:
    case oid::date:
      return SessionNeeds::date_style;
    case oid::interval:
      return SessionNeeds::interval_style;
    case oid::bytea:
      return SessionNeeds::bytea_output;
    case oid::float4:
    case oid::float8:
      return SessionNeeds::extra_float_digits;
    case 3910:  // tstzrange
    case 4534:  // tstzmultirange
      return SessionNeeds::time_zone | SessionNeeds::date_style;
    case 3908:  // tsrange
    case 3912:  // daterange
    case 4533:  // tsmultirange
    case 4535:  // datemultirange
      return SessionNeeds::date_style;
    default:
      // The parts of a row, of a document or of a user's type are not known.
      return type == oid::record || is_of_user(type) ? of_printing : std::uint16_t{0};
  }
}

struct WordNeeds {
  std::string_view word;
  std::uint16_t bits;
};

constexpr std::array word_needs = {
    WordNeeds{"age", of_times},
    WordNeeds{"concat", of_printing},
    WordNeeds{"concat_ws", of_printing},
    WordNeeds{"concurrently", SessionNeeds::block},
    WordNeeds{"current_catalog", SessionNeeds::database},
    WordNeeds{"current_database", SessionNeeds::database},
    WordNeeds{"current_date", of_times},
    WordNeeds{"current_role", SessionNeeds::role},
    WordNeeds{"current_schema", SessionNeeds::search_path | SessionNeeds::role},
    WordNeeds{"current_schemas", SessionNeeds::search_path | SessionNeeds::role},
    WordNeeds{"current_time", of_times},
    WordNeeds{"current_timestamp", of_times},
    WordNeeds{"current_user", SessionNeeds::role},
    WordNeeds{"date", of_times},
    WordNeeds{"date_bin", of_times},
    WordNeeds{"date_part", of_times},
    WordNeeds{"date_trunc", of_times},
    WordNeeds{"extract", of_times},
    WordNeeds{"format", of_printing},
    WordNeeds{"interval", of_times},
    WordNeeds{"localtime", of_times},
    WordNeeds{"localtimestamp", of_times},
    WordNeeds{"make_timestamptz", of_times},
    WordNeeds{"now", of_times},
    WordNeeds{"pg_has_role", SessionNeeds::role},
    WordNeeds{"regclass", SessionNeeds::search_path},
    WordNeeds{"row_to_json", of_printing},
    WordNeeds{"session_user", SessionNeeds::role | SessionNeeds::session_user},
    WordNeeds{"string_agg", of_printing},
    WordNeeds{"text", of_printing},
    WordNeeds{"timestamp", of_times},
    WordNeeds{"timestamptz", of_times},
    WordNeeds{"timetz", of_times},
    WordNeeds{"timezone", of_times},
    WordNeeds{"to_char", of_times},
    WordNeeds{"to_date", of_times},
    WordNeeds{"to_json", of_printing},
    WordNeeds{"to_jsonb", of_printing},
    WordNeeds{"to_regclass", SessionNeeds::search_path},
    WordNeeds{"to_timestamp", of_times},
    WordNeeds{"user", SessionNeeds::role},
    WordNeeds{"varchar", of_printing},
    WordNeeds{"xmlforest", of_printing},
};

static_assert(std::ranges::is_sorted(word_needs, {}, &WordNeeds::word));

std::string folded(std::string_view text) {
  std::string word(text);
  std::ranges::transform(word, word.begin(), sql::to_lower);
  return word;
}

std::uint16_t of_word(std::string_view word) {
  const auto found = std::ranges::lower_bound(word_needs, word, {}, &WordNeeds::word);
  if (found != word_needs.end() && found->word == word) return found->bits;
  if (word.starts_with("json_") || word.starts_with("jsonb_")) return of_printing;
  if (word.starts_with("has_") && word.ends_with("_privilege")) return SessionNeeds::role;
  return 0;
}

/// `2024-05-06`, `2024-05-06 07:08`: what it means may depend on the time zone.
bool looks_like_a_date(std::string_view text) noexcept {
  const auto digit = [&](std::size_t at) {
    return std::isdigit(static_cast<unsigned char>(text[at])) != 0;
  };
  return text.size() >= 8 && digit(0) && digit(1) && (text[2] == '/' || digit(2)) &&
         text.find_first_of("-/.") != std::string_view::npos &&
         text.find_first_not_of("0123456789-/.:+ TZtz") == std::string_view::npos &&
         std::ranges::count_if(text, [](char c) { return c == '-' || c == '/'; }) >= 2;
}

bool is_ascii(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// What can only be executed outside of a transaction block, or only in one.
bool cares_for_block(const sql::Verb& verb, std::string_view first, std::string_view second) {
  static constexpr std::array<std::string_view, 4> alone = {"vacuum", "cluster", "reindex", "call"};
  static constexpr std::array<std::string_view, 4> kinds = {"database", "tablespace", "system",
                                                            "subscription"};
  const auto among = [](const auto& words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
  };
  const bool defines = first == "create" || first == "drop" || first == "alter";
  return verb.kind == sql::Kind::lock || among(alone, first) || first == "do" ||
         (defines && among(kinds, second));
}

class Reader {
 public:
  SessionNeeds read(std::string_view text) {
    sql::Lexer lexer(text, sql_mode());
    std::string first, second;
    for (const sql::Token* token = &lexer.next(); token->kind != TokenKind::end;
         token = &lexer.next()) {
      if (token->kind == TokenKind::word) {
        word_ = folded(token->text);
        if (first.empty())
          first = word_;
        else if (second.empty())
          second = word_;
        needs_.bits |= of_word(word_);
        selects_ |= word_ == "select" || word_ == "policy";
        // Who may become whom.
        if (first == "set" && (word_ == "role" || word_ == "authorization"))
          needs_.bits |= SessionNeeds::role;
      } else if (token->kind == TokenKind::string) {
        string(token->text);
      }
      if (!is_ascii(token->text)) needs_.bits |= SessionNeeds::client_encoding;
    }
    const sql::Verb verb = sql::verb_of(text, sql_mode());
    if (cares_for_block(verb, first, second)) needs_.bits |= SessionNeeds::block;
    // A definition names types, and reads or prints no value of one.
    if (verb.kind == sql::Kind::ddl && !has_string_ && !selects_)
      needs_.bits &= static_cast<std::uint16_t>(~of_printing);
    return std::move(needs_);
  }

 private:
  void string(std::string_view text) {
    has_string_ = true;
    std::string_view inner = text;
    if (inner.starts_with('\'') && inner.ends_with('\'') && inner.size() >= 2)
      inner = inner.substr(1, inner.size() - 2);
    if (word_ == "current_setting") needs_.settings.push_back(folded(inner));
    if (looks_like_a_date(inner)) needs_.bits |= of_times;
    word_.clear();
  }

  SessionNeeds needs_;
  std::string word_;                           // the last one
  bool has_string_ = false, selects_ = false;  // or picks rows by a policy
};

}  // namespace

Sight sight_of(const SessionView& session, sql::Kind kind) {
  if (!session.in_block || isolation_of(session.settings).empty()) return Sight::newest;
  const bool looks = !is_transaction_control(kind) && kind != sql::Kind::set &&
                     kind != sql::Kind::show && kind != sql::Kind::lock;
  return looks ? Sight::unknown : Sight::newest;
}

SessionDefaults session_defaults(const SessionView& session) {
  SessionDefaults defaults;
  const auto keep = [&](std::string_view name, std::string value) {
    if (!value.empty()) defaults.facts.emplace(name, std::move(value));
  };
  keep("database", std::string(session.database));
  keep("user", std::string(session.user));
  keep("role", role_of(session));
  for (const SettingFact& fact : setting_facts)
    keep(fact.setting, value_of(session.settings, fact.setting));
  return defaults;
}

std::string session_part(const SessionNeeds& needs, const SessionView& session,
                         const SessionDefaults& defaults) {
  std::string part;
  const auto has = [&](std::uint16_t bits) { return (needs.bits & bits) != 0; };
  if (has(SessionNeeds::database)) compare("database", session.database, defaults, part);
  if (const std::string isolation = isolation_of(session.settings);
      has(SessionNeeds::database) && !isolation.empty())
    add(isolation_fact, isolation, part);
  const bool any_role = defaults.several_roles || role_was_set(session) || role_was_set(defaults);
  if (has(SessionNeeds::role) || (has(SessionNeeds::database) && any_role))
    compare("role", role_of(session), defaults, part);
  const std::string authorization = session.settings.value_or("session_authorization", "");
  if (has(SessionNeeds::session_user) && !session.user.empty() && !authorization.empty() &&
      authorization != session.user)
    add("session_authorization", authorization, part);
  for (const SettingFact& fact : setting_facts)
    if (has(fact.bit))
      compare(fact.setting, value_of(session.settings, fact.setting), defaults, part);
  if (has(SessionNeeds::read_only) && reads_only(session.settings))
    add("transaction_read_only", "on", part);
  if (has(SessionNeeds::block) && session.in_block) add("transaction_block", "open", part);
  for (const std::string& name : needs.settings) {
    const auto first = defaults.facts.find(name);
    const std::string value = session.settings.value_or(name, default_setting(name));
    const std::string_view usual =
        first == defaults.facts.end() ? default_setting(name) : std::string_view(first->second);
    if (name.find('.') == std::string::npos && value != usual) add(name, value, part);
  }
  // One that had a value is empty from then on, and not NULL as one that never had any.
  for (const auto& [name, value] : session.settings.custom_ever()) {
    const bool named = std::ranges::find(needs.settings, name) != needs.settings.end();
    const bool read = has(SessionNeeds::database) && !defaults.noise.contains(name);
    if (named || (!value.empty() && read)) add(name, value, part);
  }
  return part;
}

std::string session_facts(const SessionView& session, const SessionDefaults& defaults) {
  std::string facts;
  const auto add = [&](std::string_view name, std::string_view value) {
    facts.append(name).append("=").append(value) += '\0';
  };
  const auto compare = [&](std::string_view name, std::string_view value) {
    const auto found = defaults.facts.find(name);
    if (found != defaults.facts.end() && !value.empty() && value != found->second) add(name, value);
  };
  compare("database", session.database);
  compare("role", role_of(session));
  for (const SettingFact& fact : setting_facts)
    compare(fact.setting, value_of(session.settings, fact.setting));
  if (const std::string isolation = isolation_of(session.settings); !isolation.empty())
    add(isolation_fact, isolation);
  if (reads_only(session.settings)) add("transaction_read_only", "on");
  // Whether triggers are fired, policies looked at, and what NULL equals.
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> others = {
      {{"session_replication_role", "origin"},
       {"row_security", "on"},
       {"transform_null_equals", "off"}}};
  for (const auto& [name, usual] : others)
    if (const auto value = session.settings.value(name); value && *value != usual)
      add(name, *value);
  for (const auto& [name, value] : session.settings.custom_ever()) add(name, value);
  if (!session.settings.temporary().empty()) add("temporary tables", "some");
  return facts;
}

std::uint16_t differing_facts(const SessionView& session, const SessionDefaults& defaults) {
  std::uint16_t differing = 0;
  for (std::uint16_t bit = 1; bit != 0; bit = static_cast<std::uint16_t>(bit << 1))
    if (!session_part({bit, {}}, session, defaults).empty()) differing |= bit;
  return differing;
}

SessionNeeds needs_of(const StatementRequest& request, const StatementAnswer& answer,
                      const sql::Dependencies& keys) {
  SessionNeeds needs = Reader().read(request.sql);
  if (!keys.reads.empty() || !keys.writes.empty() || !keys.understood)
    needs.bits |= SessionNeeds::database | SessionNeeds::search_path;
  // How long it may take, which only what was given up for that reason shows.
  constexpr std::string_view cancelled = "57014", lock_not_available = "55P03";
  if (answer.error && field(*answer.error, 'C') == cancelled)
    needs.settings.emplace_back("statement_timeout");
  if (answer.error && field(*answer.error, 'C') == lock_not_available)
    needs.settings.emplace_back("lock_timeout");
  if (keys.effect == Effect::write) needs.bits |= SessionNeeds::read_only;
  for (const Column& column : answer.columns) needs.bits |= of_type(column.type);
  for (const Oid type : request.types) needs.bits |= of_type(type);
  for (const auto& value : request.parameters) {
    if (value && looks_like_a_date(*value)) needs.bits |= of_times;
    if (value && !is_ascii(*value)) needs.bits |= SessionNeeds::client_encoding;
  }
  for (const Row& row : answer.rows)
    for (const auto& cell : row)
      if (cell && !is_ascii(*cell)) needs.bits |= SessionNeeds::client_encoding;
  return needs;
}

namespace {

/// What is asked of the server within strings: the body of a function.
void add_bodies(std::string_view sql, SessionNeeds& needs) {
  sql::Lexer lexer(sql, sql_mode());
  for (const sql::Token* token = &lexer.next(); token->kind != TokenKind::end;
       token = &lexer.next()) {
    if (token->kind != TokenKind::string) continue;
    std::string_view body = token->text;
    const char quote = body.empty() ? '\0' : body.front();
    const std::size_t tag = quote == '$' ? body.find('$', 1) + 1 : 1;
    if ((quote != '$' && quote != '\'') || body.size() < 2 * tag) continue;
    needs.merge(Reader().read(body.substr(tag, body.size() - 2 * tag)));
  }
}

}  // namespace

SessionNeeds needs_of_definition(std::string_view sql) {
  static constexpr std::array<std::string_view, 7> kinds = {
      "view", "function", "procedure", "rule", "policy", "trigger", "security"};
  constexpr std::size_t most_words = 16;
  bool defines = false, secures = false;
  sql::Lexer lexer(sql, sql_mode());
  for (std::size_t i = 0; i < most_words; ++i) {
    const sql::Token& token = lexer.next();
    if (token.kind == TokenKind::end) break;
    const std::string word = token.kind == TokenKind::word ? folded(token.text) : std::string();
    defines |= std::ranges::find(kinds, word) != kinds.end();
    secures |= word == "policy" || word == "security";
  }
  if (!defines) return {};
  SessionNeeds needs = Reader().read(sql);
  add_bodies(sql, needs);
  needs.bits &= static_cast<std::uint16_t>(~(SessionNeeds::block | SessionNeeds::client_encoding));
  // Owners and superusers see past it, and it may be for some roles only.
  if (secures) needs.bits |= SessionNeeds::role;
  return needs;
}

// --- a recorded session --------------------------------------------------------------------------

RecordedSession::RecordedSession(const SessionHeader& header) {
  const Document& facts = header.facts;
  if (!facts.is_object()) return;
  const auto text = [&](const char* name) {
    return facts.contains(name) ? text_of_value(facts[name]).value_or("") : std::string();
  };
  user_ = text("user");
  database_ = text("database");
  for (const char* from : {"settings", "parameters"})
    if (facts.contains(from) && facts[from].is_object())
      for (const auto& [name, value] : facts[from].items())
        settings_.start_with(name, canonical_setting(name, text_of_value(value).value_or(""),
                                                     settings_.value_or(name, "")));
  settings_.start_with("session_authorization", user_);
}

void RecordedSession::follow(const StatementRequest& request, const StatementAnswer& answer) {
  const sql::Verb verb = sql::verb_of(request.sql, sql_mode());
  if (is_transaction_control(verb.kind)) return control(request, answer, verb);
  if (answer.error) return block_.on_error();
  if (verb.kind == sql::Kind::set || verb.kind == sql::Kind::reset) {
    if (const auto set = parse_set(request.sql, sql_mode()))
      apply_set(*set, !block_.idle(), settings_);
  } else if (verb.kind == sql::Kind::discard) {
    const std::string what = folded(request.sql);
    if (what.find("all") != std::string::npos)
      settings_.discard_all();
    else if (what.find("temp") != std::string::npos)
      settings_.drop_temporary();
  } else if (auto config = parse_set_config(request.sql, sql_mode())) {
    fill_in(*config, request.parameters);
    apply_set(*config, !block_.idle(), settings_);
  }
  for (const auto& [name, value] : answer.parameters) settings_.set(name, value);
}

void RecordedSession::control(const StatementRequest& request, const StatementAnswer& answer,
                              const sql::Verb& verb) {
  // A savepoint that is not there, say: nothing was done. A COMMIT that failed ended its block.
  const bool ended = verb.kind == sql::Kind::commit || verb.kind == sql::Kind::rollback;
  if (answer.error && verb.kind != sql::Kind::commit) return block_.on_error();
  if (request.implicit) return ended ? settings_.rollback() : settings_.begin();
  const TransactionBlock::Plan plan = block_.plan(verb, request.sql);
  if (plan.error) return;
  block_.carry_out(plan);
  if (plan.into_block) {
    settings_.begin();
    if (const auto modes = parse_begin(request.sql, sql_mode())) apply_set(*modes, true, settings_);
  }
  if (plan.ends_block)
    plan.control == Control::commit && !answer.error ? settings_.commit() : settings_.rollback();
  if (plan.chain) settings_.begin();
  if (plan.control == Control::savepoint) settings_.savepoint();
  if (plan.control == Control::release) settings_.release(plan.savepoint);
  if (plan.control == Control::rollback_to) settings_.rollback_to(plan.savepoint);
}

}  // namespace understudy::postgres
