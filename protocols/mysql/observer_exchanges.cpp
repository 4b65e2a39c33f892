// Completed commands become exchanges.
#include <utility>

#include "protocols/mysql/introspection.hpp"
#include "protocols/mysql/observer.hpp"
#include "protocols/sql/words.hpp"

namespace understudy::mysql {

namespace {

bool failed(const Results& results) {
  return !results.list.empty() && std::holds_alternative<ErrorPacket>(results.list.back());
}

std::uint16_t warnings_of(const Results& results) {
  if (results.list.empty()) return 0;
  if (const auto* ok = std::get_if<OkPacket>(&results.list.back())) return ok->warnings;
  if (const auto* set = std::get_if<ResultSet>(&results.list.back())) return set->warnings;
  return 0;
}

bool loads_file(std::string_view statement) {
  return sql::equals_folded(statement.substr(0, 4), "load");
}

std::string backquoted(std::string_view name) {
  std::string text = "`";
  for (const char c : name) text += c == '`' ? std::string("``") : std::string(1, c);
  return text + "`";
}

constexpr std::uint16_t deadlock = 1213;
constexpr std::uint16_t not_preparable =
    1295;  // this command is not supported in the prepared statement protocol

bool rolls_back(const Results& results) {
  const auto* error =
      results.list.empty() ? nullptr : std::get_if<ErrorPacket>(&results.list.back());
  return error != nullptr && error->code == deadlock;
}

}  // namespace

void MysqlObserver::complete_front(Moment at) {
  Pending& pending = pending_.front();
  if (response_.undecodable())
    queue_.warn("text in a character set that can't be converted was kept as octets");
  switch (pending.command) {
    case Command::query:
      return complete_query(pending, at);
    case Command::stmt_prepare:
      return complete_prepare(pending, at);
    case Command::stmt_execute:
    case Command::stmt_bulk_execute:
      return complete_execution(pending, at);
    case Command::stmt_fetch:
      return complete_fetch(pending, at);
    case Command::field_list: {
      const std::size_t end = pending.body.find('\0');
      Document request = {{"fields", to_text(std::string_view(pending.body).substr(0, end))}};
      if (end != std::string::npos && end + 1 < pending.body.size())
        request["wildcard"] = to_text(pending.body.substr(end + 1));
      if (session_.database() != login_.database) request["database"] = session_.database();
      return emit(std::move(request), answer_document(response_.results(), column_context()),
                  pending.began, at);
    }
    default:
      return complete_connection_command(pending, at);
  }
}

void MysqlObserver::complete_connection_command(Pending& pending, Moment at) {
  const auto statement = [&](const std::string& sql) {
    emit_statement(sql, request_for(sql), response_.results(), pending.began, at);
  };
  switch (pending.command) {
    case Command::init_db:
      return statement("USE " + backquoted(to_text(pending.body)));
    case Command::create_db:
      return statement("CREATE DATABASE " + backquoted(to_text(pending.body)));
    case Command::drop_db:
      return statement("DROP DATABASE " + backquoted(to_text(pending.body)));
    case Command::process_info:
      return statement("SHOW PROCESSLIST");
    case Command::set_option:
      if (!response_.failed() && pending.body.size() >= 2) multi_statements_ = pending.body[0] == 0;
      return;
    case Command::stmt_reset:
      if (Prepared* prepared = find_statement(statement_id(as_bytes(pending.body))))
        prepared->binding.long_data.clear();
      cursors_.erase(resolved(statement_id(as_bytes(pending.body))));
      return;
    case Command::reset_connection:
    case Command::change_user:
      break;
    case Command::ping:
    case Command::debug:
    case Command::statistics:
      return;
    default:
      return complete_plain_command(pending, at);
  }
  if (response_.failed()) return;
  tell_untold();
  statements_.clear();
  last_prepared_ = 0;
  cursors_.clear();
  const auto login = pending.command == Command::change_user
                         ? decode_change_user(as_bytes(pending.body), negotiated_)
                         : std::nullopt;
  if (!login) {
    emit_control("reset", at);
    return session_.reset();
  }
  const std::uint16_t collation = login->collation == 0 ? login_.collation : login->collation;
  emit({{"implicit", "reset"},
        {"user", login->user},
        {"database", login->database},
        {"collation", collation}},
       {{"affected", 0}}, at, at);
  session_.open(login->user, login->database, collation, false);
}

// One that carries no statement: by its name and octets.
void MysqlObserver::complete_plain_command(Pending& pending, Moment at) {
  const auto code = static_cast<std::uint8_t>(pending.command);
  Document request = {{"command", command_name(code)}};
  if (!pending.body.empty() && keeps_octets(code)) request["octets"] = to_hex(pending.body);
  emit(std::move(request), answer_document(response_.results(), column_context()), pending.began,
       at);
}

void MysqlObserver::complete_query(Pending& pending, Moment at) {
  const auto octets = query_text(as_bytes(pending.body), negotiated_);
  if (!octets) return lose("the attributes of a query were not understood");
  Results& results = response_.results();
  Document sent;
  if (results.infile) {
    LocalInfile file = file_.finish();
    file.name = *results.infile;
    sent = infile_document(file);
  }
  const auto add_sent = [&](Document& request) {
    if (!sent.is_null()) request["infile"] = std::exchange(sent, {});
  };
  const sql::Mode mode = session_.mode();
  const std::string sql = to_text(*octets);
  if (multi_statements_ && sql.find(';') != std::string::npos && !is_indivisible(sql, mode)) {
    const auto parts = sql::split(sql, mode);
    const std::size_t count = results.list.size();
    const bool aligned =
        parts.size() > 1 && (count == parts.size() || (count < parts.size() && failed(results)));
    if (aligned) {
      for (std::size_t i = 0; i < count; ++i) {
        Results one;
        one.list.push_back(std::move(results.list[i]));
        std::string part(parts[i]);
        const sql::StatementSecrets secrets = hide_secrets(part);
        Document request = query_request(part);
        if (loads_file(part)) add_sent(request);
        emit_statement(part, std::move(request), one, pending.began, at, {}, secrets);
      }
      return;
    }
  }
  std::string cleaned = sql;
  const sql::StatementSecrets secrets = hide_secrets(cleaned);
  Document request = query_request(cleaned);
  add_sent(request);
  emit_statement(cleaned, std::move(request), results, pending.began, at, {}, secrets);
}

void MysqlObserver::complete_prepare(Pending& pending, Moment at) {
  std::string sql = to_text(pending.body);
  sql::StatementSecrets secrets = hide_secrets(sql);
  last_prepared_ = 0;
  if (response_.failed()) {
    answer_secrets_.hide(sql, secrets, session_.mode(), response_.results());
    Document request = request_for(sql);
    const auto& error = std::get<ErrorPacket>(response_.results().list.front());
    sql::Statement statement;
    statement.assign(sql, session_.mode());
    // COM_QUERY would have been told the same, unless its values were still to come.
    if (statement.parameter_count() == 0 && error.code != not_preparable)
      return emit_statement(sql, std::move(request), response_.results(), pending.began, at);
    Document asked = {{"prepare", request["sql"]}};
    if (request.contains("database")) asked["database"] = request["database"];
    return emit(std::move(asked), answer_document(response_.results(), column_context()),
                pending.began, at);
  }
  const auto& prepared = response_.prepared();
  std::vector<Column> columns = prepared.columns;
  hide_names(secrets, columns);
  last_prepared_ = prepared.id;
  statements_[prepared.id] = {.sql = sql,
                              .secrets = std::move(secrets),
                              .parameters = prepared.parameters,
                              .columns = std::move(columns),
                              .began = pending.began,
                              .ended = at};
}

void MysqlObserver::complete_execution(Pending& pending, Moment at) {
  Prepared* statement = find_statement(pending.statement);
  if (statement == nullptr) return;  // an error about the handle says nothing of a statement
  Results& results = response_.results();
  const auto* set = results.list.empty() ? nullptr : std::get_if<ResultSet>(&results.list.front());
  answer_secrets_.hide(statement->sql, statement->secrets, session_.mode(), results);
  // A batch tells of its own text only.
  const bool bulk = pending.command == Command::stmt_bulk_execute;
  if (!statement->told && !bulk) {
    const bool same =
        set == nullptr ? statement->columns.empty() : set->columns == statement->columns;
    if (!same && !failed(results)) emit_prepare(*statement);
    statement->told = statement->told || same;
  }
  if (response_.cursor_open() && set != nullptr) {
    cursors_[pending.statement] = {std::move(pending.request), std::move(results), pending.began,
                                   std::move(pending.parameters)};
    return;
  }
  emit_statement(bulk ? pending.batch : statement->sql, std::move(pending.request), results,
                 pending.began, at, pending.parameters,
                 bulk ? pending.batch_secrets : statement->secrets);
}

void MysqlObserver::complete_fetch(Pending& pending, Moment at) {
  const auto cursor = cursors_.find(pending.statement);
  if (cursor == cursors_.end()) return;
  Results fetched = std::move(response_.results());
  auto* set = fetched.list.empty() ? nullptr : std::get_if<ResultSet>(&fetched.list.front());
  auto& whole = std::get<ResultSet>(cursor->second.results.list.front());
  if (set != nullptr) {
    for (Document& row : set->rows) whole.rows.push_back(std::move(row));
    whole.error = set->error;
    whole.warnings = set->warnings;
  }
  const bool over = response_.failed() || (response_.final_status() & status::last_row_sent) != 0;
  if (!over) return;
  const Prepared* statement = find_statement(pending.statement);
  OpenCursor done = std::move(cursor->second);
  cursors_.erase(cursor);
  if (statement != nullptr)
    emit_statement(statement->sql, std::move(done.request), done.results, done.began, at,
                   done.parameters, statement->secrets);
}

/// Replaces those of a statement and tells which.
sql::StatementSecrets MysqlObserver::hide_secrets(std::string& sql) {
  sql::StatementSecrets found = sql::secrets_in(sql, session_.mode(), secrets_);
  answer_secrets_.note(found);
  if (found.cleaned) sql = *std::exchange(found.cleaned, std::nullopt);
  return found;
}

Document MysqlObserver::request_for(const std::string& sql) const {
  Document request = {{"sql", document_of(sql)}};
  if (session_.database() != login_.database) request["database"] = session_.database();
  return request;
}

/// Of COM_QUERY. Question marks in it are a mistake of the client: nothing is bound to them.
Document MysqlObserver::query_request(const std::string& sql) const {
  Document request = request_for(sql);
  if (sql.find('?') == std::string::npos) return request;
  sql::Statement statement;
  statement.assign(octets_of(request["sql"]), session_.mode());
  if (statement.parameter_count() > 0) request["params"] = Document::array();
  return request;
}

// What of the connection's state the statement asks for.
void MysqlObserver::add_circumstances(const std::string& sql, Document& request) const {
  const auto asked = parse_introspection(sql, session_.mode());
  if (!asked) return;
  if (asked->form == Introspection::Form::show_warnings) {
    if (!last_failed_ && last_warnings_ > 0)
      request["after"] = last_request_;
    else
      request["session"] = Document::array({"warnings"});
    return;
  }
  const auto names = dependencies_on_state(*asked, session_);
  if (!names.empty()) request["session"] = names;
}

void MysqlObserver::emit_statement(const std::string& sql, Document request, Results& results,
                                   Moment began, Moment ended,
                                   const std::vector<Parameter>& parameters,
                                   const sql::StatementSecrets& secrets) {
  answer_secrets_.hide(sql, secrets, session_.mode(), results);
  std::vector<sql::Value> values;
  values_of(parameters, values);
  const StatementInfo info = session_.inspect(sql, values);
  const TransactionPlan plan = session_.plan(info);
  if (plan.commit_before) {
    emit_control("commit", began);
    session_.end_transaction();
  }
  if (plan.begin_before) {
    emit_control("begin", began);
    session_.begin();
  }
  if (!failed(results)) add_circumstances(sql, request);
  if (Document sources = session_.made_of(sql, info); !sources.empty())
    request["variables"] = std::move(sources);
  const bool diagnostic = request.contains("after") ||
                          (request.contains("session") && request["session"][0] == "warnings");
  if (!diagnostic) {
    last_request_ = request;
    last_warnings_ = warnings_of(results);
    last_failed_ = failed(results);
  }
  // Columns are spelled against the database that was in use when the statement ran.
  Document answer = answer_document(results, column_context());
  emit(std::move(request), std::move(answer), began, ended);
  follow(sql, info, results, values, ended);
}

namespace {

/// The flags behind it say that no transaction is open.
bool tells_no_transaction(const Result& last) {
  const auto* ok = std::get_if<OkPacket>(&last);
  return ok != nullptr && (ok->status & status::in_transaction) == 0;
}

}  // namespace

void MysqlObserver::follow(const std::string& sql, const StatementInfo& info,
                           const Results& results, const std::vector<sql::Value>& values,
                           Moment ended_at) {
  if (failed(results)) {
    if (rolls_back(results) && session_.in_transaction()) {
      emit_control("rollback", ended_at);
      session_.roll_back();
    }
    return;
  }
  const bool ended = may_end_transaction(info) && !results.list.empty() &&
                     (session_.status() & status::in_transaction) != 0 &&
                     tells_no_transaction(results.list.back());
  session_.apply(info);
  session_.remember(sql, info, values);
  if (ended) {
    emit({{"implicit", "commit"}, {"by", "call"}}, {{"affected", 0}}, ended_at, ended_at);
    session_.end_transaction();
  }
  for (const Result& result : results.list)
    if (const auto* ok = std::get_if<OkPacket>(&result); ok != nullptr && ok->insert_id != 0)
      session_.note_insert_id(ok->insert_id);
  if (info.chain) emit_control("begin", ended_at);
}

void MysqlObserver::emit_control(const char* what, Moment at) {
  emit({{"implicit", what}}, {{"affected", 0}}, at, at);
}

void MysqlObserver::emit_prepare(Prepared& prepared) {
  Document request = request_for(prepared.sql);
  Document asked = {{"prepare", request["sql"]}};
  if (request.contains("database")) asked["database"] = request["database"];
  Document answer = {{"parameters", prepared.parameters}};
  if (!prepared.columns.empty())
    answer["columns"] = columns_document(prepared.columns, column_context());
  prepared.told = true;
  emit(std::move(asked), std::move(answer), prepared.began, prepared.ended);
}

void MysqlObserver::tell_untold() {
  for (auto& [id, prepared] : statements_)
    if (!prepared.told) emit_prepare(prepared);
}

void MysqlObserver::emit(Document request, Document answer, Moment began, Moment ended) {
  queue_.tell({std::move(request), std::move(answer), began, ended});
}

}  // namespace understudy::mysql
