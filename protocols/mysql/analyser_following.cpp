// The connection whose exchanges are being shown, as the recorder and the server follow it: its
// settings, and the questions about itself.
#include "protocols/mysql/analyser.hpp"

#include <algorithm>

#include "protocols/mysql/analyser_documents.hpp"
#include "protocols/mysql/answer_secrets.hpp"
#include "protocols/mysql/charset.hpp"
#include "protocols/mysql/document_keys.hpp"
#include "protocols/mysql/introspection.hpp"
#include "protocols/mysql/statements.hpp"
#include "protocols/sql/batch.hpp"

namespace understudy::mysql {

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
    if (what == "commit") session.end_transaction();
    if (what == "rollback") session.roll_back();
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
  const bool leaves_all = asked && leaves_warnings(*asked);
  statement_.assign(text, session.mode());
  const std::string pattern(statement_.pattern());
  const Results results =
      answer_from_document(exchange.answer, {session.database(), true}, reported_elsewhere);
  if (leaves_all)
    followed_->after.note_question(*asked, 1);
  else
    follow_results(results, identity.canonical.empty() ? pattern : identity.canonical);
  if (!results.list.empty() && !std::holds_alternative<ErrorPacket>(results.list.back())) {
    const StatementInfo info = session.inspect(text, values);
    session.apply(info);
    followed_->after.note_done(pattern);
    session.remember(text, info, values);
    if (touches_tables(info, pattern)) session.touch_tables();
  }
  if (leaves_all) return;
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
    if (name != insert_id_setting && name != temporary_setting && name != locks_setting)
      ++setting_counts_[name][value];
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
  if (around.settings.empty() && !around.in_transaction) return {};
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

}  // namespace understudy::mysql
