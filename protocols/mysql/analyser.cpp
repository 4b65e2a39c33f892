#include "protocols/mysql/analyser.hpp"

#include <algorithm>

#include "protocols/mysql/analyser_documents.hpp"
#include "protocols/mysql/charset.hpp"
#include "protocols/mysql/definitions.hpp"
#include "protocols/mysql/document_keys.hpp"
#include "protocols/mysql/image.hpp"
#include "protocols/mysql/introspection.hpp"
#include "protocols/mysql/schema.hpp"
#include "protocols/sql/lower.hpp"
#include "protocols/sql/schema_text.hpp"

namespace understudy::mysql {

using sql::Kind;
using sql::lower;

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
  if (request.contains("implicit")) {
    if (request.contains("by")) note_ending();
    return follow(exchange, {});
  }
  learn_question(request, exchange.answer);
  count_settings();
  const Surroundings around = surroundings_of(session, request);
  ++databases_[around.database];
  learn_shape(request, exchange.answer, around);
  if (!is_error(exchange.answer)) {
    learn_variables(request, exchange.answer);
    const std::string text = text_of(request, "sql");
    const Mentions& mentions = mentions_in(text, around);
    learn_tables(mentions, exchange.answer, around);
    learn_numbers(mentions, exchange.answer);
    if (sql::verb_of(text, around.mode).kind == Kind::ddl) {
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

// The statement before ended the transaction that was open.
void MysqlAnalyser::note_ending() {
  statement_.assign(followed_->previous_text, mode_now());
  ending_.emplace(statement_.pattern());
}

// Whether what the transaction did was committed or undone, nobody tells: what comes after is the
// same only where all that came before is.
void MysqlAnalyser::depend_on_everything(Analysis& analysis) {
  analysis.effect = Effect::write;
  analysis.reads.push_back({});
  analysis.writes.push_back({});
}

Analysis MysqlAnalyser::analyse_clean(const SessionHeader& session, const Exchange& exchange,
                                      std::vector<Problem>& problems) {
  const Document& request = exchange.request;
  if (request.is_object()) begin_following(Pass::analysing, session, exchange);
  const Surroundings around = surroundings_of(session, request);
  Analysis analysis = analyse(request, exchange.answer, around, problems);
  if (request.is_object() && request.contains("sql")) {
    const std::string text = text_of(request, "sql");
    statement_.assign(text, around.mode);
    analysis.sight = followed_->session.sight(followed_->session.inspect(text),
                                              statement_.pattern());
    if (followed_->session.in_transaction() && ending_.contains(std::string(statement_.pattern())))
      depend_on_everything(analysis);
  }
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

}  // namespace understudy::mysql
