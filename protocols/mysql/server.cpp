// The command phase of the serving role: what is asked. Answers are in server_answers.cpp.
#include "protocols/mysql/server.hpp"

#include <algorithm>

#include "protocols/mysql/answer_secrets.hpp"
#include "protocols/mysql/bulk.hpp"
#include "protocols/mysql/charset.hpp"
#include "protocols/mysql/lenenc.hpp"
#include "understudy/foreign.hpp"

namespace understudy::mysql {

namespace {

using sql::Kind;

constexpr std::string_view otherwise_note =
    "it asks what the statement before left behind, which was not answered as it was recorded";
constexpr std::string_view format_note =
    "this client asks for the formats of columns (JSON), which no recorded one was told";
constexpr std::string_view masked_note =
    "passwords differ perhaps: the recording keeps none of them; record this flow again";

bool reads_tables(const StatementInfo& info, std::string_view pattern) {
  return info.kind != Kind::select || pattern.find(" from ") != std::string_view::npos;
}

}  // namespace

MysqlServer::MysqlServer(const ServiceTable& table, const ServerContext& context)
    : table_(table),
      context_(context),
      profile_(table.profile()),
      reader_(context.limits.message_octets),
      session_(&table.profile()) {
  if (profile_.is_object() && profile_.contains("database"))
    main_database_ = profile_["database"].get<std::string>();
  if (profile_.is_object() && profile_.contains(masked_secrets_key))
    secret_form_ = sql::SecretForm::masked;
}

ServerEvent MysqlServer::next() {
  for (;;) {
    if (!note_.empty()) return Noted{std::exchange(note_, {})};
    if (phase_ == Phase::closed) return Close{};
    if (asked_ == Asked::scope) return ScopeCall{scope_action_, called_scope_};
    if (asked_ == Asked::statement && std::exchange(file_wanted_, false) && ask_for_file())
      continue;
    if (asked_ != Asked::nothing) return request_now();
    if (phase_ != Phase::file && text_index_ < texts_.size()) {
      if (auto event = next_statement()) return *std::move(event);
      continue;
    }
    Packet packet;
    switch (reader_.next(packet, expected_sequence())) {
      case FrameStatus::need_bytes:
        return NeedBytes{};
      case FrameStatus::packet:
        if (auto event = take_packet(packet)) return *std::move(event);
        continue;
      case FrameStatus::out_of_order:
        return out_of_order();
      case FrameStatus::too_large:
        fail(1153, "08S01", "Got a packet bigger than 'max_allowed_packet' bytes");
        phase_ = Phase::closed;
        return Noted{"a client sent a packet beyond the limit"};
    }
  }
}

/// Of the client's next packet, where it does not go on from what came before.
std::optional<std::uint8_t> MysqlServer::expected_sequence() const noexcept {
  if (phase_ == Phase::response) return static_cast<std::uint8_t>(has_tls_ ? 2 : 1);
  if (phase_ == Phase::commands) return std::uint8_t{0};
  return std::nullopt;
}

ServerEvent MysqlServer::out_of_order() {
  const bool foreign = phase_ == Phase::response;
  sequence_ = 0;
  fail(1156, "08S01", "Got packets out of order");
  phase_ = Phase::closed;
  return Noted{foreign ? "a client does not speak the MySQL protocol: its connection is closed"
                       : "a client's packets were out of order"};
}

void MysqlServer::feed_eof() {
  if (phase_ != Phase::closed && !reader_.idle()) note_ = cut_off_note;
  phase_ = Phase::closed;
}

std::optional<ServerEvent> MysqlServer::take_packet(const Packet& packet) {
  switch (phase_) {
    case Phase::response:
      return take_handshake_response(packet);
    case Phase::switched:
      sequence_ = static_cast<std::uint8_t>(packet.last + 1);
      login_.answer = as_text(packet.payload);
      login_.plugin = greeting_.plugin;
      authenticate(login_);
      return Synthesised{"authentication"};
    case Phase::file:
      sequence_ = static_cast<std::uint8_t>(packet.last + 1);
      return take_file_packet(packet.payload), std::nullopt;
    case Phase::commands:
      return take_command(packet);
    case Phase::closed:
      break;
  }
  return std::nullopt;
}

std::optional<ServerEvent> MysqlServer::take_command(const Packet& packet) {
  sequence_ = static_cast<std::uint8_t>(packet.last + 1);
  encoding_ = Encoding::text;
  executing_ = 0;
  secrets_ = {};
  cursor_wanted_ = false;
  values_.clear();
  const Bytes body = packet.payload.empty() ? Bytes{} : packet.payload.subspan(1);
  const auto command = packet.payload.empty() ? std::uint8_t{0} : packet.payload[0];
  switch (static_cast<Command>(command)) {
    case Command::quit:
      phase_ = Phase::closed;
      return std::nullopt;
    case Command::query:
      return take_query(body);
    case Command::stmt_prepare:
      return take_prepare(body);
    case Command::stmt_execute:
      return take_execute(body);
    case Command::stmt_bulk_execute:
      return take_bulk(body);
    case Command::stmt_fetch:
      return take_fetch(body);
    case Command::stmt_send_long_data:
      return take_long_data(body), std::nullopt;
    case Command::stmt_close:
      return take_close(body), std::nullopt;
    case Command::stmt_reset: {
      const auto found = find_statement(body);
      if (found == statements_.end()) {
        fail(1243, "HY000",
             "Unknown prepared statement handler (" + std::to_string(statement_id(body)) +
                 ") given to mysqld_stmt_reset");
        return synthesised("COM_STMT_RESET");
      }
      found->second->binding.long_data.clear();
      found->second->cursor = {};
      send_ok({});
      return synthesised("COM_STMT_RESET");
    }
    case Command::init_db:
    case Command::create_db:
    case Command::drop_db: {
      const std::string name = to_text(as_text(body));
      const std::string verb = command == 0x02   ? "USE "
                               : command == 0x05 ? "CREATE DATABASE "
                                                 : "DROP DATABASE ";
      std::string quoted = "`";
      for (const char c : name) quoted += c == '`' ? std::string("``") : std::string(1, c);
      texts_ = {verb + quoted + "`"};
      text_index_ = 0;
      return std::nullopt;
    }
    case Command::process_info:
      texts_ = {"SHOW PROCESSLIST"};
      text_index_ = 0;
      return std::nullopt;
    case Command::field_list:
      return take_field_list(body);
    case Command::change_user:
      return take_change_user(body);
    case Command::reset_connection:
      forget_statements();
      asked_ = Asked::reset;
      return std::nullopt;
    case Command::ping:
      send_ok({});
      return synthesised("COM_PING");
    case Command::debug:
      render_end(render_context(false), session_.status(), 0, sequence_, output_);
      return synthesised("COM_DEBUG");
    case Command::set_option:
      if (!body.empty()) multi_statements_ = body[0] == 0;
      render_end(render_context(false), session_.status(), 0, sequence_, output_);
      return synthesised("COM_SET_OPTION");
    case Command::statistics: {
      std::vector<std::uint8_t>& target = output_.buffer();
      const std::size_t start = begin_packet(target);
      ByteWriter(target).text(
          "Uptime: 1  Threads: 1  Questions: 1  Slow queries: 0  Opens: 1  Open tables: 1  Queries "
          "per second avg: 1.000");
      end_packet(target, start, sequence_);
      return synthesised("COM_STATISTICS");
    }
    case Command::process_kill:
      if (ByteReader(body).le(4) != greeting_.connection_id)
        return take_plain_command(command, body), std::nullopt;
      fail(1317, "70100", "Query execution was interrupted");
      phase_ = Phase::closed;
      return synthesised("COM_PROCESS_KILL");
    default:
      return take_plain_command(command, body), std::nullopt;
  }
}

/// One that carries no statement is looked up by its name and octets.
void MysqlServer::take_plain_command(std::uint8_t code, Bytes body) {
  canonical_.clear();
  qualifier_.clear();
  append_command(command_name(code), keeps_octets(code) ? to_hex(as_text(body)) : std::string(),
                 canonical_);
  asked_ = Asked::command;
}

std::optional<ServerEvent> MysqlServer::take_query(Bytes body) {
  const auto octets = query_text(body, negotiated_);
  if (!octets) {
    fail(1835, "HY000", "Malformed communication packet.");
    return synthesised("malformed command");
  }
  texts_.clear();
  text_index_ = 0;
  const std::string text = to_text(*octets);
  const bool several = multi_statements_ && text.find(';') != std::string::npos &&
                       !is_indivisible(text, session_.mode());
  if (several)
    for (const std::string_view part : sql::split(text, session_.mode())) texts_.emplace_back(part);
  if (texts_.empty()) texts_.push_back(text);
  return std::nullopt;
}

std::optional<ServerEvent> MysqlServer::next_statement() {
  std::string& text = texts_[text_index_++];
  secrets_ = hide_secrets(text);
  query_.assign(text, session_.mode());
  return begin_statement(query_, text);
}

/// As the recorder replaced them.
sql::StatementSecrets MysqlServer::hide_secrets(std::string& text) const {
  sql::StatementSecrets found =
      sql::secrets_in(text, session_.mode(), context_.secrets, secret_form_);
  if (found.cleaned) text = *std::exchange(found.cleaned, std::nullopt);
  return found;
}

std::optional<ServerEvent> MysqlServer::begin_statement(const sql::Statement& statement,
                                                        std::string_view text) {
  statement_ = &statement;
  text_ = text;
  info_ = session_.inspect(text_, values_);
  if (auto event = answer_scope_statement()) return event;
  const bool asks_nothing_of_tables =
      info_.kind == Kind::show ||
      (info_.kind == Kind::select && !reads_tables(info_, statement.pattern()));
  introspection_.reset();
  if (asks_nothing_of_tables) introspection_ = parse_introspection(text_, session_.mode());
  plan_statement();
  if (introspection_)
    if (auto event = answer_by_state()) return event;
  return std::nullopt;
}

void MysqlServer::plan_statement() {
  sent_.reset();
  file_wanted_ = info_.kind == Kind::other_write || info_.kind == Kind::unknown;
  plan_ = session_.plan(info_);
  rollback_after_ = as_asked_ = false;
  nearest_.reset();
  asked_ = plan_.commit_before  ? Asked::commit_before
           : plan_.begin_before ? Asked::begin_before
                                : Asked::statement;
}

// Questions whose answer is this connection's own are not looked up.
std::optional<ServerEvent> MysqlServer::answer_by_state() {
  if (!asks_state(*introspection_, session_)) return std::nullopt;
  if (is_distrusted(*introspection_)) return std::nullopt;
  bool known = false;
  const auto columns =
      shape_columns(shape_key(*statement_, session_.database(), main_database_), known);
  auto set = answer_introspection(*introspection_, circumstances(), columns);
  if (!set) return std::nullopt;
  asked_ = Asked::nothing;
  note_question(*set);
  render_set(*set, text_index_ < texts_.size());
  return synthesised("question about the connection");
}

Request MysqlServer::request_now() {
  Request request;
  switch (asked_) {
    case Asked::commit_before:
    case Asked::commit_after:
      request.control = Control::commit;
      canonical_ = "commit";
      break;
    case Asked::begin_before:
    case Asked::begin_after:
      request.control = Control::begin;
      canonical_ = "begin";
      break;
    case Asked::rollback_after:
      request.control = Control::rollback;
      canonical_ = "rollback";
      break;
    case Asked::reset:
      request.control = Control::reset;
      canonical_ = "reset";
      break;
    case Asked::statement: {
      // The state is not known, or the recording tells another one: as it was asked there.
      const bool follows = introspection_ && asks_state(*introspection_, session_);
      if (follows)
        set_up_following(*statement_);
      else
        set_up(Ask::run, *statement_);
      request.control = plan_.control;
      request.control_name = info_.name;
      request.sight = session_.sight(info_, statement_->pattern());
      request.synthesisable = synthesisable_ = !follows && is_synthesisable();
      if (!follows && !synthesisable_) take_nearest_settings();
      if (nearest_ && (as_asked_ || !context_.rules)) {
        set_up_with(*nearest_, Ask::run, *statement_);
        request.unproven = unproven_;
      }
      if (follows && last_otherwise_) request.unproven = otherwise_note;
      request.synthesisable = synthesisable_ || (nearest_ && request.unproven.empty());
      request.canonical = canonical_;
      request.qualifier = qualifier_;
      if (request.unproven.empty() && !synthesisable_ && wants_unknown_formats())
        request.unproven = format_note;
      if (!secrets_.empty() && secret_form_ == sql::SecretForm::masked)
        request.unproven = masked_note;
      return request;
    }
    case Asked::command:
      request.canonical = canonical_;
      return request;
    case Asked::prepare:
    case Asked::fields:
      request.canonical = canonical_;
      request.qualifier = qualifier_;
      request.synthesisable = synthesisable_;
      return request;
    case Asked::scope:
    case Asked::nothing:
      break;
  }
  qualifier_.clear();
  request.canonical = canonical_;
  request.synthesisable = true;
  return request;
}

void MysqlServer::set_up(Ask ask, const sql::Statement& statement) {
  settings_ = ask == Ask::run ? unusual_settings(statement) : std::string();
  set_up_with(settings_, ask, statement);
}

void MysqlServer::set_up_with(std::string_view settings, Ask ask, const sql::Statement& statement) {
  canonical_.clear();
  qualifier_.clear();
  append_marks(ask, session_.database(), main_database_, canonical_);
  const bool made_of_others =
      info_.kind == Kind::execute || text_.find('@') != std::string_view::npos;
  append_settings(settings, canonical_);
  if (ask == Ask::run && sent_) append_sent(*sent_, canonical_);
  if (ask == Ask::run && made_of_others) append_sources(session_.made_of(text_, info_), canonical_);
  append_statement(statement, text_, values_, canonical_, qualifier_);
}

/// A question about the connection, as part of the statement before it.
void MysqlServer::set_up_following(const sql::Statement& question) {
  canonical_.clear();
  append_follow(question, last_canonical_, canonical_);
  qualifier_ = last_qualifier_;
}

/// Where the statement was recorded, but never with these settings: the nearest that it was
/// recorded with.
void MysqlServer::take_nearest_settings() {
  nearest_.reset();
  unproven_.clear();
  if (settings_.empty() && !(profile_.is_object() && profile_.contains(settings_vary_key))) return;
  const std::string key = shape_key(*statement_, session_.database(), main_database_);
  const auto marks = table_.shape(std::string(settings_key) + key);
  if (!marks && (settings_.empty() || !table_.shape(key))) return;
  const auto recorded = marks ? split_marks(as_text(*marks)) : std::vector<std::string_view>{""};
  auto nearest = nearest_settings(settings_, recorded);
  if (!nearest) return;
  nearest_ = nearest->mark;
  unproven_ = std::move(nearest->difference);
}

/// The client is to be told of formats that the recording does not know.
bool MysqlServer::wants_unknown_formats() const {
  if ((negotiated_.mariadb & mariadb_capability::extended_metadata) == 0) return false;
  const auto unknown = profile_.is_object() ? profile_.find(unknown_formats_key) : profile_.end();
  if (!profile_.is_object() || unknown == profile_.end()) return false;
  return std::ranges::binary_search(
      *unknown, Document(shape_key(*statement_, session_.database(), main_database_)));
}

std::string MysqlServer::unusual_settings(const sql::Statement& statement) {
  const std::vector<Setting>& settings = session_.unusual_settings();
  if (settings.empty() && !(session_.in_transaction() && may_end_transaction(info_))) return {};
  Relevance relevance(statement, values_, info_.kind, session_.in_transaction());
  if (std::ranges::find(settings, "time_zone", &Setting::name) != settings.end()) {
    if (const auto known = profile_.find("timestamps"); known != profile_.end())
      relevance.know_timestamps(*known);
    bool known = false;
    const auto columns =
        shape_columns(shape_key(statement, session_.database(), main_database_), known);
    if (std::ranges::count(columns, FieldType::timestamp, &Column::type) != 0)
      relevance.show_timestamps();
  }
  return settings_mark(settings, relevance);
}

/// The recording has told another answer than the one that would be made up.
bool MysqlServer::is_distrusted(const Introspection& asked) const {
  const auto found = profile_.is_object() ? profile_.find("distrusted") : profile_.end();
  if (!profile_.is_object() || found == profile_.end()) return false;
  return std::ranges::any_of(questions_about_state(asked), [&](const std::string& name) {
    return std::ranges::any_of(*found, [&](const Document& known) { return known == name; });
  });
}

bool MysqlServer::is_synthesisable() {
  switch (info_.kind) {
    case Kind::empty:
    case Kind::begin:
    case Kind::commit:
    case Kind::rollback:
    case Kind::savepoint:
    case Kind::release:
    case Kind::rollback_to:
    case Kind::lock:
    case Kind::deallocate:
      return true;
    case Kind::execute:
      return !session_.has_prepared(info_.name);
    case Kind::prepare:
      return is_known_prepare();
    case Kind::set:
      return is_settable(info_);
    case Kind::use:
      return is_known_database(info_.name);
    default:
      break;
  }
  if (!introspection_) return false;
  return answer_introspection(*introspection_, circumstances(), {}).has_value();
}

std::optional<ServerEvent> MysqlServer::take_prepare(Bytes body) {
  last_prepared_ = 0;
  prepare_text_ = to_text(as_text(body));
  secrets_ = hide_secrets(prepare_text_);
  query_.assign(prepare_text_, session_.mode());
  if (query_.empty()) {
    fail(1065, "42000", "Query was empty");
    return synthesised("empty query");
  }
  info_ = session_.inspect(prepare_text_);
  if (const auto scope = sql::parse_scope_statement(prepare_text_, session_.mode())) {
    send_prepared(to_wire(one_text(scope->column, {}).columns));
    return synthesised("scope");
  }
  introspection_ = parse_introspection(prepare_text_, session_.mode());
  bool known = false;
  (void)shape_columns(shape_key(query_, session_.database(), main_database_), known);
  synthesisable_ = known || is_synthesisable();
  // A refused statement was recorded as the statement itself: preparing it is asking for its error.
  ErrorPacket refused;
  values_.clear();
  text_ = prepare_text_;
  if (!is_refused(shape_key(query_, session_.database(), main_database_), refused))
    set_up(Ask::prepare, query_);
  else if (introspection_ && asks_state(*introspection_, session_))
    set_up_following(query_);
  else
    set_up(Ask::run, query_);
  asked_ = Asked::prepare;
  return std::nullopt;
}

std::optional<ServerEvent> MysqlServer::take_execute(Bytes body) {
  const auto found = find_statement(body);
  if (found == statements_.end()) {
    fail(1243, "HY000",
         "Unknown prepared statement handler (" + std::to_string(statement_id(body)) +
             ") given to mysqld_stmt_execute");
    return synthesised("COM_STMT_EXECUTE");
  }
  PreparedStatement& prepared = *found->second;
  if (!decode_execution(body, prepared.statement.parameter_count(), negotiated_, prepared.binding,
                        execution_)) {
    fail(1210, "HY000", "Incorrect arguments to mysqld_stmt_execute");
    return synthesised("COM_STMT_EXECUTE");
  }
  secrets_ = prepared.secrets;
  executing_ = found->first;
  return run_execution(prepared.statement, prepared.sql);
}

std::optional<ServerEvent> MysqlServer::take_bulk(Bytes body) {
  const auto found = find_statement(body);
  if (found == statements_.end()) {
    fail(1243, "HY000",
         "Unknown prepared statement handler (" + std::to_string(statement_id(body)) +
             ") given to mysqld_stmt_bulk_execute");
    return synthesised("COM_STMT_BULK_EXECUTE");
  }
  PreparedStatement& prepared = *found->second;
  Bulk bulk;
  std::optional<BulkStatement> batch;
  if (decode_bulk(body, prepared.statement.parameter_count(), prepared.binding, bulk))
    batch = statement_of(bulk, prepared.sql, session_.mode());
  if (!batch) {
    fail(1210, "HY000", "Incorrect arguments to mysqld_stmt_bulk_execute");
    return synthesised("COM_STMT_BULK_EXECUTE");
  }
  batch_text_ = std::move(batch->sql);
  secrets_ = hide_secrets(batch_text_);
  batch_.assign(batch_text_, session_.mode());
  execution_ = {.statement = found->first, .parameters = std::move(batch->parameters)};
  executing_ = found->first;
  return run_execution(batch_, batch_text_);
}

/// Of a prepared statement, with the parameters of `execution_`.
std::optional<ServerEvent> MysqlServer::run_execution(const sql::Statement& statement,
                                                      std::string_view text) {
  PreparedStatement& prepared = *statements_.at(executing_);
  prepared.binding.long_data.clear();
  prepared.cursor = {};
  for (Parameter& parameter : execution_.parameters)
    if (parameter.value_class == sql::ValueClass::string) parameter.text = to_text(parameter.text);
  hide_parameters(secrets_.parameters, session_.mode(), context_.secrets, secret_form_,
                  execution_.parameters);
  values_of(execution_.parameters, values_);
  encoding_ = Encoding::binary;
  cursor_wanted_ = (execution_.flags & cursor_read_only) != 0;
  texts_.clear();
  text_index_ = 0;
  return begin_statement(statement, text);
}

std::optional<ServerEvent> MysqlServer::take_fetch(Bytes body) {
  ByteReader reader(body);
  const auto id = static_cast<std::uint32_t>(reader.le(4));
  const auto count = reader.le(4);
  const auto found = find_statement(body);
  RowsEntry rows;
  if (found == statements_.end()) {
    fail(1243, "HY000",
         "Unknown prepared statement handler (" + std::to_string(id) +
             ") given to mysqld_stmt_fetch");
  } else if (found->second->cursor.empty() || !decode_entry(found->second->cursor, rows)) {
    fail(1421, "HY000", "The statement (" + std::to_string(id) + ") has no open cursor");
  } else {
    encoding_ = Encoding::binary;
    PreparedStatement& prepared = *found->second;
    if (!render_fetch(rows, prepared.position, count, render_context(false), sequence_, output_))
      prepared.cursor = {};
  }
  return synthesised("COM_STMT_FETCH");
}

/// A prepared statement by its id, or by that of MariaDB for the one that was prepared last.
MysqlServer::Statements::iterator MysqlServer::find_statement(Bytes body) {
  const std::uint32_t id = statement_id(body);
  return statements_.find(id == last_prepared ? last_prepared_ : id);
}

void MysqlServer::take_close(Bytes body) {
  const auto found = find_statement(body);
  if (found == statements_.end()) return;
  if (found->first == last_prepared_) last_prepared_ = 0;
  statements_.erase(found);
}

void MysqlServer::take_long_data(Bytes body) {
  const auto found = find_statement(body);
  if (found == statements_.end()) return;
  PreparedStatement& prepared = *found->second;
  (void)append_long_data(body, prepared.statement.parameter_count(), context_.limits.message_octets,
                         prepared.binding);
}

std::optional<ServerEvent> MysqlServer::take_field_list(Bytes body) {
  const std::string_view text = as_text(body);
  const std::size_t end = std::min(text.find('\0'), text.size());
  query_.assign({}, session_.mode());
  canonical_.clear();
  qualifier_.clear();
  append_marks(Ask::fields, session_.database(), main_database_, canonical_);
  canonical_ += to_text(text.substr(0, end));
  canonical_ += '\0';
  if (end < text.size()) canonical_ += to_text(text.substr(end + 1));
  synthesisable_ = false;
  asked_ = Asked::fields;
  return std::nullopt;
}

/// What the next statement could ask about the ones before it.
void MysqlServer::forget_session() {
  after_ = {};
}

void MysqlServer::forget_statements() {
  statements_.clear();
  last_statement_id_ = last_prepared_ = 0;
  texts_.clear();
  text_index_ = 0;
}

std::string MysqlServer::to_text(std::string_view octets) const {
  const Charset* charset = charset_of(session_.client_collation());
  if (charset == nullptr || is_utf8(*charset)) return std::string(octets);
  auto text = to_utf8(*charset, octets);
  return text ? *std::move(text) : std::string(octets);
}

bool MysqlServer::is_known_database(std::string_view name) const {
  if (name == main_database_ || name == login_.database || name == "information_schema")
    return true;
  const auto databases = profile_.is_object() ? profile_.find("databases") : profile_.end();
  return profile_.is_object() && databases != profile_.end() &&
         std::ranges::any_of(*databases, [&](const Document& known) { return known == name; });
}

// A PREPARE whose text is a statement that the recording knows.
bool MysqlServer::is_known_prepare() const {
  const auto text = prepared_text(text_, session_.mode());
  if (!text) return false;
  sql::Statement statement;
  statement.assign(*text, session_.mode());
  const auto shape = table_.shape(shape_key(statement, session_.database(), main_database_));
  std::vector<Entry> entries;
  return shape && decode_image(*shape, entries) && !entries.empty() &&
         entries[0].kind != EntryKind::error;
}

// Every variable is one that a server of this kind has, as far as the recording or the pack tells.
bool MysqlServer::is_settable(const StatementInfo& info) const {
  return std::ranges::all_of(info.assignments, [&](const Assignment& assignment) {
    const bool named = assignment.target == Assignment::Target::session ||
                       assignment.target == Assignment::Target::global;
    if (!named || session_.variable(assignment.name)) return true;
    const auto settable = profile_.is_object() ? profile_.find("settable") : profile_.end();
    return profile_.is_object() && settable != profile_.end() &&
           std::ranges::any_of(*settable,
                               [&](const Document& known) { return known == assignment.name; });
  });
}

// Every recorded attempt to run or prepare the statement ended with this error before it began.
bool MysqlServer::is_refused(std::string_view key, ErrorPacket& error) const {
  const auto shape = table_.shape(key);
  std::vector<Entry> entries;
  return shape && decode_image(*shape, entries) && !entries.empty() &&
         entries[0].kind == EntryKind::error && decode_entry(entries[0].body, error);
}

std::vector<Column> MysqlServer::shape_columns(std::string_view key, bool& known) const {
  const auto shape = table_.shape(key);
  known = shape.has_value();
  std::vector<Entry> entries;
  RowsEntry rows;
  if (!shape || !decode_image(*shape, entries) || entries.empty() ||
      entries[0].kind != EntryKind::rows || !decode_entry(entries[0].body, rows))
    return {};
  return columns_of(rows, render_context(false));
}

}  // namespace understudy::mysql
