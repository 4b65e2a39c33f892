#include "protocols/postgres/analyser.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <map>
#include <set>

#include "protocols/postgres/answer.hpp"
#include "protocols/postgres/clock.hpp"
#include "protocols/postgres/hidden_needs.hpp"
#include "protocols/postgres/image.hpp"
#include "protocols/postgres/keys.hpp"
#include "protocols/postgres/partial_rows.hpp"
#include "protocols/postgres/redact.hpp"
#include "protocols/postgres/request.hpp"
#include "protocols/postgres/row_planner.hpp"
#include "protocols/postgres/schema.hpp"
#include "protocols/postgres/session.hpp"
#include "protocols/postgres/shape_book.hpp"
#include "protocols/postgres/table_names.hpp"
#include "protocols/postgres/table_oids.hpp"
#include "protocols/postgres/temporary_tables.hpp"
#include "protocols/postgres/transaction.hpp"
#include "protocols/postgres/utility.hpp"
#include "protocols/sql/lexer.hpp"
#include "protocols/sql/unsteady.hpp"

namespace understudy::postgres {
namespace {

/// Parameters that follow from who connects, not from the server.
bool is_of_client(std::string_view name) noexcept {
  return name == "application_name" || name == "session_authorization";
}

/// Codes of errors and warnings about the connection's own statements, portals and transaction.
bool is_of_connection(const Fields& fields) {
  static const std::set<std::string_view> codes = {"25P02", "26000", "34000", "42P05",
                                                   "42P03", "25P01", "25001", "3B001"};
  return codes.contains(field(fields, 'C'));
}

/// How many rows a write says that it touched: the last word of `INSERT 0 2`, `UPDATE 1`.
std::optional<std::uint64_t> affected_rows(std::string_view tag) {
  const std::string_view count = tag.substr(tag.rfind(' ') + 1);
  std::uint64_t rows = 0;
  const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), rows);
  if (error != std::errc{} || end != count.data() + count.size()) return std::nullopt;
  return rows;
}

/// What an answer shows of rows. Cells that nothing here can print show nothing.
sql::RowResult row_result_of(const StatementAnswer& answer) {
  sql::RowResult result;
  result.affected = affected_rows(answer.tag);
  for (const Column& column : answer.columns) {
    if (column.format != Format::text) return result;
    result.columns.push_back(column.name);
  }
  for (const Row& row : answer.rows) {
    auto& cells = result.rows.emplace_back();
    for (const auto& cell : row)
      cells.push_back(cell ? std::optional<std::string_view>(*cell) : std::nullopt);
  }
  return result;
}

/// The columns of `Key (email)=(ann@example.com) already exists.`, in whatever language.
std::vector<std::string> key_columns(std::string_view detail) {
  const std::size_t begin = detail.find('('), end = detail.find(")=(");
  std::vector<std::string> columns;
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin)
    return columns;
  std::string_view list = detail.substr(begin + 1, end - begin - 1);
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(", "), list.size());
    columns.emplace_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 2, list.size()));
  }
  std::ranges::sort(columns);
  return columns;
}

/// The unique constraint that kept an insert from the one table that it is into.
std::optional<UniqueViolation> violation_of(const Fields& error, const RowFacts& rows) {
  constexpr std::string_view unique_violation = "23505";
  if (field(error, 'C') != unique_violation || rows.changes.size() != 1) return std::nullopt;
  const RowChange& change = rows.changes[0];
  const bool inserts =
      change.kind == RowChange::Kind::insert || change.kind == RowChange::Kind::upsert;
  const std::string schema(field(error, 's'));
  const std::string table =
      (schema.empty() || schema == "public" ? "" : schema + ".") + std::string(field(error, 't'));
  const std::string_view named = change.table;
  if (!inserts || (named != table && named != field(error, 't'))) return std::nullopt;
  return UniqueViolation{change.table, std::string(field(error, 'n')),
                         key_columns(field(error, 'D'))};
}

/// Told by CREATE … IF NOT EXISTS of what is there.
bool tells_it_is_there(const Fields& notice) {
  static constexpr std::array<std::string_view, 3> codes = {"42P07", "42P06", "42710"};
  return std::ranges::find(codes, field(notice, 'C')) != codes.end();
}

/// Told by DROP … IF EXISTS of what is not there; not what CASCADE tells of what went as well.
bool tells_it_is_not_there(const Fields& notice, bool cascades) {
  const std::string_view routine = field(notice, 'R');
  return field(notice, 'C') == "00000" &&
         (routine == "DropErrorMsgNonExistent" || (routine.empty() && !cascades));
}

/// A definition that found all done, as the server says in notices.
bool defined_nothing(std::string_view sql, const StatementAnswer& answer) {
  sql::Lexer lexer(sql, sql_mode());
  const sql::Token* token = &lexer.next();
  const bool creates = sql::equals_folded(token->text, "create");
  if (!creates && !sql::equals_folded(token->text, "drop")) return false;
  bool conditional = false, cascades = false;
  std::ptrdiff_t named = 1;
  for (; token->kind != sql::TokenKind::end && !token->is('('); token = &lexer.next()) {
    const bool word = token->kind == sql::TokenKind::word;
    conditional |= word && sql::equals_folded(token->text, "exists");
    cascades |= word && sql::equals_folded(token->text, "cascade");
    named += token->is(',') ? 1 : 0;
  }
  if (!conditional) return false;
  if (creates) return std::ranges::any_of(answer.notices, tells_it_is_there);
  return std::ranges::count_if(answer.notices, [&](const Fields& notice) {
           return tells_it_is_not_there(notice, cascades);
         }) == named;
}

/// A write's tag whose count says that no row was touched.
bool touched_nothing(std::string_view tag) noexcept {
  return tag == "UPDATE 0" || tag == "DELETE 0" || tag == "INSERT 0 0" || tag == "MERGE 0" ||
         tag == "COPY 0";
}

Control control_of(sql::Kind kind) noexcept {
  switch (kind) {
    case sql::Kind::begin:
      return Control::begin;
    case sql::Kind::commit:
      return Control::commit;
    case sql::Kind::rollback:
      return Control::rollback;
    case sql::Kind::savepoint:
      return Control::savepoint;
    case sql::Kind::release:
      return Control::release;
    case sql::Kind::rollback_to:
      return Control::rollback_to;
    default:
      return Control::none;
  }
}

/// What the session's connection said of itself at its start, as login_of(startup).
std::map<std::string, std::string> login_of(const SessionHeader& session) {
  std::map<std::string, std::string> login;
  const Document& facts = session.facts;
  if (!facts.is_object()) return login;
  if (facts.contains("settings") && facts["settings"].is_object())
    for (const auto& [name, value] : facts["settings"].items())
      login[name] = text_of_value(value).value_or("");
  for (const char* name : {"user", "database"})
    if (facts.contains(name)) login[name] = text_of_value(facts[name]).value_or("");
  return login;
}

/// CREATE DATABASE and DROP DATABASE.
bool is_about_databases(std::string_view sql) {
  sql::Lexer lexer(sql, sql_mode());
  const std::string_view verb = lexer.next().text;
  return (sql::equals_folded(verb, "create") || sql::equals_folded(verb, "drop")) &&
         sql::equals_folded(lexer.next().text, "database");
}

/// What the serving role answers without the table, if all went well.
bool is_synthesised(sql::Kind kind) noexcept {
  switch (kind) {
    case sql::Kind::empty:
    case sql::Kind::set:
    case sql::Kind::reset:
    case sql::Kind::show:
    case sql::Kind::discard:
    case sql::Kind::deallocate:
    case sql::Kind::close_cursor:
    case sql::Kind::listen:
    case sql::Kind::unlisten:
    case sql::Kind::notify:
    case sql::Kind::declare_cursor:
      return true;
    default:
      return false;
  }
}

/// Whether nothing but the clock was read, in a style that the serving role can print.
bool shows_this_run(const StatementRequest& request, const StatementAnswer& answer,
                    const SessionHeader& session) {
  if (answer.error || !parse_clock_query(request.sql, sql_mode())) return false;
  const Document parameters = session.facts.is_object()
                                  ? session.facts.value("parameters", Document::object())
                                  : Document::object();
  return !parameters.contains("DateStyle") ||
         text_of_value(parameters["DateStyle"]).value_or("").starts_with("ISO");
}

/// Tables and sequences of another database than the first recorded one are other ones. What their
/// rows show is not compared with those of the same name.
void move_to_database(std::string_view database, Analysis& analysis) {
  for (std::vector<KeyPath>* paths : {&analysis.reads, &analysis.contents, &analysis.writes})
    for (KeyPath& path : *paths) {
      const std::size_t at = !path.empty() && path.front() == outside_transactions ? 1 : 0;
      if (path.size() > at) path[at] = fmt::format("{}/{}", database, path[at]);
    }
  analysis.determined.clear();
  analysis.rows = {};
}

/// An error that the serving role makes by itself. Of the codes that speak of the transaction, but
/// for that of a failed block, only those of statements about the transaction, cursors and so on:
/// others (VACUUM, LOCK, CREATE INDEX CONCURRENTLY) are answered as recorded.
bool is_of_connection(const StatementRequest& request, const StatementAnswer& answer) {
  if (!answer.error) return false;
  // EXECUTE with more or fewer values than its statement takes.
  if (field(*answer.error, 'R') == "EvaluateParams" && field(*answer.error, 'C') == "42601")
    return true;
  if (!is_of_connection(*answer.error)) return false;
  const sql::Kind kind = sql::verb_of(request.sql, sql_mode()).kind;
  const std::string_view code = field(*answer.error, 'C');
  // Of a statement that is gone, the recorder may still know what it was.
  return code == "25P02" || code == "26000" || control_of(kind) != Control::none ||
         is_synthesised(kind) || kind == sql::Kind::prepare || kind == sql::Kind::execute ||
         kind == sql::Kind::fetch;
}

class PostgresAnalyser final : public Analyser {
 public:
  void use(const Secrets& secrets) override { secrets_ = secrets; }
  void learn(const SessionHeader& session, const Exchange& exchange) override;
  /// What the recording itself changes of the schema comes after the file.
  void declare(const SchemaFile& file, Schema& schema, Diagnostics& problems) override {
    read_schema(file, schema, problems);
    Diagnostics not_of_a_file;
    read_schema({"the recording", definitions_}, schema, not_of_a_file);
    names_.learn_file(file);
    hidden_.define_all(file.text);
    names_.rename(schema);
    for (const auto& [name, table] : schema)
      if (table.complete()) declared_.insert(name);
    facts_.clear();
    plans_.clear();
  }
  Analysis analyse(const SessionHeader& session, const Exchange& exchange,
                   std::vector<Problem>& problems) override;
  Identity identify(const Document& request, std::vector<Problem>& problems) override;
  std::string encode(const Document& request, const Document& answer,
                     std::vector<Problem>& problems) override;
  [[nodiscard]] Document profile() const override;
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> shapes() const override;

 private:
  /// An exchange as values, without secrets and with the tables of the first recording.
  struct Said {
    StatementRequest request;
    StatementAnswer answer;
    bool as_recorded = true;  ///< false: something of the answer was replaced
  };
  [[nodiscard]] Said read(const SessionHeader& session, const Exchange& exchange,
                          std::vector<Problem>& problems);
  [[nodiscard]] StatementRequest read(const Document& request,
                                      std::vector<Problem>& problems) const;
  void learn_parameters(const SessionHeader& session);
  void learn_session(const SessionHeader& session, const StatementRequest& request,
                     const StatementAnswer& answer);
  void learn_location(const Fields& fields);
  void learn_setting(const SessionHeader& session, const StatementRequest& request,
                     const StatementAnswer& answer);
  void control(const StatementRequest& request, const StatementAnswer& answer,
               const sql::Verb& verb, Analysis& analysis) const;
  void data(const StatementRequest& request, const StatementAnswer& answer, Analysis& analysis);
  [[nodiscard]] Identity identity_of(const StatementRequest& request, std::string_view session);
  [[nodiscard]] std::string session_part_of(const StatementRequest& request);
  void learn_hidden_needs();
  void learn_shown(const StatementRequest& request, const StatementAnswer& answer);
  static void keep_to_session(const TemporaryUse& use, Analysis& analysis);
  void enter(const SessionHeader& session);
  [[nodiscard]] bool reads_hidden_settings() const;
  void learn_custom(const StatementRequest& request);
  [[nodiscard]] std::set<std::string, std::less<>> noise() const;
  [[nodiscard]] bool in_other_database() const {
    return !is_first_database(session_->view().database);
  }
  [[nodiscard]] bool is_first_database(std::string_view database) const;
  struct Facts {
    sql::Dependencies keys;
    bool planned = true;            ///< false: other rows are touched than the text tells
    bool writes_uncounted = false;  ///< see sql::StatementFacts
  };
  [[nodiscard]] const TemporaryUse& temporary_use(const std::string& sql);
  void learn_names(const std::string& sql, std::string_view pattern);
  [[nodiscard]] const Facts& facts(std::string_view pattern, const std::string& sql);
  [[nodiscard]] const sql::RowPlan& plan(std::string_view pattern);

  Secrets secrets_;
  std::map<std::string, std::string> parameters_, settings_;
  std::map<std::string, std::string> set_values_;         // by set_key
  std::set<std::pair<std::string, std::string>> set_in_;  // (session, setting)
  std::set<std::string> unparsed_;
  std::set<std::string> accepted_;                   // logins, by login_key
  std::map<std::string, std::string> refused_;       // the same, and the image of the error
  std::optional<SessionDefaults> session_defaults_;  // of the first session, see learn_session
  std::optional<RecordedSession> beginning_;         // the first one, until it asks for a table
  std::string beginning_id_;
  bool beginning_makes_ = false;  // databases
  bool session_settled_ = false;
  std::optional<RecordedSession> session_;  // the one that is analysed
  std::string session_id_;
  std::set<std::string> session_keys_;
  std::map<std::string, std::vector<std::string>> sessions_;         // parts, by pattern
  std::map<std::string, sql::Dependencies> touched_;                 // by pattern
  std::map<std::string, std::multiset<std::string>> custom_values_;  // by setting
  HiddenNeeds hidden_;
  std::set<std::string> roles_;  // that logged in
  /// What SHOW says of a setting, by the value that it was given; "" where it said several things.
  std::map<std::pair<std::string, std::string>, std::string> shown_;
  bool analysed_ = false;    // what is learned from now on is what was learned before, renamed
  std::string definitions_;  // the DDL that was recorded
  std::map<std::string, std::array<std::string, 3>> locations_;  // file, line, routine by SQLSTATE
  mutable ShapeBook shapes_;
  TableNames names_;
  TableOids table_oids_;
  PartialRows partial_rows_;
  TemporaryTables temporary_;
  std::map<std::string, TemporaryUse, std::less<>> temporary_uses_;  // by pattern
  std::set<std::string, std::less<>> declared_;  // tables of which all that matters is known
  std::map<std::string, Facts, std::less<>> facts_;
  std::map<std::string, sql::RowPlan, std::less<>> plans_;
  IdentityWriter writer_;
  sql::Statement statement_;
};

StatementRequest PostgresAnalyser::read(const Document& request,
                                        std::vector<Problem>& problems) const {
  StatementRequest said = request_of_document(request, problems);
  replace_secrets(said, secrets_);
  return said;
}

PostgresAnalyser::Said PostgresAnalyser::read(const SessionHeader& session,
                                              const Exchange& exchange,
                                              std::vector<Problem>& problems) {
  Said said{request_of_document(exchange.request, problems),
            answer_of_document(exchange.answer, problems)};
  const std::string sql = said.request.sql;
  const FoundSecrets found = replace_secrets(said.request, secrets_);
  said.as_recorded = !replace_secrets(sql, found, said.answer, secrets_);
  if (!said.answer.columns.empty()) {
    statement_.assign(said.request.sql, sql_mode());
    table_oids_.learn(session.recording, statement_.pattern(), said.answer.columns);
    if (table_oids_.rename(session.recording, said.answer.columns)) said.as_recorded = false;
  }
  return said;
}

void PostgresAnalyser::learn_parameters(const SessionHeader& session) {
  if (!session.facts.is_object() || !session.facts.contains("parameters")) return;
  for (const auto& [name, value] : session.facts["parameters"].items())
    if (!is_of_client(name))
      parameters_.emplace(name, text_of_value(value).value_or(std::string()));
}

/// Where the server's source makes an error that the serving role makes by itself.
void PostgresAnalyser::learn_location(const Fields& fields) {
  if (!is_of_connection(fields) || field(fields, 'F').empty()) return;
  locations_.emplace(field(fields, 'C'),
                     std::array{std::string(field(fields, 'F')), std::string(field(fields, 'L')),
                                std::string(field(fields, 'R'))});
}

/// What the first session sets before it asks for a table is how its statements are asked: drivers
/// and frameworks begin each session with the time zone that they want.
void PostgresAnalyser::learn_session(const SessionHeader& session, const StatementRequest& request,
                                     const StatementAnswer& answer) {
  if (session_settled_) return;
  const std::string id = fmt::format("{}/{}", session.recording, session.connection);
  // Who only made a database, or asked what there is, is not yet where the application is.
  const bool elsewhere =
      beginning_ && beginning_id_ != id &&
      (beginning_makes_ || RecordedSession(session).view().database != beginning_->view().database);
  if (!beginning_ || elsewhere) {
    beginning_makes_ = false;
    beginning_id_ = id;
    beginning_.emplace(session);
    session_defaults_ = session_defaults(beginning_->view());
  }
  const sql::Dependencies keys = keys_of(request.sql);
  const auto of_application = [](const KeyPath& key) {
    return !key.empty() && !key.front().starts_with("pg_") &&
           !key.front().starts_with("information_schema");
  };
  const bool asks = std::ranges::any_of(keys.reads, of_application) ||
                    std::ranges::any_of(keys.writes, of_application);
  const bool makes = is_about_databases(request.sql);
  beginning_makes_ = beginning_makes_ || makes;
  session_settled_ = beginning_id_ != id || (asks && !makes);
  if (session_settled_) return beginning_.reset();
  beginning_->follow(request, answer);
  session_defaults_ = session_defaults(beginning_->view());
}

/// What a server answers to SHOW where the session has not set it, and how it keeps what SET gives.
void PostgresAnalyser::learn_setting(const SessionHeader& session, const StatementRequest& request,
                                     const StatementAnswer& answer) {
  if (answer.error) return;
  const std::string id = fmt::format("{}/{}", session.recording, session.connection);
  const sql::Verb verb = sql::verb_of(request.sql, sql_mode());
  if (verb.kind == sql::Kind::show) {
    const std::string name = parse_show(request.sql, sql_mode());
    if (name.starts_with("transaction_")) return;  // of the transaction, not of the server
    if (answer.rows.size() == 1 && answer.rows[0].size() == 1 && answer.rows[0][0] &&
        !set_in_.contains({id, name}))
      settings_.emplace(name, *answer.rows[0][0]);
  } else if (verb.kind == sql::Kind::set) {
    const auto set = parse_set(request.sql, sql_mode());
    if (!set) return;
    set_in_.emplace(id, set->name);
    statement_.assign(request.sql, sql_mode());
    std::string told;
    for (const auto& [name, value] : answer.parameters)
      told.append(name).append(1, '\0').append(value).append(1, '\0');
    if (!told.empty()) set_values_.emplace(set_key(statement_.pattern()), std::move(told));
  }
}

/// The values of settings that the application makes up.
void PostgresAnalyser::learn_custom(const StatementRequest& request) {
  auto set = parse_set(request.sql, sql_mode());
  if (!set) set = parse_set_config(request.sql, sql_mode());
  if (!set || set->name.find('.') == std::string::npos || set->to_default) return;
  fill_in(*set, request.parameters);
  custom_values_[set->name].insert(set->value);
}

std::set<std::string, std::less<>> PostgresAnalyser::noise() const {
  constexpr std::size_t enough = 3;
  std::set<std::string, std::less<>> names;
  for (const auto& [name, values] : custom_values_) {
    const std::set<std::string> distinct(values.begin(), values.end());
    if (values.size() >= enough && distinct.size() == values.size()) names.insert(name);
  }
  return names;
}

void PostgresAnalyser::learn(const SessionHeader& session, const Exchange& exchange) {
  std::vector<Problem> ignored;
  const Said said = read(session, exchange, ignored);
  const StatementRequest& request = said.request;
  const StatementAnswer& answer = said.answer;
  session_.reset();  // what is learned again is analysed again
  if (partial_rows_.was_asked()) partial_rows_ = {};
  learn_parameters(session);
  if (!request.login.empty()) {
    if (answer.error) refused_.emplace(login_key(request.login), encode_image(answer));
    return;
  }
  accepted_.insert(login_key(login_of(session)));
  if (const auto login = login_of(session); login.contains("user")) roles_.insert(login.at("user"));
  if (!session_defaults_) session_defaults_ = session_defaults(RecordedSession(session).view());
  learn_session(session, request, answer);
  for (const Fields& notice : answer.notices) learn_location(notice);
  if (answer.error) learn_location(*answer.error);
  if (!ignored.empty() || is_of_connection(request, answer)) return;
  learn_setting(session, request, answer);
  if (!answer.error && !analysed_) learn_custom(request);
  if (!answer.error && sql::verb_of(request.sql, sql_mode()).kind == sql::Kind::ddl &&
      is_first_database(RecordedSession(session).view().database)) {
    definitions_ += request.sql + ";\n";
    hidden_.define(request.sql);
  }
  if (sql::split(request.sql, sql_mode()).size() > 1) unparsed_.insert(unparsed_key(request.sql));
  statement_.assign(request.sql, sql_mode());
  if (!answer.error) learn_names(request.sql, statement_.pattern());
  shapes_.learn(statement_, request, answer);
  temporary_.learn(request.sql);
  // What the names mean does not matter here.
  const std::string pattern(statement_.pattern());
  auto known = touched_.find(pattern);
  if (known == touched_.end()) known = touched_.emplace(pattern, keys_of(request.sql)).first;
  shapes_.learn(pattern, needs_of(request, answer, known->second));
  hidden_.add(pattern, request.sql, !answer.columns.empty());
  partial_rows_.learn(session, exchange, request, answer,
                      known->second.effect == Effect::write && !answer.error);
}

void PostgresAnalyser::learn_hidden_needs() {
  const auto is_indirect = [this](const std::string& pattern, const std::string& sql) {
    const Facts& known = facts(pattern, sql);
    const bool touches =
        !known.keys.understood || !known.keys.reads.empty() || !known.keys.writes.empty();
    return !known.planned && touches;
  };
  hidden_.settle(is_indirect, [this](const std::string& pattern, const SessionNeeds& needs) {
    shapes_.learn(pattern, needs);
  });
}

/// How the server spells the value that the session has given to a setting.
void PostgresAnalyser::learn_shown(const StatementRequest& request, const StatementAnswer& answer) {
  if (answer.error || answer.rows.size() != 1 || answer.rows[0].size() != 1 || !answer.rows[0][0])
    return;
  const std::string name = parse_show(request.sql, sql_mode());
  const auto given = session_->view().settings.value(name);
  if (!given) return;
  const auto [found, added] = shown_.try_emplace({name, *given}, *answer.rows[0][0]);
  if (!added && found->second != *answer.rows[0][0]) found->second.clear();
}

/// What of the session under way is part of the question.
std::string PostgresAnalyser::session_part_of(const StatementRequest& request) {
  statement_.assign(request.sql, sql_mode());
  const Shape* shape = shapes_.find(statement_.pattern());
  if (shape == nullptr || !session_ || !session_defaults_) return {};
  if (session_defaults_->noise.empty()) session_defaults_->noise = noise();
  session_defaults_->several_roles = roles_.size() > 1;
  std::string part = session_part(shape->needs, session_->view(), *session_defaults_);
  // What a connection did with its own tables is nobody else's.
  const std::string temporary =
      temporary_part(temporary_use(request.sql), session_->view().settings);
  if (!temporary.empty()) return part + temporary;
  if (!part.empty()) session_keys_.insert(session_key(part, statement_.pattern()));
  constexpr std::size_t enough = 8;
  std::vector<std::string>& parts = sessions_[std::string(statement_.pattern())];
  if (std::ranges::find(parts, part) == parts.end() && (part.empty() || parts.size() < enough))
    parts.insert(part.empty() ? parts.begin() : parts.end(), part);
  return part;
}

/// Of the statement that `statement_` has.
const TemporaryUse& PostgresAnalyser::temporary_use(const std::string& sql) {
  const std::string pattern(statement_.pattern());
  const auto found = temporary_uses_.find(pattern);
  if (found != temporary_uses_.end()) return found->second;
  TemporaryUse use;
  if (!temporary_.none() && !statement_.empty())
    use = temporary_.use_of(sql, facts(pattern, sql).keys);
  return temporary_uses_.emplace(pattern, std::move(use)).first->second;
}

/// Sessions come one after the other.
void PostgresAnalyser::enter(const SessionHeader& session) {
  const std::string id = fmt::format("{}/{}", session.recording, session.connection);
  if (session_ && session_id_ == id) return;
  session_id_ = id;
  session_.emplace(session);
}

/// Whether the application has set a setting of its own that counts.
bool PostgresAnalyser::reads_hidden_settings() const {
  if (!session_defaults_) return false;
  return std::ranges::any_of(session_->view().settings.custom(), [&](const auto& setting) {
    return !setting.second.empty() && !session_defaults_->noise.contains(setting.first);
  });
}

/// Also where either is not known.
bool PostgresAnalyser::is_first_database(std::string_view database) const {
  if (!session_defaults_ || database.empty()) return true;
  const auto first = session_defaults_->facts.find("database");
  return first == session_defaults_->facts.end() || database == first->second;
}

Identity PostgresAnalyser::identity_of(const StatementRequest& request, std::string_view session) {
  statement_.assign(request.sql, sql_mode());
  const Shape* shape = shapes_.find(statement_.pattern());
  Identity identity;
  if (shape != nullptr && shape->never_parsed) {
    writer_.write_unparsed(statement_, request.types, session, identity);
    return identity;
  }
  std::vector<Oid> types = parameter_types(statement_, request.types, shape);
  const std::string_view prefix = request.partial    ? partial_prefix
                                  : request.describe ? describe_prefix
                                                     : std::string_view{};
  writer_.write(statement_, types, request.parameters, prefix, request.copy, session, identity);
  return identity;
}

Identity PostgresAnalyser::identify(const Document& request, std::vector<Problem>& problems) {
  return identity_of(read(request, problems), {});
}

std::string PostgresAnalyser::encode(const Document&, const Document& answer,
                                     std::vector<Problem>& problems) {
  return encode_image(answer_of_document(answer, problems));
}

Analysis PostgresAnalyser::analyse(const SessionHeader& session, const Exchange& exchange,
                                   std::vector<Problem>& problems) {
  Said said = read(session, exchange, problems);
  if (partial_rows_.complete(session, exchange, said.request, said.answer))
    said.as_recorded = false;
  const StatementRequest& request = said.request;
  const StatementAnswer& answer = said.answer;
  Analysis analysis;
  analysed_ = true;
  learn_hidden_needs();
  enter(session);
  analysis.identity = identity_of(request, session_part_of(request));
  if (session_ && session_defaults_)
    analysis.session = session_facts(session_->view(), *session_defaults_);
  // Something reads them that the text does not name, a view or a policy: it may read any table.
  const bool hidden = reads_hidden_settings();
  const TemporaryUse* temporary = nullptr;
  bool of_session = false;
  if (!temporary_.none() && request.login.empty()) {
    statement_.assign(request.sql, sql_mode());
    temporary = &temporary_use(request.sql);
    of_session = is_of_session(*temporary, analysis.identity.canonical, session_->view().settings);
  }
  analysis.sight = sight_of(session_->view(), sql::verb_of(request.sql, sql_mode()).kind);
  session_->follow(request, answer);
  if (temporary != nullptr && !answer.error && !request.describe)
    session_->follow(*temporary, analysis.identity.canonical);
  if (!request.login.empty()) {
    analysis.identity.canonical = login_key(request.login);
    analysis.effect = Effect::none;
    return analysis;
  }
  const sql::Verb verb = sql::verb_of(request.sql, sql_mode());
  if (verb.kind == sql::Kind::show) learn_shown(request, answer);
  if (control_of(verb.kind) != Control::none) {
    control(request, answer, verb, analysis);
  } else if (is_of_connection(request, answer) || (request.describe && !answer.error) ||
             (is_synthesised(verb.kind) && !answer.error) ||
             (parse_set_config(request.sql, sql_mode()) && !answer.error) ||
             shows_this_run(request, answer, session) ||
             (verb.kind == sql::Kind::prepare && parse_prepare(request.sql, sql_mode()) &&
              !answer.error)) {
    analysis.effect = Effect::none;
  } else {
    data(request, answer, analysis);
  }
  if (temporary != nullptr && !temporary->names.empty()) analysis.rows = {};
  if (of_session) keep_to_session(*temporary, analysis);
  if (hidden && !analysis.reads.empty()) analysis.reads.push_back({});
  if (in_other_database()) move_to_database(session_->view().database, analysis);
  if (analysis.effect != Effect::none) analysis.image = encode_image(answer);
  if (!said.as_recorded) analysis.settled = document_of_answer(answer);
  return analysis;
}

/// What is in the session's own tables is part of the question; besides, only what went into them
/// otherwise than by the question's own words matters.
void PostgresAnalyser::keep_to_session(const TemporaryUse& use, Analysis& analysis) {
  analysis.reads.clear();
  for (const std::string& name : use.names) analysis.reads.push_back({name});
  analysis.contents.clear();
  analysis.determined.clear();
  analysis.writes.clear();
  if (use.creates || use.drops) analysis.writes = {{"@catalog"}};
}

/// BEGIN and the like are the connection's own; only a COMMIT that failed is looked up.
void PostgresAnalyser::control(const StatementRequest&, const StatementAnswer& answer,
                               const sql::Verb& verb, Analysis& analysis) const {
  analysis.effect = Effect::none;
  analysis.control = control_of(verb.kind);
  analysis.control_name = verb.name;
  if (analysis.control == Control::commit && answer.tag == "ROLLBACK") {
    // Not the COMMIT of the same words that may be refused: that of a failed block can't be.
    analysis.identity.canonical.insert(0, "of a failed block: ");
    analysis.control = Control::rollback;
  }
  if (!answer.error) return;
  if (analysis.control == Control::commit && !is_of_connection(*answer.error)) {
    analysis.effect = Effect::read;
    analysis.reads = {{}};
    analysis.changed = false;
  } else {
    analysis.control = Control::none;  // refused: nothing began and nothing ended
  }
}

void PostgresAnalyser::data(const StatementRequest& request, const StatementAnswer& answer,
                            Analysis& analysis) {
  const sql::Kind kind = sql::verb_of(request.sql, sql_mode()).kind;
  // What only the real connection's state could explain: a cursor that a function opened, say.
  const bool opaque = kind == sql::Kind::fetch || kind == sql::Kind::execute;
  if (opaque) {
    analysis.reads = {{}};
    analysis.understood = false;
    return;
  }
  if (is_synthesised(kind)) return;  // an error of SET or SHOW: a matter of the text alone
  if (pattern_of(analysis.identity.canonical).starts_with(describe_prefix)) {
    // What can't be prepared changes nothing, and only definitions can make it otherwise.
    analysis.reads = {{"@catalog"}};
    return;
  }
  const Facts& known = facts(pattern_of(analysis.identity.canonical), request.sql);
  const sql::Dependencies& found = known.keys;
  analysis.effect = found.effect;
  analysis.reads = found.reads;
  analysis.writes = found.writes;
  analysis.understood = found.understood;
  if (!answer.error) analysis.unsteady = found.unsteady;
  // Of COPY and of an error nothing is claimed beyond the tables.
  if (found.understood && known.planned && !request.partial && !request.copy)
    analysis.rows = sql::fill(plan(statement_.pattern()),
                              sql::values_of(analysis.identity.canonical), row_result_of(answer));
  if (found.effect != Effect::write) return;
  analysis.changed = !answer.error && (known.writes_uncounted || !touched_nothing(answer.tag)) &&
                     !(kind == sql::Kind::ddl && defined_nothing(request.sql, answer));
  if (!answer.error) return;
  const bool anything = std::ranges::count(found.reads, KeyPath()) > 0;
  if (!anything) analysis.rows.violation = violation_of(*answer.error, analysis.rows);
  // What an error says may be caused by any table: a foreign key, a trigger.
  analysis.reads.push_back({});
}

/// What is known of names so far is not all: what was made of it is made anew.
void PostgresAnalyser::learn_names(const std::string& sql, std::string_view pattern) {
  if (!names_.learn(sql, pattern)) return;
  facts_.clear();
  plans_.clear();
}

const PostgresAnalyser::Facts& PostgresAnalyser::facts(std::string_view pattern,
                                                       const std::string& sql) {
  const auto found = facts_.find(pattern);
  if (found != facts_.end()) return found->second;
  sql::StatementFacts known = names_.facts_of(sql);
  Facts facts{std::move(known.dependencies), !known.indirect, known.writes_uncounted};
  // Rows that follow those of a table that is declared, its references know one by one.
  for (const KeyPath& table : known.cascades) {
    if (!table.empty() && declared_.contains(table.front())) continue;
    for (std::vector<KeyPath>* paths : {&facts.keys.reads, &facts.keys.writes})
      if (std::ranges::find(*paths, table) == paths->end()) paths->push_back(table);
  }
  if (facts.keys.effect == Effect::read) facts.keys.unsteady = sql::unsteady_of(sql, sql_mode());
  return facts_.emplace(std::string(pattern), std::move(facts)).first->second;
}

const sql::RowPlan& PostgresAnalyser::plan(std::string_view pattern) {
  const auto found = plans_.find(pattern);
  if (found != plans_.end()) return found->second;
  return plans_.emplace(std::string(pattern), names_.named(row_plan_of(pattern))).first->second;
}

Document PostgresAnalyser::profile() const {
  Document profile = Document::object();
  profile["parameters"] = Document::object();
  for (const auto& [name, value] : parameters_) profile["parameters"][name] = document_of(value);
  if (session_defaults_)
    for (const auto& [name, value] : session_defaults_->facts)
      profile["session"][name] = document_of(value);
  for (const std::string& name : noise()) profile["noise"].push_back(document_of(name));
  if (roles_.size() > 1) profile["several_roles"] = true;
  for (const auto& [setting, value] : shown_)
    if (!value.empty() && (value != setting.second || !is_spelled_as_set(setting.first)))
      profile["shown"][setting.first][setting.second] = document_of(value);
  if (!temporary_.none()) profile["temporary_tables"] = true;
  profile["settings"] = Document::object();
  for (const auto& [name, value] : settings_) profile["settings"][name] = document_of(value);
  for (const auto& [code, location] : locations_)
    for (const std::string& part : location)
      profile["locations"][code].push_back(document_of(part));
  return profile;
}

std::vector<std::pair<std::string, std::string>> PostgresAnalyser::shapes() const {
  std::vector<std::pair<std::string, std::string>> all = shapes_.encode();
  for (const auto& [key, value] : set_values_) all.emplace_back(key, value);
  for (const std::string& key : unparsed_) all.emplace_back(key, "1");
  for (const std::string& key : session_keys_) all.emplace_back(key, "1");
  for (const auto& [pattern, use] : temporary_uses_)
    if (!use.empty()) all.emplace_back(temporary_key(pattern), postgres::encode(use));
  for (const auto& [pattern, parts] : sessions_) {
    if (parts == std::vector<std::string>{""}) continue;
    std::string content;
    for (const std::string& part : parts) content.append(part) += '\0';
    all.emplace_back(sessions_key(pattern), std::move(content));
  }
  // Who was let in at other times was refused for what no startup message shows: a password.
  for (const auto& [key, error] : refused_)
    if (!accepted_.contains(key)) all.emplace_back(key, error);
  std::ranges::sort(all);
  return all;
}

}  // namespace

std::unique_ptr<Analyser> make_analyser() {
  return std::make_unique<PostgresAnalyser>();
}

}  // namespace understudy::postgres
