#include "protocols/mysql/analyser.hpp"

#include <algorithm>

#include "protocols/mysql/answer_secrets.hpp"
#include "protocols/mysql/charset.hpp"
#include "protocols/mysql/definitions.hpp"
#include "protocols/mysql/document_keys.hpp"
#include "protocols/mysql/image.hpp"
#include "protocols/mysql/introspection.hpp"
#include "protocols/mysql/local_infile.hpp"
#include "protocols/mysql/names.hpp"
#include "protocols/mysql/schema.hpp"
#include "protocols/mysql/statements.hpp"
#include "protocols/sql/batch.hpp"
#include "protocols/sql/cursor.hpp"
#include "protocols/sql/lexer.hpp"
#include "protocols/sql/lower.hpp"
#include "protocols/sql/schema_text.hpp"
#include "protocols/sql/unsteady.hpp"
#include "protocols/sql/words.hpp"

namespace understudy::mysql {

namespace {

using sql::Kind;

std::string text_of(const Document& document, const char* key) {
  const auto found = document.is_object() ? document.find(key) : document.end();
  return document.is_object() && found != document.end() ? octets_of(*found) : std::string();
}

bool is_error(const Document& answer) {
  return answer.is_object() && answer.contains("error");
}

using sql::lower;

// An error of the statement's own tables, which no other table explains.
bool is_of_own_tables(const Document& answer) {
  static constexpr std::uint16_t codes[] = {1048, 1062, 1264, 1265, 1292, 1364, 1366, 1406, 1690};
  const Document& error = answer["error"];
  return error.is_object() && error.contains("code") && error["code"].is_number_integer() &&
         std::ranges::find(codes, error["code"].get<std::uint64_t>()) != std::end(codes);
}

// Of `Duplicate entry '7' for key 'products.products_sku'`, in some servers without the table.
std::optional<UniqueViolation> violation_of(const Results& results, const RowFacts& rows) {
  constexpr std::uint16_t duplicate_entry = 1062;
  if (results.list.size() != 1 || rows.changes.size() != 1) return std::nullopt;
  const auto* error = std::get_if<ErrorPacket>(&results.list.front());
  if (error == nullptr || error->code != duplicate_entry) return std::nullopt;
  std::string key = lower(error->message);
  if (key.ends_with('\'')) key.pop_back();
  key.erase(0, key.rfind('\'') + 1);
  key.erase(0, key.rfind('.') + 1);
  return UniqueViolation{rows.changes[0].table, key == "primary" ? "PRIMARY" : key, {}};
}

std::string without_ignore_space(std::string mode) {
  for (const std::string_view part : {"IGNORE_SPACE,", ",IGNORE_SPACE", "IGNORE_SPACE"})
    if (const std::size_t at = mode.find(part); at != std::string::npos)
      return mode.erase(at, part.size());
  return mode;
}

// Of those that were recorded what counts: once the host of an account was taken for a variable.
Document variables_of(const Document& request, std::string_view text, sql::Mode mode) {
  if (!request.contains("variables") || !request["variables"].is_object()) return {};
  Document variables = request["variables"];
  const std::vector<std::string> names = user_variables_in(text, mode);
  std::vector<std::string> others;
  for (const auto& [name, source] : variables.items())
    if (name.starts_with('@') && std::ranges::find(names, name.substr(1)) == names.end())
      others.push_back(name);
  for (const std::string& name : others) variables.erase(name);
  return variables;
}

std::optional<std::string> no_variables(std::string_view) {
  return std::nullopt;
}

// Errors of parsing and resolving a statement, which COM_STMT_PREPARE and COM_QUERY give alike.
bool is_refusal(const Document& answer) {
  static constexpr std::uint16_t codes[] = {1046, 1049, 1052, 1054, 1064, 1066,
                                            1109, 1136, 1146, 1149, 1193, 1222};
  const Document& error = answer["error"];
  if (!error.is_object() || !error.contains("code") || !error["code"].is_number_integer())
    return false;
  return std::ranges::find(codes, error["code"].get<std::uint64_t>()) != std::end(codes);
}

// A statement whose columns only a success can tell.
bool returns_rows(std::string_view pattern) {
  const std::string_view word = pattern.substr(0, pattern.find(' '));
  return word != "insert" && word != "update" && word != "delete" && word != "replace";
}

std::string origin_of(const std::string& schema, const std::string& table,
                      const std::string& column) {
  return lower(schema + '\0' + table + '\0' + column);
}

std::string origin_of(const Column& column) {
  return origin_of(column.schema, column.org_table, column.org_name);
}

// What MariaDB says of a column of JSON to a client that asks.
constexpr std::string_view json_format = "\x01\x04json";

// A column of JSON is one of text to a client that does not ask: LONGTEXT of a binary collation.
bool may_have_format(const Column& column, bool json) {
  if (!column.extended.empty()) return false;
  if (column.type == FieldType::geometry || (json && column.org_name.empty())) return true;
  const bool text = column.type == FieldType::blob || column.type == FieldType::long_blob;
  return text && !column.is_octets() && column.has(column_flag::binary);
}

// Whether an OK that tells zero affected rows tells that nothing changed.
bool changed_nothing(const Document& answer, Kind kind) {
  if (kind != Kind::delete_ && kind != Kind::update) return false;
  if (!answer.is_object() || !answer.contains("affected")) return false;
  const std::string info = text_of(answer, "info");
  if (kind == Kind::update && info.find("Changed: ") != std::string::npos)
    return info.find("Changed: 0 ") != std::string::npos;
  return answer["affected"] == 0;
}

// IF NOT EXISTS of what is there.
bool defined_nothing(std::string_view text, const Document& answer, sql::Mode mode, bool mariadb) {
  if (!answer.is_object() || !answer.contains("warnings")) return false;
  // MySQL 8 also warns of the width of integers, which makes the count say nothing.
  if (!mariadb && text.find("int(") != std::string_view::npos) return false;
  return did_nothing(text, mode, answer["warnings"].get<std::uint64_t>());
}

// Whether a statement was recorded with other settings than the usual ones.
bool vary(const std::set<std::string>& marks) {
  return marks.size() > 1 || !marks.begin()->empty();
}

Control control_of(const StatementInfo& info) noexcept {
  switch (info.kind) {
    case Kind::begin:
      return Control::begin;
    case Kind::commit:
      return Control::commit;
    case Kind::rollback:
      return Control::rollback;
    case Kind::savepoint:
      return Control::savepoint;
    case Kind::release:
      return Control::release;
    case Kind::rollback_to:
      return Control::rollback_to;
    default:
      return Control::none;
  }
}

Control implicit_control(const std::string& what) noexcept {
  if (what == "begin") return Control::begin;
  if (what == "commit") return Control::commit;
  if (what == "rollback") return Control::rollback;
  return what == "reset" ? Control::reset : Control::none;
}

}  // namespace

std::string MysqlAnalyser::main_database() const {
  const auto most =
      std::ranges::max_element(databases_, {}, [](const auto& entry) { return entry.second; });
  return most == databases_.end() ? std::string() : most->first;
}

MysqlAnalyser::Surroundings MysqlAnalyser::surroundings_of(const SessionHeader& session,
                                                           const Document& request) const {
  Surroundings around;
  around.database = request.is_object() && request.contains("database")
                        ? text_of(request, "database")
                        : text_of(session.facts, "database");
  if (followed_) {
    around.mode = followed_->session.mode();
    around.in_transaction = followed_->session.in_transaction();
    if (pass_ == Pass::analysing) around.settings = followed_->session.unusual_settings();
  }
  const auto server =
      session.facts.is_object() ? session.facts.find("server") : session.facts.end();
  if (session.facts.is_object() && server != session.facts.end()) {
    around.mariadb = text_of(*server, "version").find("MariaDB") != std::string::npos;
    const std::uint32_t offered = server->value("mariadb_capabilities", std::uint32_t{0});
    around.formats_told = (offered & mariadb_capability::extended_metadata) == 0 ||
                          session.facts.value("extended_metadata", false);
  }
  return around;
}

MysqlAnalyser::Surroundings MysqlAnalyser::surroundings_of(const Document& request) const {
  Surroundings around;
  around.database = request.is_object() && request.contains("database")
                        ? text_of(request, "database")
                        : main_database();
  if (request.is_object() && request.contains("settings") && request["settings"].is_object()) {
    const auto usual = usual_settings();
    for (const auto& [name, value] : request["settings"].items()) {
      const auto found = usual.find(name);
      around.settings.push_back(
          {name, octets_of(value),
           found == usual.end() ? std::string(default_value) : found->second});
    }
  }
  if (!server_.is_null())
    around.mariadb = text_of(server_, "version").find("MariaDB") != std::string::npos;
  return around;
}

sql::Mode MysqlAnalyser::mode_now() const {
  return followed_ ? followed_->session.mode() : Surroundings().mode;
}

/// As a server asks it; nothing where that is as it stands.
std::optional<Document> MysqlAnalyser::without_secrets(const Document& request,
                                                       sql::Mode mode) const {
  if (!request.is_object()) return std::nullopt;
  std::optional<Document> cleaned;
  const auto form = masked_secrets_ ? sql::SecretForm::masked : sql::SecretForm::placeholder;
  for (const char* key : {"sql", "prepare"}) {
    const std::string text = text_of(request, key);
    if (text.empty()) continue;
    const sql::StatementSecrets found = sql::secrets_in(text, mode, secrets_, form);
    if (!found.cleaned && found.parameters.empty()) continue;
    Document changed = cleaned.value_or(request);
    const bool bound = hide_parameters_of(found.parameters, mode, changed);
    if (found.cleaned) changed[key] = document_of(*found.cleaned);
    if (found.cleaned || bound) cleaned = std::move(changed);
  }
  if (request.contains("after"))
    if (auto before = without_secrets(request["after"], mode)) {
      if (!cleaned) cleaned = request;
      (*cleaned)["after"] = *std::move(before);
    }
  if (!request.contains("variables") || !request["variables"].is_object()) return cleaned;
  for (const auto& [name, source] : request["variables"].items()) {
    const auto found = sql::secrets_in(octets_of(source), mode, secrets_, form);
    if (!found.cleaned) continue;
    if (!cleaned) cleaned = request;
    (*cleaned)["variables"][name] = document_of(*found.cleaned);
  }
  return cleaned;
}

bool MysqlAnalyser::hide_parameters_of(const std::vector<sql::SecretParameter>& secret,
                                       sql::Mode mode, Document& request) const {
  if (secret.empty() || !request.contains("params")) return false;
  const auto form = masked_secrets_ ? sql::SecretForm::masked : sql::SecretForm::placeholder;
  std::vector<Problem> reported_later;
  std::vector<Parameter> parameters = parameters_from_document(request, reported_later);
  if (!reported_later.empty()) return false;
  hide_parameters(secret, mode, secrets_, form, parameters);
  Document changed = request;
  changed.erase("params");
  changed.erase("types");
  write_parameters(parameters, changed);
  if (changed == request) return false;
  request = std::move(changed);
  return true;
}

void MysqlAnalyser::learn(const SessionHeader& session, const Exchange& exchange) {
  const Document& request = exchange.request;
  if (!request.is_object()) return learn_clean(session, exchange);
  begin_following(Pass::learning, session, exchange);
  const std::string text = text_of(request, request.contains("prepare") ? "prepare" : "sql");
  masked_secrets_ = masked_secrets_ || sql::holds_masked_secret(text, mode_now());
  auto cleaned = without_secrets(request, mode_now());
  if (!cleaned) return learn_clean(session, exchange);
  Exchange changed = exchange;
  changed.request = *std::move(cleaned);
  learn_clean(session, changed);
}

void MysqlAnalyser::learn_clean(const SessionHeader& session, const Exchange& exchange) {
  if (server_.is_null() && session.facts.is_object()) {
    const auto server = session.facts.find("server");
    if (server != session.facts.end()) server_ = *server;
    const auto collation = session.facts.find("collation");
    if (collation != session.facts.end() && collation->is_number_integer())
      collation_ = collation->get<std::uint16_t>();
  }
  const Document& request = exchange.request;
  if (!request.is_object()) return;
  begin_following(Pass::learning, session, exchange);
  if (request.contains("implicit")) return follow(exchange, {});
  learn_question(request, exchange.answer);
  count_settings();
  const Surroundings around = surroundings_of(session, request);
  ++databases_[around.database];
  learn_shape(request, exchange.answer, around);
  learn_numbers(request, exchange.answer, around);
  if (!is_error(exchange.answer)) {
    learn_variables(request, exchange.answer);
    if (request.contains("sql")) learn_tables(text_of(request, "sql"), exchange.answer, around);
    if (const std::string text = text_of(request, "sql");
        sql::verb_of(text, around.mode).kind == Kind::ddl) {
      definitions_.push_back("USE `" + around.database + "`;\n" + text);
      defined_.emplace_back(text, around);
      if (!defined_nothing(text, exchange.answer, around.mode, around.mariadb))
        declaring_.emplace_back(text, around);
      for (std::string& name : timestamps_declared(text, around.mode))
        timestamps_.insert(std::move(name));
    }
  }
  follow(exchange, {});
}

// Which names statements write. That a result shows columns of a name does not make it a table:
// MariaDB calls a view so as well. Where it shows columns of a table that the statement does not
// name, a name in it is that of a view.
void MysqlAnalyser::learn_tables(const std::string& text, const Document& answer,
                                 const Surroundings& around) {
  const Mentions mentions = mentions_of(text, around.mode, around.database);
  for (const sql::tree::Name& table : mentions.writes) keys_.know(table);
  if (!answer.is_object() || !answer.contains("columns")) return;
  std::set<std::string> named;
  for (const sql::tree::Name& table : mentions.reads) named.insert(spelled_name(table));
  std::vector<Problem> reported_later;
  for (const Column& column : columns_from_document(
           answer["columns"], {around.database, around.mariadb}, "", reported_later)) {
    if (column.org_table.empty() || column.org_name.empty()) continue;
    const std::string base =
        lower((column.schema.empty() ? around.database : column.schema) + "." + column.org_table);
    if (named.contains(base)) continue;
    for (const std::string& name : named)
      if (name.substr(name.find('.') + 1) == lower(column.table) || named.size() == 1)
        views_seen_.emplace(name, base);
  }
}

// What names mean is known when everything was shown: the main database is part of it.
void MysqlAnalyser::settle_tables() {
  define_names();
  declare_formats();
  for (const auto& [text, around] : declaring_)
    for (const DeclaredColumns& declared : declared_columns(text, around.mode))
      rows_.declare(declared.table.find('.') != std::string::npos
                        ? declared.table
                        : lower(around.database) + "." + declared.table,
                    declared);
}

void MysqlAnalyser::define_names() {
  for (; names_defined_ < defined_.size(); ++names_defined_) {
    const auto& [text, around] = defined_[names_defined_];
    keys_.define(text, around.mode, around.database);
  }
  for (const auto& [view, base] : views_seen_) keys_.define_view(view, base);
  views_seen_.clear();
  keys_.settle(main_database());
}

// Connections are shown one after the other, in each pass from their beginning.
void MysqlAnalyser::begin_following(Pass pass, const SessionHeader& session,
                                    const Exchange& exchange) {
  const bool same = followed_ && pass_ == pass && followed_->recording == session.recording &&
                    followed_->connection == session.connection &&
                    exchange.ended.tick >= followed_->tick;
  if (same) {
    followed_->tick = exchange.ended.tick;
    return;
  }
  if (pass == Pass::analysing && pass_ != pass) settle_tables();
  pass_ = pass;
  followed_profile_ = Document::object();
  if (server_.is_object() && server_.contains("version"))
    followed_profile_["version"] = server_["version"];
  if (!variables_.empty()) followed_profile_["variables"] = variables_;
  if (pass == Pass::analysing) followed_profile_["settings"] = usual_settings();
  followed_.emplace(Followed{.recording = session.recording,
                             .connection = session.connection,
                             .tick = exchange.ended.tick,
                             .session = Session(&followed_profile_)});
  const Document& facts = session.facts;
  std::uint16_t collation = utf8mb4_collation;
  if (facts.is_object() && facts.contains("collation") && facts["collation"].is_number_integer())
    collation = facts["collation"].get<std::uint16_t>();
  followed_->session.open(text_of(facts, "user"), text_of(facts, "database"), collation,
                          facts.is_object() && facts.value("ignore_space", false));
}

// What the exchange leaves the connection in; see MysqlObserver::emit_statement.
void MysqlAnalyser::follow(const Exchange& exchange, const Identity& identity) {
  const Document& request = exchange.request;
  Session& session = followed_->session;
  if (request.contains("implicit")) {
    const std::string what = text_of(request, "implicit");
    if (what == "begin") session.begin();
    if (what == "commit" || what == "rollback") session.end_transaction();
    if (what == "reset") {
      if (request.contains("user"))
        session.open(text_of(request, "user"), text_of(request, "database"),
                     request.value("collation", utf8mb4_collation), false);
      else
        session.reset();
      followed_->after = {};
    }
    return;
  }
  if (!request.contains("sql")) return;
  const std::string text = text_of(request, "sql");
  std::vector<Problem> reported_elsewhere;
  const std::vector<Parameter> parameters = parameters_from_document(request, reported_elsewhere);
  std::vector<sql::Value> values;
  values_of(parameters, values);
  const auto asked = parse_introspection(text, session.mode());
  const bool warnings = asked && asked->form == Introspection::Form::show_warnings;
  statement_.assign(text, session.mode());
  const std::string pattern(statement_.pattern());
  const Results results =
      answer_from_document(exchange.answer, {session.database(), true}, reported_elsewhere);
  if (!warnings) follow_results(results, identity.canonical.empty() ? pattern : identity.canonical);
  if (!results.list.empty() && !std::holds_alternative<ErrorPacket>(results.list.back())) {
    const StatementInfo info = session.inspect(text, values);
    session.apply(info);
    session.remember(text, info, values);
    if (touches_tables(info, pattern)) session.touch_tables();
  }
  if (warnings) return;
  followed_->previous = identity;
  followed_->previous_text = text;
}

void MysqlAnalyser::follow_results(const Results& results, std::string_view canonical) {
  for (const Result& result : results.list) {
    if (const auto* ok = std::get_if<OkPacket>(&result)) {
      followed_->after.note(*ok, canonical);
      if (ok->insert_id != 0) followed_->session.note_insert_id(ok->insert_id);
    } else if (const auto* error = std::get_if<ErrorPacket>(&result)) {
      followed_->after.note(*error);
    } else {
      const auto& set = std::get<ResultSet>(result);
      followed_->after.note_rows(set.rows.size(), set.warnings, canonical);
      if (set.error) followed_->after.note(*set.error);
    }
  }
}

void MysqlAnalyser::count_settings() {
  ++exchanges_;
  for (const auto& [name, value] : followed_->session.settings())
    if (name != insert_id_setting) ++setting_counts_[name][value];
}

// What most exchanges had.
std::map<std::string, std::string> MysqlAnalyser::usual_settings() const {
  std::map<std::string, std::string> usual;
  for (const auto& [name, counts] : setting_counts_) {
    std::size_t set = 0;
    for (const auto& [value, count] : counts) set += count;
    const auto most = std::ranges::max_element(counts, {}, [](const auto& c) { return c.second; });
    if (most->second > exchanges_ - set) usual.emplace(name, most->first);
  }
  return usual;
}

bool MysqlAnalyser::shows_timestamps(const Surroundings& around) const {
  const auto shape =
      shapes_.find({around.database, std::string(sql::with_one_row(statement_.pattern()))});
  return shape != shapes_.end() &&
         std::ranges::count(shape->second.columns, FieldType::timestamp, &Column::type) != 0;
}

std::string MysqlAnalyser::unusual_settings(const Document& request, const Surroundings& around,
                                            const std::vector<sql::Value>& values) const {
  if (around.settings.empty()) return {};
  const StatementInfo info = inspect_statement(text_of(request, "sql"), around.mode, no_variables);
  Relevance relevance(statement_, values, info.kind, around.in_transaction);
  if (shows_timestamps(around)) relevance.show_timestamps();
  relevance.know_timestamps(Document(timestamps_));
  return settings_mark(around.settings, relevance);
}

// What the connection's own state would be told as is what was recorded. The number of the
// connection is another one in each run.
bool MysqlAnalyser::agrees(const Introspection& asked, const Document& answer) const {
  const Circumstances known{.session = &followed_->session, .after = &followed_->after};
  const auto made_up = answer_introspection(asked, known, {});
  if (!made_up || !answer.is_object() || !answer.contains("rows")) return false;
  const Document& rows = answer["rows"];
  if (asked.form != Introspection::Form::select || rows.size() != 1 ||
      rows[0].size() != asked.questions.size())
    return rows == made_up->rows;
  for (std::size_t i = 0; i < asked.questions.size(); ++i) {
    const std::string& name = asked.questions[i].name;
    const Document &told = rows[0][i], &known_as = made_up->rows[0][i];
    if (name == "connection_id" || name == "pseudo_thread_id") continue;
    if (told.is_null() != known_as.is_null()) return false;
    if (!told.is_null() && cell_text(told) != cell_text(known_as)) return false;
  }
  return true;
}

void MysqlAnalyser::learn_question(const Document& request, const Document& answer) {
  if (!request.contains("sql") || is_error(answer)) return;
  const auto asked = parse_introspection(text_of(request, "sql"), followed_->session.mode());
  if (!asked || asked->form == Introspection::Form::show_warnings ||
      !asks_state(*asked, followed_->session))
    return;
  const Circumstances known{.session = &followed_->session, .after = &followed_->after};
  if (!answer_introspection(*asked, known, {}) || agrees(*asked, answer)) return;
  for (std::string& name : questions_about_state(*asked)) distrusted_.insert(std::move(name));
}

// A question about the connection itself. True where its answer is not the connection's to make up:
// then it belongs to the statement before.
bool MysqlAnalyser::follow_question(const Document& request, const Document& answer,
                                    Analysis& analysis) {
  const std::string text = text_of(request, "sql");
  const auto asked = parse_introspection(text, followed_->session.mode());
  if (!asked || !asks_state(*asked, followed_->session)) return false;
  const bool distrusted =
      std::ranges::any_of(questions_about_state(*asked),
                          [&](const std::string& name) { return distrusted_.contains(name); });
  analysis.effect = Effect::none;
  if (!distrusted && agrees(*asked, answer)) return true;
  statement_.assign(text, followed_->session.mode());
  analysis.effect = Effect::read;
  analysis.identity = {};
  append_follow(statement_, followed_->previous.canonical, analysis.identity.canonical);
  analysis.identity.qualifier = followed_->previous.qualifier;
  return true;
}

void MysqlAnalyser::learn_shape(const Document& request, const Document& answer,
                                const Surroundings& around) {
  const bool prepared = request.contains("prepare");
  const std::string text = text_of(request, prepared ? "prepare" : "sql");
  if (text.empty() || request.contains("after") || !answer.is_object()) return;
  if (!prepared && answer.contains("columns")) {
    std::vector<Problem> reported_later;
    ResultSet set;
    set.columns = columns_from_document(answer["columns"], {around.database, around.mariadb}, "",
                                        reported_later);
    rows_.learn(set.columns);
    for (const Column& column : set.columns)
      if (column.type == FieldType::timestamp && !column.org_name.empty())
        timestamps_.insert(lower(column.org_name));
    Results results;
    results.list.emplace_back(std::move(set));
    learn_extended(results);
  }
  statement_.assign(text, around.mode);
  const std::pair<std::string, std::string> key(around.database,
                                                sql::with_one_row(statement_.pattern()));
  const auto [found, added] = shapes_.try_emplace(key);
  Shape& shape = found->second;
  std::vector<Problem> ignored;  // `analyse` reports them
  if (request.contains("infile"))
    shape.infile = infile_from_document(request["infile"], ignored).name;
  if (is_error(answer) && !answer.contains("columns")) {
    if (added && is_refusal(answer))
      learn_refusal(answer, shape);
    else if (added && !shape.infile && returns_rows(key.second))
      shapes_.erase(found);
    return;
  }
  shape.error.reset();
  shape.formats_told = shape.formats_told || around.formats_told;
  if (shape.prepared && !prepared) return;
  shape.prepared = prepared;
  shape.columns.clear();
  if (answer.contains("columns"))
    shape.columns = columns_from_document(answer["columns"], {around.database, around.mariadb},
                                          "/answer/columns", ignored);
}

// An insert id: AUTO_INCREMENT numbers the rows of the table.
void MysqlAnalyser::learn_numbers(const Document& request, const Document& answer,
                                  const Surroundings& around) {
  if (!answer.is_object() || !answer.contains("insert_id")) return;
  for (const sql::tree::Name& table :
       mentions_of(text_of(request, "sql"), around.mode, around.database).numbered)
    rows_.learn_numbers(spelled_name(table));
}

void MysqlAnalyser::learn_extended(const Results& results) {
  for (const Column& column : std::get<ResultSet>(results.list.front()).columns)
    if (!column.extended.empty() && !column.org_name.empty())
      extended_[origin_of(column)] = column.extended;
}

// A column of JSON is known by its DDL as well, unless it is declared in another way too.
void MysqlAnalyser::declare_formats() {
  std::map<std::string, std::set<bool>> declared_json;
  for (const auto& [text, around] : declaring_) {
    if (!around.mariadb) continue;
    for (const DeclaredColumns& declared : declared_columns(text, around.mode)) {
      const std::size_t dot = declared.table.find('.');
      const std::string schema =
          dot == std::string::npos ? around.database : declared.table.substr(0, dot);
      const std::string table = declared.table.substr(dot == std::string::npos ? 0 : dot + 1);
      for (const auto& [column, entry] : declared.columns)
        declared_json[origin_of(schema, table, column)].insert(
            !declared.unknown && std::ranges::count(declared.json, column) != 0);
    }
  }
  for (const auto& [origin, json] : declared_json)
    if (json == std::set<bool>{true}) extended_.try_emplace(origin, json_format);
}

// Statements whose answers may have a column of a format that no recorded client was told.
std::set<std::string> MysqlAnalyser::unknown_formats() const {
  std::set<std::string> unknown;
  for (const auto& [key, shape] : shapes_) {
    if (shape.formats_told) continue;
    const bool json = key.second.find("json") != std::string::npos;
    const bool some = std::ranges::any_of(shape.columns, [&](const Column& column) {
      return may_have_format(column, json) && !extended_.contains(origin_of(column));
    });
    if (!some) continue;
    std::string name;
    append_marks(Ask::run, key.first, main_database(), name);
    unknown.insert(name + key.second);
  }
  return unknown;
}

// What one client was told of a column another would have been told as well, had it asked.
void MysqlAnalyser::add_extended(Results& results) const {
  if (extended_.empty()) return;
  for (Result& result : results.list) {
    auto* set = std::get_if<ResultSet>(&result);
    if (set == nullptr) continue;
    for (Column& column : set->columns)
      if (const auto known = extended_.find(origin_of(column));
          column.extended.empty() && known != extended_.end())
        column.extended = known->second;
  }
}

void MysqlAnalyser::learn_refusal(const Document& answer, Shape& shape) {
  std::vector<Problem> ignored;
  const Results results = answer_from_document(answer, {}, ignored);
  if (const auto* error = std::get_if<ErrorPacket>(&results.list.front())) shape.error = *error;
}

void MysqlAnalyser::learn_variables(const Document& request, const Document& answer) {
  const std::string text = text_of(request, "sql");
  const sql::Mode mode = followed_->session.mode();
  const StatementInfo info = inspect_statement(text, mode, no_variables);
  for (const Assignment& assignment : info.assignments)
    if (!assignment.name.empty()) settable_.insert(assignment.name);
  if (info.kind == Kind::use) ++databases_[info.name];
  if ((info.kind != Kind::select && info.kind != Kind::show) || !answer.is_object()) return;
  const auto asked = parse_introspection(text, mode);
  if (!asked) return;
  const Document& of_session = request.contains("session") ? request["session"] : Document::array();
  const auto depends_on = [&](std::string_view what) {
    return std::ranges::any_of(of_session, [&](const Document& item) { return item == what; });
  };
  for (auto& [name, value] : variables_told(*asked, answer)) {
    if (depends_on(name)) continue;
    const bool of_login = name == "sql_mode" && depends_on(login_mode);
    variables_.emplace(name, of_login ? without_ignore_space(value) : value);
  }
}

Identity MysqlAnalyser::identify(const Document& request, std::vector<Problem>& problems) {
  const auto cleaned = without_secrets(request, Surroundings().mode);
  return identify(cleaned ? *cleaned : request, surroundings_of(request), problems);
}

Identity MysqlAnalyser::identify(const Document& request, const Surroundings& around,
                                 std::vector<Problem>& problems) {
  Identity identity;
  if (!request.is_object()) {
    problems.push_back({"/request", "expected a map with `sql`", "sql: SELECT …"});
    return identity;
  }
  report_unknown_keys(request,
                      {"sql", "params", "types", "database", "variables", "session", "prepare",
                       "fields", "wildcard", "command", "octets", "settings", "user", "collation",
                       "after", "implicit", "infile"},
                      "/request", problems);
  if (request.contains("implicit")) {
    identity.canonical = "(implicit) " + text_of(request, "implicit");
    if (implicit_control(text_of(request, "implicit")) == Control::none)
      problems.push_back({"/request/implicit", "expected begin, commit, rollback or reset", ""});
  } else if (request.contains("fields")) {
    append_marks(Ask::fields, around.database, main_database(), identity.canonical);
    identity.canonical += text_of(request, "fields") + '\0' + text_of(request, "wildcard");
  } else if (request.contains("command")) {
    append_command(text_of(request, "command"), text_of(request, "octets"), identity.canonical);
  } else if (request.contains("prepare")) {
    append_identity(request, Ask::prepare, around, identity, problems);
  } else if (request.contains("after")) {
    const Identity before = identify(request["after"], around, problems);
    statement_.assign(text_of(request, "sql"), around.mode);
    append_follow(statement_, before.canonical, identity.canonical);
    identity.qualifier = before.qualifier;
  } else {
    append_identity(request, Ask::run, around, identity, problems);
  }
  return identity;
}

void MysqlAnalyser::append_identity(const Document& request, Ask ask, const Surroundings& around,
                                    Identity& identity, std::vector<Problem>& problems) {
  const char* const key = ask == Ask::prepare ? "prepare" : "sql";
  const std::string text = text_of(request, key);
  if (!request.contains(key) || !(request[key].is_string() || request[key].is_binary()))
    problems.push_back({"/request", "expected a statement in `sql`", "sql: SELECT …"});
  statement_.assign(text, around.mode);
  std::vector<Parameter> parameters;
  if (ask == Ask::run) parameters = parameters_from_document(request, problems);
  const bool unbound = request.contains("params") && parameters.empty();  // see query_request
  if (ask == Ask::run && parameters.size() != statement_.parameter_count() && !unbound)
    problems.push_back({"/request/params",
                        "the statement has " + std::to_string(statement_.parameter_count()) +
                            " parameters, not " + std::to_string(parameters.size()),
                        ""});
  std::vector<sql::Value> values;
  values_of(parameters, values);
  append_marks(ask, around.database, main_database(), identity.canonical);
  if (ask == Ask::run) {
    const std::string mark = unusual_settings(request, around, values);
    append_settings(mark, identity.canonical);
    if (pass_ == Pass::analysing)
      marks_[shape_key(statement_, around.database, main_database())].insert(mark);
  }
  if (request.contains("infile"))
    append_sent(infile_from_document(request["infile"], problems), identity.canonical);
  append_sources(variables_of(request, text, around.mode), identity.canonical);
  append_statement(statement_, text, values, identity.canonical, identity.qualifier);
}

std::string MysqlAnalyser::encode(const Document& request, const Document& answer,
                                  std::vector<Problem>& problems) {
  return image_of(results_of(answer, surroundings_of(request), problems));
}

Results MysqlAnalyser::results_of(const Document& answer, const Surroundings& around,
                                  std::vector<Problem>& problems) const {
  Results results = answer_from_document(answer, {around.database, around.mariadb}, problems);
  add_extended(results);
  return results;
}

std::string MysqlAnalyser::image_of(const Results& results) const {
  const Charset* charset = charset_of(collation_);
  const bool utf8 = charset != nullptr && is_utf8(*charset);
  return encode_image(results, utf8 ? collation_ : utf8mb4_collation);
}

// Of a statement of any kind, with what its tables and functions bring with them.
sql::StatementFacts MysqlAnalyser::facts_of(std::string_view text,
                                            const Surroundings& around) const {
  if (sql::verb_of(text, around.mode).kind == Kind::execute)
    if (const auto immediate = immediate_text(text, around.mode))
      return facts_of(*immediate, around);
  sql::StatementFacts facts = keys_.facts_of(text, around.mode, around.database);
  // Rows that follow those of a table that is declared, its references know one by one.
  for (const KeyPath& table : facts.cascades) {
    if (!table.empty() && declared_.contains(table.front())) continue;
    for (auto* paths : {&facts.dependencies.reads, &facts.dependencies.writes})
      paths->push_back(table);
  }
  return facts;
}

sql::StatementFacts MysqlAnalyser::add_dependencies(std::string_view text,
                                                    const Surroundings& around,
                                                    Analysis& analysis) {
  sql::StatementFacts facts = facts_of(text, around);
  const sql::Dependencies& found = facts.dependencies;
  analysis.effect = found.effect;
  analysis.understood = found.understood;
  analysis.reads.insert(analysis.reads.end(), found.reads.begin(), found.reads.end());
  analysis.writes.insert(analysis.writes.end(), found.writes.begin(), found.writes.end());
  return facts;
}

// A user variable's value depends on what it was made of: an expression, or a statement.
void MysqlAnalyser::add_source(const std::string& source, const Surroundings& around,
                               Analysis& analysis) {
  const Kind kind = sql::verb_of(source, around.mode).kind;
  std::optional<std::string> prepared;
  if (kind == Kind::prepare) prepared = prepared_text(source, around.mode);
  const bool statement = kind == Kind::select || kind == Kind::call || kind == Kind::prepare ||
                         kind == Kind::other_write;
  const sql::Dependencies found = facts_of(prepared    ? *prepared
                                           : statement ? source
                                                       : "SELECT " + source,
                                           around)
                                      .dependencies;
  analysis.reads.insert(analysis.reads.end(), found.reads.begin(), found.reads.end());
  if (prepared) {
    analysis.effect = found.effect;
    analysis.writes.insert(analysis.writes.end(), found.writes.begin(), found.writes.end());
  }
  // A text that is put together elsewhere is not followed.
  if ((kind == Kind::prepare && !prepared) || !found.understood) {
    analysis.effect = Effect::write;
    analysis.reads.push_back({});
    analysis.writes.push_back({});
  }
}

void MysqlAnalyser::classify(const Document& request, const Document& answer,
                             const Surroundings& around, Analysis& analysis) {
  const std::string text = text_of(request, "sql");
  const StatementInfo info = inspect_statement(text, around.mode, no_variables);
  const bool failed = is_error(answer);
  const Control control = control_of(info);
  analysis.control_name = info.name;
  if (control != Control::none && !failed) {
    analysis.effect = Effect::none;
    analysis.control = control;
    return;
  }
  if (control == Control::commit) analysis.control = control;  // a failed one undid the transaction
  const bool of_session =
      info.kind == Kind::set || info.kind == Kind::use || info.kind == Kind::lock;
  // Which handles there are the connection knows by itself.
  if ((of_session && !failed) || info.kind == Kind::deallocate) {
    analysis.effect = Effect::none;
    return;
  }
  if (info.kind == Kind::prepare) {
    analysis.effect = Effect::read;
    analysis.reads.push_back({std::string(catalog_key)});
    return;
  }
  if (info.kind == Kind::set || info.kind == Kind::use || info.kind == Kind::empty ||
      control != Control::none) {
    analysis.effect = Effect::read;
    analysis.changed = false;
    return;
  }
  const bool told_by_source = info.kind == Kind::execute && request.contains("variables") &&
                              request["variables"].contains("prepare " + info.name);
  sql::StatementFacts facts;
  if (!told_by_source) facts = add_dependencies(text, around, analysis);
  planned_ = !facts.indirect;
  if (const auto sources = request.find("variables");
      sources != request.end() && sources->is_object())
    for (const Document& source : *sources) add_source(octets_of(source), around, analysis);
  if (info.kind == Kind::explain) analysis.reads.push_back({std::string(catalog_key)});
  // SET ROLE and its like: nothing that a key tells of, but an answer that was recorded.
  if (analysis.effect == Effect::none) analysis.effect = Effect::read;
  if (info.kind == Kind::select && analysis.effect == Effect::read && !failed)
    analysis.unsteady = sql::unsteady_of(text, around.mode);
  analysis.changed =
      !failed && (facts.writes_uncounted || !changed_nothing(answer, info.kind)) &&
      !(info.kind == Kind::ddl && defined_nothing(text, answer, around.mode, around.mariadb));
  // A foreign key, a trigger: any table may be the cause.
  if (failed && analysis.effect == Effect::write && !is_refusal(answer) &&
      !is_of_own_tables(answer))
    analysis.reads.push_back({});
}

void MysqlAnalyser::add_rows(const Document& request, const Results& results,
                             const Surroundings& around, Analysis& analysis) {
  if (!analysis.understood || !planned_ || analysis.effect == Effect::none ||
      request.contains("variables"))
    return;
  statement_.assign(text_of(request, "sql"), around.mode);
  const std::string main = main_database();
  const auto key_of = [&](const std::string& table) {
    return keys_.key_of(table, around.database);
  };
  analysis.rows =
      rows_.facts_of({statement_.pattern(), around.mode, analysis.identity, around.database, main},
                     results, key_of);
  analysis.rows.violation = violation_of(results, analysis.rows);
}

void MysqlAnalyser::declare(const SchemaFile& file, Schema& schema, Diagnostics& problems) {
  const Surroundings main{main_database()};
  Surroundings around = main;
  for (const sql::SchemaStatement& statement : sql::schema_statements(file.text, around.mode)) {
    if (const auto used = used_database(statement.text, around.mode)) around.database = *used;
    if (sql::verb_of(statement.text, around.mode).kind != Kind::ddl) continue;
    defined_.emplace_back(statement.text, around);
    declaring_.emplace_back(statement.text, around);
    for (std::string& name : timestamps_declared(statement.text, around.mode))
      timestamps_.insert(std::move(name));
  }
  define_names();
  around = main;  // what follows knows USE itself
  const auto key_of = [&](const std::string& table) {
    return keys_.key_of(table, around.database);
  };
  read_schema(file, key_of, schema, problems);
  // What the recording itself changes of the schema comes after the file.
  Diagnostics not_of_a_file;
  for (const std::string& definition : definitions_)
    read_schema({"the recording", definition}, key_of, schema, not_of_a_file);
  for (const auto& [name, table] : schema)
    if (table.complete()) declared_.insert(name);
  for (const auto& [name, table] : schema)
    for (const auto& [column, facts] : table.columns)
      if (facts.generated)
        rows_.declare_auto_increment(
            {name.find('.') != std::string::npos ? name : lower(around.database) + "." + name,
             column});
}

Analysis MysqlAnalyser::analyse(const SessionHeader& session, const Exchange& exchange,
                                std::vector<Problem>& problems) {
  if (exchange.request.is_object()) begin_following(Pass::analysing, session, exchange);
  auto cleaned = without_secrets(exchange.request, mode_now());
  if (!cleaned) return analyse_clean(session, exchange, problems);
  Exchange changed = exchange;
  changed.request = *std::move(cleaned);
  return analyse_clean(session, changed, problems);
}

Analysis MysqlAnalyser::analyse_clean(const SessionHeader& session, const Exchange& exchange,
                                      std::vector<Problem>& problems) {
  const Document& request = exchange.request;
  if (request.is_object()) begin_following(Pass::analysing, session, exchange);
  const Surroundings around = surroundings_of(session, request);
  Analysis analysis = analyse(request, exchange.answer, around, problems);
  if (request.is_object()) follow(exchange, analysis.identity);
  return analysis;
}

Analysis MysqlAnalyser::analyse(const Document& request, const Document& answer,
                                const Surroundings& around, std::vector<Problem>& problems) {
  Analysis analysis;
  analysis.identity = identify(request, around, problems);
  if (!request.is_object()) return analysis;
  if (request.contains("implicit")) {
    analysis.effect = Effect::none;
    analysis.control = implicit_control(text_of(request, "implicit"));
    return analysis;
  }
  if (request.contains("prepare") && !is_error(answer)) {
    analysis.effect = Effect::none;
    return analysis;
  }
  if (request.contains("prepare")) {
    add_dependencies(text_of(request, "prepare"), around, analysis);
    analysis.effect = Effect::read;
    analysis.writes.clear();
    analysis.reads.push_back({std::string(catalog_key)});
  } else if (request.contains("command")) {
    analysis.effect = Effect::read;
  } else if (request.contains("fields")) {
    analysis.reads = {{std::string(catalog_key)}};
  } else if (request.contains("after") || follow_question(request, answer, analysis)) {
    if (analysis.effect == Effect::none) return analysis;
    add_dependencies(
        request.contains("after") ? text_of(request["after"], "sql") : followed_->previous_text,
        around, analysis);
    analysis.effect = Effect::read;
    analysis.writes.clear();
  } else {
    classify(request, answer, around, analysis);
  }
  if (analysis.effect == Effect::none) return analysis;
  const Results results = results_of(answer, around, problems);
  analysis.image = image_of(results);
  if (request.contains("sql")) add_rows(request, results, around, analysis);
  return analysis;
}

Document MysqlAnalyser::profile() const {
  Document profile = Document::object();
  if (server_.is_object()) {
    for (const char* key :
         {"version", "capabilities", "mariadb_capabilities", "collation", "plugin"})
      if (server_.contains(key)) profile[key] = server_[key];
  }
  profile["text_collation"] = collation_;
  profile["database"] = main_database();
  Document databases = Document::array();
  for (const auto& [name, count] : databases_)
    if (!name.empty()) databases.push_back(name);
  profile["databases"] = std::move(databases);
  if (!settable_.empty()) profile["settable"] = settable_;
  if (const auto usual = usual_settings(); !usual.empty()) profile["settings"] = usual;
  if (masked_secrets_) profile[masked_secrets_key] = true;
  if (const auto unknown = unknown_formats(); !unknown.empty())
    profile[unknown_formats_key] = unknown;
  if (std::ranges::any_of(marks_, [](const auto& entry) { return vary(entry.second); }))
    profile[settings_vary_key] = true;
  if (!distrusted_.empty()) profile["distrusted"] = distrusted_;
  if (!timestamps_.empty()) profile["timestamps"] = timestamps_;
  if (!variables_.empty()) profile["variables"] = variables_;
  return profile;
}

void MysqlAnalyser::restore(const Document& profile) {
  if (!profile.is_object()) return;
  server_ = profile;
  collation_ = profile.value("text_collation", collation_);
  masked_secrets_ = profile.contains(masked_secrets_key);
  ++databases_[text_of(profile, "database")];
}

std::vector<std::pair<std::string, std::string>> MysqlAnalyser::shapes() const {
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto& [key, marks] : marks_)
    if (vary(marks)) found.emplace_back(std::string(settings_key) + key, join_marks(marks));
  for (const auto& [key, shape] : shapes_) {
    std::string name;
    append_marks(Ask::run, key.first, main_database(), name);
    name += key.second;
    Results results;
    results.infile = shape.infile;
    if (shape.error)
      results.list.emplace_back(*shape.error);
    else if (shape.columns.empty())
      results.list.emplace_back(OkPacket{});
    else
      results.list.emplace_back(ResultSet{.columns = shape.columns});
    add_extended(results);
    found.emplace_back(std::move(name), image_of(results));
  }
  return found;
}

}  // namespace understudy::mysql
