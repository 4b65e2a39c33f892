// The answers of the serving role.
#include <fmt/format.h>

#include <algorithm>

#include "protocols/mysql/charset.hpp"
#include "protocols/mysql/lenenc.hpp"
#include "protocols/mysql/server.hpp"

namespace understudy::mysql {

namespace {

/// In place of the statement before, no statement at all.
constexpr std::string_view not_answered = "\x01";

using sql::Kind;

constexpr std::uint16_t deadlock_error = 1213;

/// Of errors that come when the tables are open already: the transaction has begun.
bool has_opened_tables(std::uint16_t code) {
  static constexpr std::uint16_t codes[] = {1048, 1054, 1062, 1264, 1292, 1364,
                                            1366, 1406, 1451, 1452, 4025};
  return std::ranges::find(codes, code) != std::end(codes);
}
constexpr std::uint16_t unknown_error = 1105;
constexpr std::size_t max_prepared_statements =
    16382;  // the servers' default of max_prepared_stmt_count

bool is_failure(EntryKind kind) noexcept {
  return kind == EntryKind::error || kind == EntryKind::stop;
}

}  // namespace

void MysqlServer::reply(const Answer& answer) {
  switch (asked_) {
    case Asked::commit_before:
      session_.end_transaction();
      return advance();
    case Asked::begin_before:
      session_.begin();
      return advance();
    case Asked::statement:
      return answer_statement(answer);
    case Asked::begin_after:
    case Asked::commit_after:
      asked_ = Asked::nothing;
      return;
    case Asked::rollback_after:
      session_.roll_back();
      asked_ = Asked::nothing;
      return;
    case Asked::prepare:
      return answer_prepare(answer);
    case Asked::fields:
      return answer_fields(answer);
    case Asked::command:
      asked_ = Asked::nothing;
      return render_command(answer.image);
    case Asked::reset:
      asked_ = Asked::nothing;
      if (changing_user_) return authenticate(login_);
      session_.reset();
      forget_session();
      return send_ok({});
    case Asked::scope:
      return answer_scope();
    case Asked::nothing:
      return;
  }
}

void MysqlServer::reply(const Miss& miss) {
  std::string text = miss.summary;
  for (const std::string* part : {&miss.detail, &miss.hint})
    if (!part->empty()) text += "; " + *part;
  asked_ = Asked::nothing;
  texts_.clear();
  text_index_ = 0;
  if (std::exchange(entering_, false)) phase_ = Phase::closed;
  fail(unknown_error, "HY000", std::move(text));
  // What it would have left behind, nobody knows.
  last_canonical_ = not_answered;
  after_.row_count.reset();
}

// From what is asked before the statement to the statement.
void MysqlServer::advance() {
  const bool begin = asked_ == Asked::commit_before && plan_.begin_before;
  asked_ = begin ? Asked::begin_before : Asked::statement;
}

void MysqlServer::answer_statement(const Answer& answer) {
  if (answer.image.empty() && nearest_ && !as_asked_) {
    as_asked_ = true;  // nothing was recorded with these settings: asked as it was recorded
    return;
  }
  asked_ = Asked::nothing;
  last_otherwise_ = answer.grade == Grade::computed || answer.grade == Grade::guess;
  if (answer.image.empty()) return synthesise();
  render_image(answer.image);
}

// Session state first: the answer carries the status flags after the statement.
void MysqlServer::succeed() {
  session_.apply(info_);
  session_.remember(text_, info_, values_);
  tracked_.clear();
  after_.note_done(statement_->pattern());
  track(info_);
  if (touches_tables(info_, statement_->pattern())) session_.touch_tables();
  if (info_.chain) asked_ = Asked::begin_after;
  if (session_.in_transaction() && ends_transaction()) {
    session_.end_transaction();
    asked_ = Asked::commit_after;
  }
  after_.error.reset();
}

/// The recording has a call of this kind end the transaction that was open.
bool MysqlServer::ends_transaction() const {
  if (!may_end_transaction(info_) || !profile_.is_object()) return false;
  const auto found = profile_.find("ending");
  const Document pattern = document_of(std::string(statement_->pattern()));
  return found != profile_.end() && std::ranges::find(*found, pattern) != found->end();
}

void MysqlServer::synthesise() {
  if (introspection_) {
    if (const auto set = answer_introspection(*introspection_, circumstances(), {})) {
      const bool more = text_index_ < texts_.size();
      note_question(*set);
      return render_set(*set, more);
    }
  }
  if (info_.kind == Kind::empty && !holds_comment(text_))
    return fail(1065, "42000", "Query was empty");
  const bool unknown_handle = (info_.kind == Kind::deallocate || info_.kind == Kind::execute) &&
                              !session_.has_prepared(info_.name);
  if (unknown_handle)
    return fail(1243, "HY000",
                "Unknown prepared statement handler (" + info_.name + ") given to " +
                    (info_.kind == Kind::execute ? "EXECUTE" : "DEALLOCATE PREPARE"));
  const bool savepoint = info_.kind == Kind::release || info_.kind == Kind::rollback_to;
  if (savepoint && !session_.has_savepoint(info_.name))
    return fail(1305, "42000", "SAVEPOINT " + info_.name + " does not exist");
  succeed();
  note_result(OkPacket{});
  send_ok({}, text_index_ < texts_.size());
}

// What clients of SESSION_TRACK are told; the defaults of session_track_system_variables.
void MysqlServer::track(const StatementInfo& info) {
  if (info.kind == Kind::use) return track_schema();
  for (const Assignment& assignment : info.assignments) {
    const bool names = assignment.target == Assignment::Target::names ||
                       assignment.target == Assignment::Target::charset;
    if (names)
      for (const char* name :
           {"character_set_connection", "character_set_client", "character_set_results"})
        track_variable(name);
    if (assignment.target == Assignment::Target::session) track_variable(assignment.name);
  }
}

void MysqlServer::track_schema() {
  std::vector<std::uint8_t> data;
  ByteWriter writer(data);
  write_lenenc_text(writer, session_.database());
  tracked_ += static_cast<char>(1);
  tracked_ += static_cast<char>(data.size());
  tracked_ += as_text(data);
}

void MysqlServer::track_variable(std::string_view name) {
  static constexpr std::string_view tracked[] = {"autocommit", "character_set_client",
                                                 "character_set_connection",
                                                 "character_set_results", "time_zone"};
  if (std::ranges::find(tracked, name) == std::end(tracked)) return;
  std::string value = session_.variable(name).value_or("");
  if (name == "autocommit") value = session_.autocommit() ? "ON" : "OFF";
  std::vector<std::uint8_t> data;
  ByteWriter writer(data);
  write_lenenc_text(writer, name);
  write_lenenc_text(writer, value);
  tracked_ += '\0';
  tracked_ += static_cast<char>(data.size());
  tracked_ += as_text(data);
}

// OK or an error, and nothing of the connection's state changes.
void MysqlServer::render_command(Bytes image) {
  OkEntry ok;
  ErrorPacket error;
  if (decode_image(image, entries_) && !entries_.empty()) {
    const Entry& entry = entries_.front();
    if (entry.kind == EntryKind::error && decode_entry(entry.body, error))
      return fail(error.code, error.state, std::move(error.message));
    if (entry.kind == EntryKind::ok && decode_entry(entry.body, ok))
      return send_ok({.affected = ok.changed, .warnings = ok.warnings});
  }
  fail(unknown_error, "HY000", "the recorded answer is damaged; compile the mock set again");
}

void MysqlServer::render_image(Bytes image) {
  if (!decode_image(image, entries_) || entries_.empty())
    return fail(unknown_error, "HY000",
                "the recorded answer is damaged; compile the mock set again");
  render_entries();
}

void MysqlServer::render_entries() {
  if (!is_failure(entries_.back().kind)) succeed();
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    if (entry.kind == EntryKind::stop) continue;
    const Entry* following = i + 1 < entries_.size() ? &entries_[i + 1] : nullptr;
    ErrorPacket stop;
    const bool stopped = following != nullptr && following->kind == EntryKind::stop &&
                         decode_entry(following->body, stop);
    const bool last = following == nullptr || (stopped && i + 2 == entries_.size());
    render_result(entry, stopped ? &stop : nullptr, !last || text_index_ < texts_.size());
    if (stopped) {
      note_result(stop);
      texts_.clear();
      text_index_ = 0;
    }
  }
}

void MysqlServer::render_result(const Entry& entry, const ErrorPacket* stop, bool more) {
  if (entry.kind == EntryKind::error) {
    ErrorPacket error;
    if (!decode_entry(entry.body, error)) return;
    if (has_opened_tables(error.code) && touches_tables(info_, statement_->pattern()))
      session_.touch_tables();
    return fail(error.code, error.state, std::move(error.message));
  }
  const RenderContext context = render_context(more);
  if (entry.kind == EntryKind::ok) {
    OkEntry recorded;
    if (!decode_entry(entry.body, recorded)) return;
    OkPacket ok{
        .affected = negotiated_.has(capability::found_rows) ? recorded.matched : recorded.changed,
        .insert_id = recorded.insert_id,
        .status = static_cast<std::uint16_t>(context.status | recorded.status),
        .warnings = recorded.warnings,
        .info = to_client(recorded.info)};
    note_result(ok);
    return render_ok(ok, ok_header, {}, sequence_, output_);
  }
  RowsEntry rows;
  if (!decode_entry(entry.body, rows)) return;
  const bool cursor = cursor_wanted_ && executing_ != 0 && stop == nullptr && !more;
  if (!render_rows(rows, stop, cursor ? Rows::cursor : Rows::all, context, sequence_, output_))
    return fail(unknown_error, "HY000",
                "the recorded text can't be given in this connection's character set");
  if (cursor) {
    PreparedStatement& prepared = *statements_.at(executing_);
    prepared.cursor = entry.body;
    prepared.position = 0;
  }
  if (introspection_ && introspection_->form == Introspection::Form::show_warnings) return;
  after_.note_rows(rows.rows, rows.warnings, canonical_);
  last_canonical_ = canonical_;
  last_qualifier_ = qualifier_;
}

void MysqlServer::render_set(const ResultSet& set, bool more) {
  Results results;
  results.list.emplace_back(set);
  const std::string image = encode_image(results, utf8mb4_collation);
  std::vector<Entry> entries;
  RowsEntry rows;
  if (decode_image(as_bytes(image), entries) && decode_entry(entries[0].body, rows)) {
    // The image lives only here: nothing of it may be borrowed.
    Output copied;
    (void)render_rows(rows, nullptr, Rows::all, render_context(more), sequence_, copied);
    copied.for_each_slice([&](Bytes slice) { output_.copy(slice); });
  }
}

void MysqlServer::answer_prepare(const Answer& answer) {
  asked_ = Asked::nothing;
  if (!answer.image.empty()) {
    ErrorPacket error;
    if (decode_image(answer.image, entries_) && !entries_.empty() &&
        entries_[0].kind == EntryKind::error && decode_entry(entries_[0].body, error))
      return fail(error.code, error.state, std::move(error.message));
  }
  bool known = false;
  const std::string key = shape_key(query_, session_.database(), main_database_);
  ErrorPacket refused;
  if (is_refused(key, refused))
    return fail(refused.code, refused.state, std::move(refused.message));
  std::vector<Column> columns = shape_columns(key, known);
  if (!known && introspection_) {
    if (const auto set = answer_introspection(*introspection_, circumstances(), {})) {
      columns = to_wire(set->columns);
    }
  }
  send_prepared(columns);
}

std::vector<Column> MysqlServer::to_wire(std::vector<Column> columns) const {
  const std::uint16_t collation = session_.result_collation();
  for (Column& column : columns)
    mysql::to_wire(column, collation == 0 ? utf8mb4_collation : collation);
  return columns;
}

void MysqlServer::send_prepared(const std::vector<Column>& columns) {
  if (statements_.size() >= max_prepared_statements)
    return fail(
        1461, "42000",
        fmt::format("Can't create more than max_prepared_stmt_count statements (current value: {})",
                    max_prepared_statements));
  const std::uint32_t id = last_prepared_ = ++last_statement_id_;
  const std::size_t parameters = query_.parameter_count();
  auto prepared = std::make_unique<PreparedStatement>();
  prepared->sql = prepare_text_;
  prepared->secrets = secrets_;
  prepared->statement = query_;
  statements_[id] = std::move(prepared);

  std::vector<std::uint8_t>& target = output_.buffer();
  const std::size_t start = begin_packet(target);
  ByteWriter writer(target);
  writer.byte(ok_header);
  writer.le(id, 4);
  writer.le(columns.size(), 2);
  writer.le(parameters, 2);
  writer.byte(0);
  writer.le(0, 2);
  end_packet(target, start, sequence_);

  Column parameter;
  parameter.name = "?";
  parameter.charset = binary_collation;
  parameter.flags = column_flag::binary;
  parameter.type = session_.is_mariadb() ? FieldType::null : FieldType::var_string;
  const bool eof = !negotiated_.has(capability::deprecate_eof);
  render_columns(std::vector<Column>(parameters, parameter), render_context(false), sequence_,
                 output_);
  if (parameters > 0 && eof)
    render_end(render_context(false), session_.status(), 0, sequence_, output_);
  render_columns(columns, render_context(false), sequence_, output_);
  if (!columns.empty() && eof)
    render_end(render_context(false), session_.status(), 0, sequence_, output_);
}

// COM_FIELD_LIST: definitions without a count, each with a default value, here always NULL.
void MysqlServer::answer_fields(const Answer& answer) {
  asked_ = Asked::nothing;
  RowsEntry rows;
  ErrorPacket error;
  const bool sound = decode_image(answer.image, entries_) && !entries_.empty();
  if (sound && entries_[0].kind == EntryKind::error && decode_entry(entries_[0].body, error))
    return fail(error.code, error.state, std::move(error.message));
  if (!sound || entries_[0].kind != EntryKind::rows || !decode_entry(entries_[0].body, rows))
    return fail(unknown_error, "HY000",
                "the recorded answer is damaged; compile the mock set again");
  std::vector<std::uint8_t>& target = output_.buffer();
  for (const Column& column : columns_of(rows, render_context(false))) {
    const std::size_t start = begin_packet(target);
    ByteWriter writer(target);
    encode_column(column, negotiated_, writer);
    writer.byte(null_cell);
    end_packet(target, start, sequence_);
  }
  render_end(render_context(false), session_.status(), 0, sequence_, output_);
}

/// Where the recorded server asked for a file: the name that it asked for, then the client sends.
bool MysqlServer::ask_for_file() {
  const auto shape = table_.shape(shape_key(*statement_, session_.database(), main_database_));
  if (!shape || !decode_image(*shape, entries_) || entries_.empty() ||
      entries_[0].kind != EntryKind::file)
    return false;
  std::vector<std::uint8_t>& target = output_.buffer();
  const std::size_t start = begin_packet(target);
  ByteWriter writer(target);
  writer.byte(local_infile_header);
  writer.text(to_client(as_text(entries_[0].body)));
  end_packet(target, start, sequence_);
  phase_ = Phase::file;
  asked_ = Asked::nothing;
  return true;
}

void MysqlServer::take_file_packet(Bytes payload) {
  if (!payload.empty()) return file_.add(payload);
  phase_ = Phase::commands;
  sent_ = file_.finish();
  asked_ = Asked::statement;
}

void MysqlServer::note_result(const Result& result) {
  if (const auto* error = std::get_if<ErrorPacket>(&result)) {
    after_.note(*error);
  } else if (const auto* ok = std::get_if<OkPacket>(&result)) {
    after_.note(*ok, canonical_);
    if (ok->insert_id != 0) session_.note_insert_id(ok->insert_id);
  }
  last_canonical_ = canonical_;
  last_qualifier_ = qualifier_;
}

/// A question about the connection is a statement as well: but some leave what is asked about as it
/// was.
void MysqlServer::note_question(const ResultSet& set) {
  after_.note_question(*introspection_, set.rows.size());
  if (leaves_warnings(*introspection_)) return;
  set_up(Ask::run, *statement_);
  last_canonical_ = canonical_;
  last_qualifier_ = qualifier_;
}

void MysqlServer::fail(std::uint16_t code, std::string_view state, std::string message) {
  ErrorPacket error{.code = code, .state = std::string(state), .message = to_client(message)};
  render_error(error, sequence_, output_);
  error.message = std::move(message);
  note_result(error);
  texts_.clear();
  text_index_ = 0;
  if (code == deadlock_error && session_.in_transaction()) asked_ = Asked::rollback_after;
}

void MysqlServer::send_ok(OkPacket ok, bool more) {
  ok.status = render_context(more).status;
  if (!negotiated_.has(capability::session_track)) tracked_.clear();
  if (!tracked_.empty()) ok.status |= status::session_state_changed;
  render_ok(ok, ok_header, tracked_, sequence_, output_);
  tracked_.clear();
}

ServerEvent MysqlServer::synthesised(std::string_view what) {
  return Synthesised{what};
}

RenderContext MysqlServer::render_context(bool more) const {
  const auto flags =
      static_cast<std::uint16_t>(session_.status() | (more ? status::more_results : 0));
  return {negotiated_, session_.result_collation(), encoding_, flags,
          secrets_.literals.empty() ? nullptr : &secrets_};
}

Circumstances MysqlServer::circumstances() const {
  return {.session = &session_, .connection_id = greeting_.connection_id, .after = &after_};
}

std::string MysqlServer::to_client(std::string_view text) const {
  const Charset* charset = charset_of(session_.result_collation());
  if (charset == nullptr) return std::string(text);
  auto octets = from_utf8(*charset, text);
  return octets ? *std::move(octets) : std::string(text);
}

}  // namespace understudy::mysql
