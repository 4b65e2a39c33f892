#include "protocols/mysql/analyser.hpp"

#include <algorithm>

#include "protocols/mysql/charset.hpp"
#include "protocols/mysql/document_keys.hpp"
#include "protocols/mysql/image.hpp"
#include "protocols/mysql/introspection.hpp"
#include "protocols/mysql/local_infile.hpp"
#include "protocols/mysql/schema.hpp"
#include "protocols/mysql/statements.hpp"
#include "protocols/sql/batch.hpp"
#include "protocols/sql/lower.hpp"
#include "protocols/sql/unsteady.hpp"
#include "protocols/sql/words.hpp"

namespace understudy::mysql {

namespace {

using sql::Kind;

constexpr std::string_view catalog_key = "@catalog";
constexpr std::string_view catalogs[] = {"information_schema", "mysql", "performance_schema",
                                         "sys"};

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

std::string origin_of(const Column& column) {
  return column.schema + '\0' + column.org_table + '\0' + column.org_name;
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
  const auto server =
      session.facts.is_object() ? session.facts.find("server") : session.facts.end();
  if (session.facts.is_object() && server != session.facts.end())
    around.mariadb = text_of(*server, "version").find("MariaDB") != std::string::npos;
  return around;
}

MysqlAnalyser::Surroundings MysqlAnalyser::surroundings_of(const Document& request) const {
  Surroundings around;
  around.database = request.is_object() && request.contains("database")
                        ? text_of(request, "database")
                        : main_database();
  if (!server_.is_null())
    around.mariadb = text_of(server_, "version").find("MariaDB") != std::string::npos;
  return around;
}

void MysqlAnalyser::learn(const SessionHeader& session, const Exchange& exchange) {
  if (server_.is_null() && session.facts.is_object()) {
    const auto server = session.facts.find("server");
    if (server != session.facts.end()) server_ = *server;
    const auto collation = session.facts.find("collation");
    if (collation != session.facts.end() && collation->is_number_integer())
      collation_ = collation->get<std::uint16_t>();
  }
  const Document& request = exchange.request;
  if (!request.is_object() || request.contains("implicit")) return;
  const Surroundings around = surroundings_of(session, request);
  ++databases_[around.database];
  learn_shape(request, exchange.answer, around);
  learn_numbers(request, exchange.answer, around);
  if (is_error(exchange.answer)) return;
  learn_variables(request, exchange.answer);
  if (const std::string text = text_of(request, "sql");
      sql::verb_of(text, around.mode).kind == Kind::ddl)
    definitions_.push_back("USE `" + around.database + "`;\n" + text);
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
  for (const KeyPath& path : sql::dependencies_of(text_of(request, "sql"), around.mode).writes)
    if (path.size() == 2 && path[0] == outside_transactions)
      rows_.learn_numbers(path[1].find('.') != std::string::npos
                              ? path[1]
                              : lower(around.database) + "." + path[1]);
}

void MysqlAnalyser::learn_extended(const Results& results) {
  for (const Column& column : std::get<ResultSet>(results.list.front()).columns)
    if (!column.extended.empty() && !column.org_name.empty())
      extended_[origin_of(column)] = column.extended;
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
  const sql::Mode mode{sql::Dialect::mysql, true, false};
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
  return identify(request, surroundings_of(request), problems);
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
                       "fields", "wildcard", "after", "implicit", "infile"},
                      "/request", problems);
  if (request.contains("implicit")) {
    identity.canonical = "(implicit) " + text_of(request, "implicit");
    if (implicit_control(text_of(request, "implicit")) == Control::none)
      problems.push_back({"/request/implicit", "expected begin, commit, rollback or reset", ""});
  } else if (request.contains("fields")) {
    append_marks(Ask::fields, around.database, main_database(), identity.canonical);
    identity.canonical += text_of(request, "fields") + '\0' + text_of(request, "wildcard");
  } else if (request.contains("prepare")) {
    append_identity(request, Ask::prepare, around, identity, problems);
  } else if (request.contains("after")) {
    append_marks(Ask::follow, {}, {}, identity.canonical);
    const Identity before = identify(request["after"], around, problems);
    identity.canonical += before.canonical;
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
  if (request.contains("infile"))
    append_sent(infile_from_document(request["infile"], problems), identity.canonical);
  if (request.contains("variables")) append_sources(request["variables"], identity.canonical);
  sql::append_identity(statement_, values, identity.canonical, identity.qualifier);
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

// A table as `table`, or `database.table` where it is not one of the main database.
std::string MysqlAnalyser::table_key(const std::string& table, const Surroundings& around) const {
  const std::size_t dot = table.find('.');
  const std::string database =
      lower(dot == std::string::npos ? around.database : table.substr(0, dot));
  if (std::ranges::find(catalogs, database) != std::end(catalogs)) return std::string(catalog_key);
  const std::string name = dot == std::string::npos ? table : table.substr(dot + 1);
  return database == lower(main_database()) ? name : database + "." + name;
}

KeyPath MysqlAnalyser::qualified(const KeyPath& path, const Surroundings& around) const {
  if (path.empty()) return path;
  KeyPath result = path;
  if (path.front() == outside_transactions) {
    if (path.size() > 1) result[1] = table_key(path[1], around);
  } else if (!path.front().starts_with('@')) {
    result.front() = table_key(path.front(), around);
    if (result.front() == catalog_key) result.resize(1);
  }
  return result;
}

void MysqlAnalyser::add_dependencies(std::string_view text, const Surroundings& around,
                                     Analysis& analysis) {
  const sql::Dependencies found = sql::dependencies_of(text, around.mode);
  analysis.effect = found.effect;
  analysis.understood = found.understood;
  for (const KeyPath& path : found.reads) analysis.reads.push_back(qualified(path, around));
  for (const KeyPath& path : found.writes) analysis.writes.push_back(qualified(path, around));
}

// A user variable's value depends on what it was made of: an expression, or a statement.
void MysqlAnalyser::add_source(const std::string& source, const Surroundings& around,
                               Analysis& analysis) {
  const Kind kind = sql::verb_of(source, around.mode).kind;
  const bool statement = kind == Kind::select || kind == Kind::call || kind == Kind::prepare;
  const sql::Dependencies found =
      sql::dependencies_of(statement ? source : "SELECT " + source, around.mode);
  for (const KeyPath& path : found.reads) analysis.reads.push_back(qualified(path, around));
  // What a prepared text does is not followed.
  if (kind == Kind::prepare || !found.understood) {
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
  const bool of_session = info.kind == Kind::set || info.kind == Kind::use ||
                          info.kind == Kind::lock || info.kind == Kind::prepare ||
                          info.kind == Kind::deallocate;
  if (of_session && !failed) {
    analysis.effect = Effect::none;
    return;
  }
  if (info.kind == Kind::set || info.kind == Kind::use || control != Control::none) {
    analysis.effect = Effect::read;
    analysis.changed = false;
    return;
  }
  add_dependencies(text, around, analysis);
  if (const auto sources = request.find("variables");
      sources != request.end() && sources->is_object())
    for (const Document& source : *sources) add_source(octets_of(source), around, analysis);
  if (info.kind == Kind::show || info.kind == Kind::explain ||
      (info.kind == Kind::unknown && analysis.effect == Effect::read && analysis.reads.empty()))
    analysis.reads.push_back({std::string(catalog_key)});
  if (info.kind == Kind::select && analysis.effect == Effect::read && !failed)
    analysis.unsteady = sql::unsteady_of(text, around.mode);
  if (info.kind == Kind::ddl) analysis.writes.push_back({std::string(catalog_key)});
  analysis.changed = !failed && !changed_nothing(answer, info.kind);
  // A foreign key, a trigger: any table may be the cause.
  if (failed && analysis.effect == Effect::write && !is_refusal(answer) &&
      !is_of_own_tables(answer))
    analysis.reads.push_back({});
}

void MysqlAnalyser::add_rows(const Document& request, const Results& results,
                             const Surroundings& around, Analysis& analysis) {
  if (!analysis.understood || analysis.effect == Effect::none || request.contains("variables"))
    return;
  statement_.assign(text_of(request, "sql"), around.mode);
  const std::string main = main_database();
  analysis.rows =
      rows_.facts_of({statement_.pattern(), around.mode, analysis.identity, around.database, main},
                     results, [&](const std::string& table) { return table_key(table, around); });
  analysis.rows.violation = violation_of(results, analysis.rows);
  // Which of its tables a joined DELETE only reads, the plan knows better than the keys do.
  const auto& changes = analysis.rows.changes;
  const bool removes = std::ranges::all_of(
      changes, [](const RowChange& change) { return change.kind == RowChange::Kind::remove; });
  if (changes.empty() || !removes) return;
  std::erase_if(analysis.writes, [&](const KeyPath& path) {
    return path.size() == 1 && !path[0].starts_with('@') &&
           std::ranges::count(changes, path[0], &RowChange::table) == 0;
  });
}

void MysqlAnalyser::declare(const SchemaFile& file, Schema& schema, Diagnostics& problems) {
  const Surroundings around{main_database()};
  read_schema(
      file, [&](const std::string& table) { return table_key(table, around); }, schema, problems);
  // What the recording itself changes of the schema comes after the file.
  Diagnostics not_of_a_file;
  for (const std::string& definition : definitions_)
    read_schema(
        {"the recording", definition},
        [&](const std::string& table) { return table_key(table, around); }, schema, not_of_a_file);
  for (const auto& [name, table] : schema)
    for (const auto& [column, facts] : table.columns)
      if (facts.generated)
        rows_.declare_auto_increment(
            {name.find('.') != std::string::npos ? name : lower(around.database) + "." + name,
             column});
}

Analysis MysqlAnalyser::analyse(const SessionHeader& session, const Exchange& exchange,
                                std::vector<Problem>& problems) {
  const Document& request = exchange.request;
  const Surroundings around = surroundings_of(session, request);
  Analysis analysis;
  analysis.identity = identify(request, around, problems);
  if (!request.is_object()) return analysis;
  if (request.contains("implicit")) {
    analysis.effect = Effect::none;
    analysis.control = implicit_control(text_of(request, "implicit"));
    return analysis;
  }
  const bool succeeded_prepare = request.contains("prepare") && !is_error(exchange.answer);
  if (succeeded_prepare || request.contains("session")) {
    analysis.effect = Effect::none;
    return analysis;
  }
  if (request.contains("prepare")) {
    add_dependencies(text_of(request, "prepare"), around, analysis);
    analysis.effect = Effect::read;
    analysis.writes.clear();
    analysis.reads.push_back({std::string(catalog_key)});
  } else if (request.contains("fields")) {
    analysis.reads = {{std::string(catalog_key)}};
  } else if (request.contains("after")) {
    add_dependencies(text_of(request["after"], "sql"), around, analysis);
    analysis.effect = Effect::read;
    analysis.writes.clear();
  } else {
    classify(request, exchange.answer, around, analysis);
  }
  if (analysis.effect == Effect::none) return analysis;
  const Results results = results_of(exchange.answer, around, problems);
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
  if (!variables_.empty()) profile["variables"] = variables_;
  return profile;
}

void MysqlAnalyser::restore(const Document& profile) {
  if (!profile.is_object()) return;
  server_ = profile;
  collation_ = profile.value("text_collation", collation_);
  ++databases_[text_of(profile, "database")];
}

std::vector<std::pair<std::string, std::string>> MysqlAnalyser::shapes() const {
  std::vector<std::pair<std::string, std::string>> found;
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
