#include "protocols/postgres/watcher.hpp"

namespace understudy::postgres {
namespace {

constexpr std::string_view syntax_error = "42601";

/// The fields of an error or a notice: severity, code and message are always there.
bool read_fields(Bytes body, Fields& fields) {
  return decode_fields(body, fields) && !field(fields, 'S').empty() &&
         !field(fields, 'C').empty() && has_field(fields, 'M');
}

/// No command has an empty tag or one that is no text.
bool read_tag(Bytes body, std::string& tag) {
  return decode_command_complete(body, tag) && !tag.empty() && is_text(tag);
}

/// The end mark that psql sends inside its data.
void drop_end_mark(std::string& data) {
  if (data.ends_with("\\.\n") && (data.size() == 3 || data[data.size() - 4] == '\n'))
    data.resize(data.size() - 3);
}

Asked asked_of(AskedKind kind, Moment at) {
  Asked asked;
  asked.kind = kind;
  asked.began = at;
  return asked;
}

/// What a client message expects; nothing for one that is never answered.
struct ToAsked {
  Moment at;

  std::optional<Asked> operator()(const Query& query) const {
    Asked asked = asked_of(AskedKind::query, at);
    asked.text = query.text;
    return asked;
  }
  std::optional<Asked> operator()(const Parse& parse) const {
    Asked asked = asked_of(AskedKind::parse, at);
    asked.statement = parse.statement;
    asked.text = parse.text;
    asked.types = parse.types;
    return asked;
  }
  std::optional<Asked> operator()(const Bind& bind) const {
    Asked asked = asked_of(AskedKind::bind, at);
    asked.statement = bind.statement;
    asked.portal = bind.portal;
    for (const auto& parameter : bind.parameters)
      asked.parameters.push_back(parameter ? std::optional(std::string(*parameter)) : std::nullopt);
    asked.parameter_formats = bind.parameter_formats;
    asked.result_formats = bind.result_formats;
    return asked;
  }
  std::optional<Asked> operator()(const Describe& describe) const {
    const bool statement = describe.target == Target::statement;
    Asked asked =
        asked_of(statement ? AskedKind::describe_statement : AskedKind::describe_portal, at);
    (statement ? asked.statement : asked.portal) = describe.name;
    return asked;
  }
  std::optional<Asked> operator()(const Execute& execute) const {
    Asked asked = asked_of(AskedKind::execute, at);
    asked.portal = execute.portal;
    asked.max_rows = execute.max_rows;
    return asked;
  }
  std::optional<Asked> operator()(const CloseTarget& close) const {
    const bool statement = close.target == Target::statement;
    Asked asked = asked_of(statement ? AskedKind::close_statement : AskedKind::close_portal, at);
    (statement ? asked.statement : asked.portal) = close.name;
    return asked;
  }
  std::optional<Asked> operator()(const SyncMessage&) const {
    return asked_of(AskedKind::sync, at);
  }
  std::optional<Asked> operator()(const FunctionCall&) const {
    return asked_of(AskedKind::function_call, at);
  }
  std::optional<Asked> operator()(const CopyDone&) const {
    return asked_of(AskedKind::copy_end, at);
  }
  std::optional<Asked> operator()(const CopyFail&) const {
    return asked_of(AskedKind::copy_end, at);
  }
  std::optional<Asked> operator()(const Flush&) const { return std::nullopt; }
  std::optional<Asked> operator()(const Terminate&) const { return std::nullopt; }
  std::optional<Asked> operator()(const CopyData&) const { return std::nullopt; }
  std::optional<Asked> operator()(const PasswordMessage&) const { return std::nullopt; }
};

}  // namespace

bool Watcher::from_client(const FrontendMessage& message, Moment at) {
  if (refused_copy_ && belongs_to_refused_copy(message)) return true;
  if (const auto* data = std::get_if<CopyData>(&message)) {
    if (conversation_.head() != nullptr) copy_in_data_ += data->data;
    return true;
  }
  if (conversation_.head() != nullptr) {
    const auto* given_up = std::get_if<CopyFail>(&message);
    if (given_up != nullptr) copy_in_failure_ = given_up->reason;
    copy_in_ended_ |= given_up != nullptr || std::holds_alternative<CopyDone>(message);
  }
  if (std::holds_alternative<FunctionCall>(message))
    recording_.warn("a FunctionCall (large objects, say) is relayed and not recorded", true);
  if (auto asked = std::visit(ToAsked{at}, message)) conversation_.ask(std::move(*asked));
  return true;
}

bool Watcher::from_server(const Frame& frame, Moment at) {
  if (!started_) {
    if (frame.type == 'S') return asynchronous(frame);
    if (frame.type == 'Z') started_ = true;
    return true;
  }
  const Progress progress = conversation_.progress(frame.type);
  if (progress == Progress::out_of_sync) return false;
  if (progress == Progress::asynchronous) return asynchronous(frame);
  const Asked& head = *conversation_.head();
  bool sound = true;
  if (frame.type == 'Z')
    sound = ready(frame);
  else if (head.kind == AskedKind::query)
    sound = in_query(head, frame, at);
  else
    sound = in_extended(head, frame, at);
  conversation_.advance(frame.type);
  return sound;
}

bool Watcher::asynchronous(const Frame& frame) {
  if (frame.type == 'S') {
    std::string name, value;
    if (!decode_parameter_status(frame.body, name, value) || !is_text(name)) return false;
    if (started_) recording_.parameter_changed(name, value);
    parameters_[name] = value;
  } else if (frame.type == 'N') {
    return read_fields(frame.body, notices_.emplace_back());
  } else if (frame.type == 'A') {
    recording_.warn(
        "notifications (LISTEN) are not recorded: the mock delivers what NOTIFY and pg_notify() "
        "say, but nothing of triggers and functions");
  }
  return true;
}

bool Watcher::ready(const Frame& frame) {
  if (frame.body.size() != 1) return false;
  const char status = static_cast<char>(frame.body[0]);
  if (status != 'I' && status != 'T' && status != 'E') return false;
  if (status == 'I') end_transaction();
  if (refused_copy_)
    refused_ready_ = status;
  else
    recording_.ready(status);
  notices_.clear();
  part_ = 0;
  return true;
}

/// Portals are gone: what was fetched of them is all that will be known.
void Watcher::end_transaction() {
  objects_.for_each_portal([this](WatchedPortal& portal) { end_portal(portal); });
  objects_.on_transaction_end();
}

bool Watcher::in_query(const Asked& asked, const Frame& frame, Moment at) {
  if (part_ == 0 && simple_answer_.copy == CopyDirection::none && !simple_rows_.columns) {
    drop_portal("");
    objects_.on_query();
    part_began_ = asked.began;
  }
  switch (frame.type) {
    case 'T':
    case 'D':
    case 'G':
    case 'H':
    case 'd':
    case 'c':
      return read_rows(frame, simple_rows_, simple_answer_);
    case 'I':
      simple_answer_.empty = true;
      break;
    case 'C':
      if (!read_tag(frame.body, simple_answer_.tag)) return false;
      break;
    case 'E':
      if (!read_fields(frame.body, simple_answer_.error.emplace())) return false;
      break;
    default:
      return false;
  }
  return end_simple(asked, at);
}

void Watcher::split_query(const std::string& text) {
  parts_.clear();
  begins_.clear();
  const sql::Mode mode = sql_mode(parameters_["standard_conforming_strings"] != "off");
  for (const std::string_view part : sql::split(text, mode)) {
    parts_.emplace_back(part);
    begins_.push_back(static_cast<std::size_t>(part.data() - text.data()));
  }
}

bool Watcher::end_simple(const Asked& asked, Moment at) {
  if (part_ == 0) split_query(asked.text);
  Answered answered;
  answered.answer = std::exchange(simple_answer_, {});
  if (!finish_rows(simple_rows_, answered.answer)) return false;
  answered.answer.notices = std::exchange(notices_, {});
  answered.began = part_began_;
  answered.ended = at;
  // Where the text as a whole does not parse, none of its statements was executed.
  const bool unparsed =
      part_ == 0 && answered.answer.error && field(*answered.answer.error, 'C') == syntax_error;
  if (unparsed || part_ >= parts_.size()) {
    answered.request.sql = asked.text;
  } else {
    answered.request.sql = parts_[part_];
    const auto before = std::string_view(asked.text).substr(0, begins_[part_]);
    if (answered.answer.error) shift_position(*answered.answer.error, -characters_in(before));
  }
  take_copy_data(answered.request, answered.answer);
  ++part_;
  part_began_ = at;
  add(std::move(answered));
  return true;
}

bool Watcher::read_rows(const Frame& frame, RowsUnderWay& rows, StatementAnswer& answer) {
  switch (frame.type) {
    case 'T':
      return decode_row_description(frame.body, rows.columns.emplace());
    case 'D': {
      Cells cells;
      if (!decode_data_row(frame.body, cells)) return false;
      Row& row = rows.rows.emplace_back();
      for (const auto& cell : cells)
        row.push_back(cell ? std::optional(std::string(*cell)) : std::nullopt);
      return true;
    }
    case 'G':
    case 'H':
      answer.copy = frame.type == 'G' ? CopyDirection::in : CopyDirection::out;
      return decode_copy_response(frame.body, answer.copy_response);
    case 'd':
      answer.copy_out.emplace_back(as_text(frame.body));
      return true;
    default:
      return true;  // CopyDone
  }
}

bool Watcher::in_extended(const Asked& asked, const Frame& frame, Moment at) {
  if (frame.type == 'E') return on_extended_error(asked, frame, at);
  switch (asked.kind) {
    case AskedKind::parse:
      return on_parse(asked), true;
    case AskedKind::bind:
      return on_bind(asked), true;
    case AskedKind::describe_statement:
    case AskedKind::describe_portal:
      return in_describe(asked, frame, at);
    case AskedKind::execute:
      return in_execute(asked, frame, at);
    case AskedKind::close_statement:
      objects_.drop_statement(asked.statement);
      return true;
    case AskedKind::close_portal:
      drop_portal(asked.portal);
      return true;
    default:
      return true;
  }
}

void Watcher::on_parse(const Asked& asked) {
  auto statement = std::make_shared<WatchedStatement>();
  statement->text = asked.text;
  statement->types = asked.types;
  objects_.put_statement(asked.statement, std::move(statement));
}

void Watcher::on_bind(const Asked& asked) {
  drop_portal(asked.portal);
  const auto statement = objects_.statement(asked.statement);
  if (!statement) return;  // prepared before anything was seen
  auto portal = std::make_shared<WatchedPortal>();
  portal->statement = statement;
  portal->parameters = parameters_of(asked, statement->types);
  portal->began = asked.began;
  auto columns = statement->columns;
  const auto known = columns_by_text_.find(statement->text);
  if (!columns && known != columns_by_text_.end()) columns = known->second;
  if (columns)
    for (std::size_t i = 0; i < columns->size(); ++i)
      (*columns)[i].format = format_at(asked.result_formats, i);
  portal->rows.columns = std::move(columns);
  objects_.put_portal(asked.portal, std::move(portal));
}

bool Watcher::in_describe(const Asked& asked, const Frame& frame, Moment at) {
  std::vector<Column> columns;
  if (frame.type == 'T' && !decode_row_description(frame.body, columns)) return false;
  if (asked.kind == AskedKind::describe_portal) {
    const auto portal = objects_.portal(asked.portal);
    if (portal && frame.type == 'T') {
      columns_by_text_[portal->statement->text] = columns;
      portal->rows.columns = std::move(columns);
    }
    return true;
  }
  const auto statement = objects_.statement(asked.statement);
  if (!statement) return true;
  if (frame.type == 't') return decode_parameter_description(frame.body, statement->types);
  if (!statement->described) described_.push_back(statement);
  statement->described = true;
  statement->described_at = at;
  if (frame.type == 'T') {
    columns_by_text_[statement->text] = columns;
    statement->columns = std::move(columns);
  }
  return true;
}

bool Watcher::in_execute(const Asked& asked, const Frame& frame, Moment at) {
  const auto portal = objects_.portal(asked.portal);
  if (!portal) {
    recording_.warn(
        "a statement that was prepared before the recording began is relayed and not recorded",
        true);
    return true;
  }
  if (std::string_view("DGHdc").find(frame.type) != std::string_view::npos)
    return read_rows(frame, portal->rows, portal->answer);
  return end_execute(frame, *portal, at);
}

bool Watcher::end_execute(const Frame& frame, WatchedPortal& portal, Moment at) {
  portal.statement->executed = true;
  if (!portal.fetched) {
    portal.ended = at;
    portal.place = recording_.place();
  }
  portal.fetched = true;
  for (Fields& notice : std::exchange(notices_, {}))
    portal.answer.notices.push_back(std::move(notice));
  if (frame.type == 's' || portal.done) return true;
  if (frame.type == 'I')
    portal.answer.empty = true;
  else if (!read_tag(frame.body, portal.answer.tag))
    return false;
  portal.done = true;
  Answered answered{request_of(portal), {}, portal.began, portal.ended, portal.place};
  if (!finish_portal_rows(portal)) return true;
  answered.answer = portal.answer;
  if (answered.answer.tag.starts_with("SELECT "))  // the tag counts the last Execute's rows only
    answered.answer.tag = "SELECT " + std::to_string(answered.answer.rows.size());
  take_copy_data(answered.request, answered.answer);
  add(std::move(answered));
  return true;
}

bool Watcher::finish_portal_rows(WatchedPortal& portal) {
  const bool finished = finish_rows(portal.rows, portal.answer);
  if (!finished)
    recording_.warn("rows of a statement that was never described are relayed and not recorded",
                    true);
  return finished;
}

/// A portal that goes away before its last row was fetched.
void Watcher::end_portal(WatchedPortal& portal) {
  if (portal.done || !portal.fetched) return;
  portal.done = true;
  Answered answered{request_of(portal), {}, portal.began, portal.ended, portal.place};
  if (!finish_portal_rows(portal) || !portal.answer.returns_rows) return;
  answered.answer = portal.answer;
  answered.request.partial = answered.answer.partial = true;
  answered.answer.tag = "SELECT " + std::to_string(answered.answer.rows.size());
  add(std::move(answered));
}

void Watcher::drop_portal(std::string_view name) {
  if (const auto portal = objects_.portal(name)) end_portal(*portal);
  objects_.drop_portal(name);
}

bool Watcher::on_extended_error(const Asked& asked, const Frame& frame, Moment at) {
  Answered answered;
  if (!read_fields(frame.body, answered.answer.error.emplace())) return false;
  answered.answer.notices = std::exchange(notices_, {});
  answered.began = asked.began;
  answered.ended = at;
  if (is_protocol_error(*answered.answer.error)) return true;
  if (asked.kind == AskedKind::parse) {
    const Asked* bind = conversation_.bind_of(asked.statement);
    answered.request.sql = asked.text;
    answered.request.types = asked.types;
    answered.request.describe = bind == nullptr;
    if (bind != nullptr) {
      answered.request.parameters = parameters_of(*bind, asked.types);
      answered.request.types.resize(answered.request.parameters.size());
    }
  } else if (asked.kind == AskedKind::bind) {
    const auto statement = objects_.statement(asked.statement);
    if (!statement) return true;
    answered.request.sql = statement->text;
    answered.request.types = statement->types;
    answered.request.parameters = parameters_of(asked, statement->types);
    answered.request.types.resize(answered.request.parameters.size());
  } else if (const auto portal = objects_.portal(asked.portal);
             portal && asked.kind != AskedKind::describe_statement) {
    portal->statement->executed = true;
    portal->done = true;
    answered.request = request_of(*portal);
    answered.began = portal->began;
    take_copy_data(answered.request, portal->answer);
  } else {
    return true;
  }
  add(std::move(answered));
  return true;
}

/// What the client sent to COPY … FROM STDIN.
void Watcher::take_copy_data(StatementRequest& request, const StatementAnswer& answer) {
  CopySent sent{std::exchange(copy_in_data_, {}), std::exchange(copy_in_failure_, std::nullopt)};
  if (answer.copy != CopyDirection::in) return;
  if (answer.copy_response.format == Format::text) drop_end_mark(sent.data);
  request.copy = std::move(sent);
}

/// A server that refuses a row says so at once; what the client was going to send is known later.
void Watcher::add(Answered answered) {
  const bool ended = std::exchange(copy_in_ended_, false);
  if (answered.answer.error && answered.request.copy && !ended)
    refused_copy_ = std::move(answered);
  else
    recording_.add(std::move(answered));
}

/// Data does; its end, and whatever comes in its place, ends it.
bool Watcher::belongs_to_refused_copy(const FrontendMessage& message) {
  if (const auto* data = std::get_if<CopyData>(&message)) {
    refused_copy_->request.copy->data += data->data;
    return true;
  }
  if (const auto* given_up = std::get_if<CopyFail>(&message))
    refused_copy_->request.copy->failure = given_up->reason;
  end_refused_copy();
  return false;
}

void Watcher::end_refused_copy() {
  if (!refused_copy_) return;
  drop_end_mark(refused_copy_->request.copy->data);
  recording_.add(*std::exchange(refused_copy_, std::nullopt));
  if (const auto status = std::exchange(refused_ready_, std::nullopt)) recording_.ready(*status);
}

void Watcher::finish() {
  end_refused_copy();
  end_transaction();
  for (const auto& statement : described_) {
    if (statement->executed) continue;
    Answered answered;
    answered.request.sql = statement->text;
    answered.request.describe = true;
    answered.answer.described_only = true;
    answered.answer.parameter_types = statement->types;
    if (statement->columns) {
      answered.answer.returns_rows = true;
      answered.answer.columns = *statement->columns;
    }
    answered.began = answered.ended = statement->described_at;
    add(std::move(answered));
  }
  described_.clear();
  recording_.finish();
}

}  // namespace understudy::postgres
