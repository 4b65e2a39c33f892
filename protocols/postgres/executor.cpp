#include "protocols/postgres/executor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "protocols/postgres/clock.hpp"
#include "protocols/postgres/plain_calls.hpp"
#include "protocols/postgres/redact.hpp"
#include "protocols/postgres/sleep.hpp"

namespace understudy::postgres {
namespace {

bool ends_failed_block(sql::Kind kind) noexcept {
  return kind == sql::Kind::commit || kind == sql::Kind::rollback || kind == sql::Kind::rollback_to;
}

/// Whether the server closes behind the error.
bool ends_connection(const Image& image) {
  Fields error;
  if (!decode_fields(image.tail.subspan(5), error)) return false;
  const std::string_view untranslated = field(error, 'V');
  const std::string_view severity = untranslated.empty() ? field(error, 'S') : untranslated;
  return severity == "FATAL" || severity == "PANIC";
}

std::vector<Oid> types_of(const std::vector<Column>& columns) {
  std::vector<Oid> types;
  for (const Column& column : columns) types.push_back(column.type);
  return types;
}

}  // namespace

sql::Mode Executor::mode() const {
  return sql_mode(facts_settings_.value_or("standard_conforming_strings", "on") != "off");
}

std::shared_ptr<ServedStatement> Executor::prepare(std::string_view text,
                                                   const std::vector<Oid>& declared) {
  auto statement = std::make_shared<ServedStatement>();
  sql::StatementSecrets secrets = sql::secrets_in(text, sql_mode(), secrets_);
  statement->text = std::move(secrets.cleaned).value_or(std::string(text));
  statement->secret = std::move(secrets.parameters);
  statement->parsed.assign(statement->text, mode());
  statement->verb = sql::verb_of(statement->text, mode());
  if (const auto octets = table_.shape(shape_key(statement->parsed.pattern())))
    statement->shape = decode_shape(*octets);
  if (statement->shape)
    statement->sessions = table_.shape(sessions_key(statement->parsed.pattern()));
  if (has_temporary_)
    if (const auto use = table_.shape(temporary_key(statement->parsed.pattern())))
      statement->temporary = decode_temporary_use(*use);
  statement->declared = declared;
  statement->types =
      parameter_types(statement->parsed, declared, statement->shape ? &*statement->shape : nullptr);
  return statement;
}

void Executor::hide(const ServedStatement& statement, Parameters& parameters) const {
  if (!statement.secret.empty()) replace_secrets(statement.secret, parameters, secrets_);
}

void Executor::parse(std::string name, std::shared_ptr<ServedStatement> statement,
                     std::string tag) {
  if (tag.empty()) delivery_ = {};
  portal_ = std::make_shared<ServedPortal>();
  portal_->statement = std::move(statement);
  parsed_name_ = std::move(name);
  parsed_tag_ = std::move(tag);
  described_.reset();
  cursor_.reset();
  const auto& shape = portal_->statement->shape;
  if (!shape || !(shape->describe_fails || shape->never_parsed)) return parsed();
  ask_whether_it_fails(!shape->never_parsed);
  waiting_ = Waiting::parse;
}

void Executor::parsed() {
  objects_.put_statement(parsed_name_, portal_->statement);
  if (parsed_tag_.empty()) return encode_empty('1', out_.buffer());
  tag_only("PREPARE", std::exchange(parsed_tag_, {}));
}

void Executor::finish_parse(const Answer& answer) {
  if (answer.image.empty()) return parsed();
  if (!portal_->answer_with(answer.image))
    return fail(make_fields("ERROR", "XX000", "the table's image of this answer is damaged"));
  if (!portal_->image->is_error) return portal_->image.reset(), parsed();
  if (answer.grade == Grade::static_ && !portal_->statement->shape->never_parsed)
    return miss(make_fields("ERROR", miss_code,
                            "the recording has this statement prepared with and without an error, "
                            "and nothing that it shows explains why"));
  deliver_error(*portal_->image);
}

/// The question for what a recorded error of Parse or Describe depends on: not the values.
void Executor::ask_whether_it_fails(bool synthesisable) {
  const ServedStatement& statement = *portal_->statement;
  if (statement.shape && statement.shape->never_parsed) {
    identity_writer_.write_unparsed(statement.parsed, statement.declared, session_part(statement),
                                    identity_);
  } else {
    const Parameters none(statement.types.size());
    identity_writer_.write(statement.parsed, statement.types, none, describe_prefix, std::nullopt,
                           session_part(statement), identity_);
  }
  request_ = Request{identity_.canonical, identity_.qualifier, Control::none, {}, synthesisable};
  request_->computable = false;
}

void Executor::run(std::shared_ptr<ServedPortal> portal, Delivery delivery) {
  portal_ = std::move(portal);
  delivery_ = delivery;
  cursor_.reset();
  const sql::Kind kind = portal_->statement->verb.kind;
  if (block_.failed() && !ends_failed_block(kind)) return fail(TransactionBlock::failed_error());
  if (portal_->image) return deliver();  // fetched further
  if (is_transaction_control(kind)) return run_control();
  if (!delivery_.more_follow || !block_.idle() || block_.implicit()) return run_now();
  ask_control(Control::begin, {}, Waiting::open_implicit);
}

void Executor::run_now() {
  const ServedStatement& statement = *portal_->statement;
  if (statement.parsed.empty()) {
    StatementAnswer empty;
    empty.empty = true;
    return complete("empty query", std::move(empty));
  }
  has_queried_ |= (!block_.idle() || block_.implicit()) && takes_snapshot(statement.verb.kind);
  run_utility(statement.verb.kind);
}

void Executor::begin_session(std::string_view compared_user, std::string_view compared_database) {
  compared_user_ = compared_user;
  compared_database_ = compared_database;
  const Document& profile = table_.profile();
  has_temporary_ = profile.is_object() && profile.contains("temporary_tables");
  session_defaults_.several_roles = profile.is_object() && profile.contains("several_roles");
  if (!profile.is_object() || !profile.contains("session")) return;
  for (const auto& [name, value] : profile["session"].items())
    session_defaults_.facts.emplace(name, octets_of(value));
  if (profile.contains("noise"))
    for (const Document& name : profile["noise"]) session_defaults_.noise.insert(octets_of(name));
}

void Executor::compare_session() {
  if (compared_version_ == facts_settings_.version()) return;
  compared_version_ = facts_settings_.version();
  const SessionView view{compared_user_, compared_database_, facts_settings_, false};
  differing_ = differing_facts(view, session_defaults_);
  session_facts_ = postgres::session_facts(view, session_defaults_);
}

/// What an emulator has to know of the session; empty where it is as the first one.
std::string_view Executor::session_facts() {
  compare_session();
  return session_facts_;
}

std::string_view Executor::session_part(const ServedStatement& statement) {
  compare_session();
  if (!statement.shape) return {};
  const SessionNeeds& needs = statement.shape->needs;
  const bool in_block = (needs.bits & SessionNeeds::block) != 0 && !block_.idle();
  const bool plain = (needs.bits & differing_) == 0 && !in_block && needs.settings.empty();
  if (plain && statement.temporary.empty()) return {};
  session_part_ = postgres::session_part(
      needs, {compared_user_, compared_database_, facts_settings_, in_block}, session_defaults_);
  session_part_ += temporary_part(statement.temporary, facts_settings_);
  return session_part_;
}

void Executor::ask_statement(bool synthesisable) {
  const ServedStatement& statement = *portal_->statement;
  slept_ = false;
  if (statement.shape && statement.shape->never_parsed) {
    copying_in_ = false;
    ask_whether_it_fails(synthesisable);
    waiting_ = Waiting::statement;
    return;
  }
  sent_.reset();
  if (copying_in_) sent_ = CopySent{std::move(copy_data_), std::exchange(copy_failure_, {})};
  if (sent_) replace_secrets(*sent_, secrets_);
  copy_data_.clear();
  copying_in_ = false;
  other_sessions_.clear();
  if (!synthesisable) find_other_sessions();
  if (!other_sessions_.empty()) return ask_in_session();
  // Of what is fetched in portions some may have been left, or none: that depends on the rows.
  const bool partial = delivery_.max_rows > 0 && statement.shape && statement.shape->partial;
  whole_next_ = partial && statement.shape->whole;
  identity_writer_.write(statement.parsed, statement.types, portal_->parameters,
                         partial ? partial_prefix : std::string_view{}, sent_,
                         session_part(statement), identity_);
  request_ = Request{
      identity_.canonical, identity_.qualifier, Control::none, {}, synthesisable || whole_next_};
  request_->session = session_facts();
  request_->sight = sight();
  waiting_ = Waiting::statement;
  sleep_first();
}

Sight Executor::sight() const {
  return sight_of({compared_user_, compared_database_, facts_settings_, !block_.idle()},
                  portal_->statement->verb.kind);
}

/// What it does, it does behind its sleep. One that was given up in the recording says how only in
/// its answer, which comes first then.
void Executor::sleep_first() {
  const ServedStatement& statement = *portal_->statement;
  const auto time = sleep_of(statement.parsed, portal_->parameters);
  slept_ = time.count() > 0 && statement.shape && statement.shape->needs.settings.empty();
  if (slept_) pause_ = Pause{time};
}

/// Other databases are other data, and what a transaction allows is not a matter of taste: there is
/// nothing to be guessed from what was recorded in others.
void Executor::find_other_sessions() {
  const ServedStatement& statement = *portal_->statement;
  const std::string_view part = session_part(statement);
  if (!statement.shape || (part.empty() && !statement.sessions)) return;
  constexpr std::uint16_t never = SessionNeeds::read_only | SessionNeeds::block;
  const bool in_block = !block_.idle() && (statement.shape->needs.bits & SessionNeeds::block) != 0;
  if ((statement.shape->needs.bits & differing_ & never) != 0 || in_block ||
      part.find("database=") != std::string_view::npos)
    return;
  std::vector<std::string> recorded = {std::string()};
  if (statement.sessions) {
    recorded.clear();
    ByteReader reader(*statement.sessions);
    while (reader.remaining() > 0) recorded.emplace_back(as_text(reader.until(0)));
  }
  if (part.find(temporary_word) != std::string_view::npos) return;
  const bool known = part.empty()
                         ? !recorded.empty() && recorded.front().empty()
                         : table_.shape(session_key(part, statement.parsed.pattern())).has_value();
  if (known) return;
  std::erase_if(recorded, [](const std::string& each) {
    return each.find("database=") != std::string::npos ||
           each.find("transaction_") != std::string::npos;
  });
  other_sessions_ = std::move(recorded);
  other_session_ = 0;
}

/// The same question in a session in which it was recorded. Its answer is a guess.
void Executor::ask_in_session() {
  const ServedStatement& statement = *portal_->statement;
  const std::string& other = other_sessions_[other_session_++];
  const bool partial =
      delivery_.max_rows > 0 && statement.shape->partial && !statement.shape->whole;
  constexpr std::string_view first = "the settings of the first recorded session";
  const std::string_view part = session_part(statement);
  unproven_ = fmt::format("the session differs: asked with {}, recorded with {}",
                          part.empty() ? first : part, other.empty() ? first : other);
  identity_writer_.write(statement.parsed, statement.types, portal_->parameters,
                         partial ? partial_prefix : std::string_view{}, sent_, other, identity_);
  request_ = Request{identity_.canonical,
                     identity_.qualifier,
                     Control::none,
                     {},
                     other_session_ < other_sessions_.size()};
  request_->unproven = unproven_;
  request_->computable = false;  // it would be computed as in that session
  request_->sight = sight();
  waiting_ = Waiting::statement;
}

void Executor::ask_whole() {
  const ServedStatement& statement = *portal_->statement;
  identity_writer_.write(statement.parsed, statement.types, portal_->parameters, {}, std::nullopt,
                         session_part(statement), identity_);
  request_ = Request{identity_.canonical, identity_.qualifier, Control::none, {}, false};
  request_->session = session_facts();
  request_->sight = sight();
  waiting_ = Waiting::statement;
}

void Executor::ask_control(Control control, std::string_view name, Waiting waiting) {
  identity_.qualifier.clear();
  // Only a COMMIT that the client sent can be one that failed in the recording.
  if (waiting == Waiting::control)
    identity_writer_.write(portal_->statement->parsed, {}, {}, {}, std::nullopt, {}, identity_);
  else
    identity_.canonical = "implicit transaction";
  control_name_ = name;
  request_ = Request{identity_.canonical, identity_.qualifier, control, control_name_, true};
  waiting_ = waiting;
}

std::optional<Request> Executor::take_request() {
  return std::exchange(request_, std::nullopt);
}
std::optional<ScopeCall> Executor::take_scope_call() {
  return std::exchange(scope_call_, std::nullopt);
}
std::optional<std::string_view> Executor::take_synthesised() {
  return std::exchange(synthesised_, std::nullopt);
}

// --- replies -------------------------------------------------------------------------------------

void Executor::reply(const Answer& answer) {
  switch (std::exchange(waiting_, Waiting::none)) {
    case Waiting::open_implicit:
      block_.open_implicit();
      transaction_began_ = wall_clock();
      begin_transaction();
      return run_now();
    case Waiting::undo_implicit:
      block_.close_implicit();
      has_queried_ = false;
      transaction_began_.reset();
      roll_back_transaction();
      return;
    case Waiting::close_span:
      block_.close_implicit();
      has_queried_ = false;
      transaction_began_.reset();
      commit_transaction();
      return ready();
    case Waiting::control:
      return finish_control(answer);
    case Waiting::chain:
      return;
    case Waiting::statement:
      if (answer.image.empty() && other_session_ < other_sessions_.size()) return ask_in_session();
      if (answer.image.empty())
        return std::exchange(whole_next_, false) ? ask_whole() : synthesise();
      if (!take_answer(answer))
        return fail(make_fields("ERROR", "XX000", "the table's image of this answer is damaged"));
      if (!described_ && !portal_->statement->temporary.empty() && !portal_->image->is_error)
        follow(portal_->statement->temporary, identity_.canonical, answer.grade != Grade::guess,
               !block_.idle() && !block_.implicit(), facts_settings_);
      if (const auto time = time_to_sleep(); time.count() > 0) {
        pause_ = Pause{time};
        waiting_ = Waiting::asleep;
        return;
      }
      return deliver();
    case Waiting::parse:
      return finish_parse(answer);
    case Waiting::unknown:
      return fail(std::exchange(unknown_, {}));
    case Waiting::scope:
      return finish_scope();
    case Waiting::asleep:
    case Waiting::none:
      return;
  }
}

void Executor::wake() {
  pausing_ = false;
  if (waiting_ != Waiting::asleep) return;
  waiting_ = Waiting::none;
  deliver();
}

bool Executor::cancel() {
  if (!std::exchange(pausing_, false)) return false;
  waiting_ = Waiting::none;
  request_.reset();
  fail(make_fields("ERROR", "57014", "canceling statement due to user request"));
  return true;
}

/// Of an error only how long the statement was let to take is known: a client that gave up has its
/// answer at once.
std::chrono::milliseconds Executor::time_to_sleep() const {
  if (described_ || portal_->offset > 0 || slept_) return std::chrono::milliseconds(0);
  const auto time = sleep_of(portal_->statement->parsed, portal_->parameters);
  if (time.count() == 0 || !portal_->image->is_error) return time;
  return std::min(time, time_of_setting(facts_settings_.value_or("statement_timeout", "")));
}

/// What was computed is there until it is sent: a cursor, a portal that is fetched in portions, and
/// one that waits, keep a copy. False where the octets are no image.
bool Executor::take_answer(const Answer& answer) {
  const auto is_kept = [this] {
    return cursor_ || delivery_.max_rows > 0 ||
           sleep_of(portal_->statement->parsed, portal_->parameters).count() > 0;
  };
  if (answer.grade != Grade::computed || !is_kept()) return portal_->answer_with(answer.image);
  portal_->own_image.assign(as_text(answer.image));
  return portal_->answer_with(as_bytes(portal_->own_image));
}

void Executor::reply(const Miss& miss) {
  const Waiting waited = std::exchange(waiting_, Waiting::none);
  if (waited == Waiting::unknown) return fail(std::exchange(unknown_, {}));
  // Whatever the answer to a COMMIT would have been: the transaction is over.
  if (waited == Waiting::control && plan_.control == Control::commit) end_refused_block();
  fail(make_fields("ERROR", miss_code, miss.summary, miss.detail, miss.hint));
}

/// Sends what `portal_` was answered with.
void Executor::deliver() {
  const Image& image = *portal_->image;
  if (described_) return deliver_description(image);
  if (cursor_) return deliver_cursor(image);
  if (image.is_error && portal_->offset == 0) return deliver_error(image);
  if (!check_told()) return;
  const bool announce = delivery_.announce != Announce::nothing && portal_->offset == 0;
  if (announce && image.returns_rows) {
    if (auto failure = send_description(*portal_, out_)) return miss(*failure);
  } else if (announce && delivery_.announce == Announce::rows_or_no_data) {
    encode_empty('n', out_.buffer());
  }
  const bool is_first = portal_->offset == 0;
  if (auto failure = send_rows(*portal_, delivery_.max_rows, out_))
    return field(*failure, 'C') == portal_over ? fail(*failure) : miss(*failure);
  apply_statuses(image);
  if (is_first) notify_as_called();
}

/// The rows stay with the cursor; the client is told that it is there.
void Executor::deliver_cursor(const Image& image) {
  if (image.is_error) return deliver_error(image);
  cursor_->own_image = std::move(portal_->own_image);
  cursor_->image = image;
  objects_.put_portal(cursor_name_, cursor_);
  tag_only("DECLARE", "DECLARE CURSOR");
}

/// The real server would refuse too: "cached plan must not change result type".
bool Executor::check_told() {
  ServedStatement& statement = *portal_->statement;
  if (!statement.was_told || delivery_.announce != Announce::nothing ||
      portal_->image->is_copy_out || portal_->offset > 0)
    return true;
  std::vector<Column> columns;
  const Bytes description = portal_->image->description;
  if (!description.empty() && !decode_row_description(description.subspan(5), columns)) return true;
  if (types_of(columns) == statement.told) return true;
  miss(make_fields(
      "ERROR", miss_code, "the recorded answer has other columns than those that were described",
      "Describe was answered from another recorded execution of the same statement.",
      "Record this statement with these values described, or use the simple protocol."));
  return false;
}

void Executor::deliver_error(const Image& image) {
  over_ = ends_connection(image);
  Fields error;
  if (delivery_.characters_before > 0 && decode_fields(image.tail.subspan(5), error)) {
    for (auto& [code, value] : error)
      if (code == 'P')
        value = std::to_string(std::atoll(value.c_str()) + delivery_.characters_before);
    out_.copy(image.notices);
    return fail(error);
  }
  if (delivery_.announce != Announce::nothing && image.returns_rows)
    (void)send_description(*portal_, out_);
  out_.borrow(image.notices_to_tail);
  apply_statuses(image);
  fail({});
}

/// An error of the statement under way; without fields where it was sent already.
void Executor::fail(const Fields& error) {
  if (!error.empty()) encode_fields('E', located(error), out_.buffer());
  failed_ = true;
  copying_in_ = false;
  copy_data_.clear();
  described_.reset();
  block_.on_error();
  if (portal_) portal_->done = true;
  if (block_.implicit()) ask_control(Control::rollback, {}, Waiting::undo_implicit);
}

void Executor::miss(std::string_view what, Fields error) {
  portal_ = std::make_shared<ServedPortal>();
  portal_->statement = prepare(what, {});
  miss(std::move(error));
}

void Executor::miss(Fields error) {
  unknown_ = std::move(error);
  const ServedStatement& statement = *portal_->statement;
  identity_writer_.write(statement.parsed, statement.types, portal_->parameters, unknown_prefix,
                         std::nullopt, {}, identity_);
  request_ = Request{identity_.canonical, identity_.qualifier, Control::none, {}, false};
  request_->computable = false;
  waiting_ = Waiting::unknown;
}

void Executor::apply_statuses(const Image& image) {
  Bytes rest = image.statuses;
  Frame frame;
  const Limits limits;
  while (cut_frame(rest, limits, frame) == FrameStatus::complete) {
    std::string name, value;
    if (decode_parameter_status(frame.body, name, value)) facts_settings_.set(name, value);
    rest = rest.subspan(frame.octets);
  }
}

/// With file, line and routine, where a recording tells them for errors of that code.
Fields Executor::located(Fields fields) const {
  const Document& profile = table_.profile();
  if (!profile.is_object() || !profile.contains("locations") || !field(fields, 'F').empty())
    return fields;
  const auto found = profile["locations"].find(std::string(field(fields, 'C')));
  if (found == profile["locations"].end() || !found->is_array() || found->size() != 3)
    return fields;
  static constexpr std::string_view codes = "FLR";
  for (std::size_t i = 0; i < codes.size(); ++i)
    fields.emplace_back(codes[i], octets_of((*found)[i]));
  return fields;
}

void Executor::complete(std::string_view what, StatementAnswer answer) {
  synthesised_ = what;
  portal_->answer_with(answer);
  cursor_.reset();
  deliver();
}

void Executor::tag_only(std::string_view what, std::string tag) {
  StatementAnswer answer;
  answer.tag = std::move(tag);
  complete(what, std::move(answer));
}

// --- transactions --------------------------------------------------------------------------------

void Executor::run_control() {
  plan_ = block_.plan(portal_->statement->verb, portal_->statement->text);
  if (plan_.error) return fail(*plan_.error);
  if (plan_.control != Control::none)
    return ask_control(plan_.control, plan_.control_name, Waiting::control);
  synthesised_ = "transaction control";
  carry_out();
}

void Executor::finish_control(const Answer& answer) {
  if (answer.image.empty() || plan_.control != Control::commit) return carry_out();
  const auto image = decode_image(answer.image);
  end_refused_block();
  over_ = image && image->is_error && ends_connection(*image);
  if (image && image->is_error) out_.borrow(image->notices_to_tail);
  fail(image && image->is_error
           ? Fields{}
           : make_fields("ERROR", "XX000", "the recorded answer to COMMIT is damaged"));
}

/// A COMMIT that failed: the transaction is over all the same.
void Executor::end_refused_block() {
  plan_.chain = false;
  has_queried_ = false;
  transaction_began_.reset();
  block_.carry_out(plan_);
  roll_back_transaction();
  objects_.on_transaction_end();
}

void Executor::carry_out() {
  const bool opened = plan_.into_block && !block_.implicit();
  block_.carry_out(plan_);
  if (opened || plan_.chain)
    transaction_began_ = wall_clock();
  else if (plan_.ends_block)
    transaction_began_.reset();
  if (plan_.ends_block) has_queried_ = false;
  if (opened) begin_transaction();
  if (plan_.into_block)
    if (const auto modes = parse_begin(portal_->statement->text, mode()))
      apply_set(*modes, true, facts_settings_);
  settle(plan_.control, plan_.savepoint);
  if (plan_.ends_block) objects_.on_transaction_end();
  StatementAnswer answer;
  answer.tag = plan_.tag;
  if (plan_.warning) answer.notices.push_back(located(*plan_.warning));
  portal_->answer_with(answer);
  deliver();
  if (!plan_.chain) return;
  begin_transaction();
  ask_control(Control::begin, {}, Waiting::chain);
}

// --- what others hear ----------------------------------------------------------------------------

/// SELECT pg_notify('jobs', $1): as NOTIFY, where it was called for a row.
void Executor::notify_as_called() {
  const ServedStatement& statement = *portal_->statement;
  if (portal_->image->row_count == 0) return;
  for (const PlainCall& call : plain_calls(statement.parsed, portal_->parameters, "pg_notify")) {
    if (call.size() == 2 && call[0] && call[1])
      notifications_.notify(*call[0], *call[1]);
    else
      note_ = "what pg_notify says here is no plain value: nobody who listens is told";
  }
}

std::optional<Notifications::Told> Executor::take_told() {
  if (!notifications_.has_told()) return std::nullopt;
  return notifications_.take_told();
}

void Executor::hear(const understudy::Delivery& delivery) {
  notifications_.hear(delivery);
  if (told_ready_ && block_.idle()) notifications_.tell(out_.buffer());
}

// --- the end of a transaction --------------------------------------------------------------------

void Executor::begin_transaction() {
  facts_settings_.begin();
  notifications_.begin();
}

void Executor::commit_transaction() {
  facts_settings_.commit();
  notifications_.commit();
}

void Executor::roll_back_transaction() {
  facts_settings_.rollback();
  notifications_.rollback();
}

void Executor::settle(Control control, std::size_t savepoint) {
  switch (control) {
    case Control::commit:
      return commit_transaction();
    case Control::rollback:
      return roll_back_transaction();
    case Control::savepoint:
      facts_settings_.savepoint();
      return notifications_.savepoint();
    case Control::release:
      facts_settings_.release(savepoint);
      return notifications_.release(savepoint);
    case Control::rollback_to:
      facts_settings_.rollback_to(savepoint);
      return notifications_.rollback_to(savepoint);
    default:
      return;
  }
}

void Executor::end_span() {
  if (block_.implicit()) return ask_control(Control::commit, {}, Waiting::close_span);
  ready();
}

void Executor::ready() {
  if (block_.idle()) objects_.on_transaction_end();
  for (const auto& [name, value] : facts_settings_.take_changes())
    encode_parameter_status(name, value, out_.buffer());
  if (block_.idle()) notifications_.tell(out_.buffer());
  encode_ready_for_query(block_.status(), out_.buffer());
  told_ready_ = true;
}

/// Asked for behind every answer, so the settings are read where they have changed alone.
std::chrono::milliseconds Executor::allowed_silence() {
  if (!told_ready_) return std::chrono::milliseconds(0);
  if (silence_version_ != facts_settings_.version()) {
    silence_version_ = facts_settings_.version();
    const auto time = [&](std::string_view name) {
      return time_of_setting(facts_settings_.value_or(name, ""));
    };
    silence_ = time("idle_session_timeout");
    silence_in_block_ = time("idle_in_transaction_session_timeout");
  }
  return block_.idle() ? silence_ : silence_in_block_;
}

Fields Executor::silence_error() const {
  if (block_.idle())
    return make_fields("FATAL", "57P05", "terminating connection due to idle-session timeout");
  return make_fields("FATAL", "25P03", "terminating connection due to idle-in-transaction timeout");
}

// --- Describe ------------------------------------------------------------------------------------

/// Nothing where only the answer itself could tell.
std::optional<std::vector<Column>> Executor::known_columns(const ServedStatement& statement) const {
  const ShapeVariant* variant =
      statement.shape ? choose_variant(*statement.shape, statement.parsed) : nullptr;
  std::vector<Column> columns;
  // It was only ever answered by errors, else it has rows that nobody asked for.
  if (variant == nullptr && statement.shape && !statement.shape->partial) return columns;
  if (variant == nullptr) return utility_columns(statement);
  const bool rows = variant->kind == ShapeKind::rows && variant->description.size() > 5;
  if (rows && !decode_row_description(as_bytes(variant->description).subspan(5), columns))
    return std::nullopt;
  return columns;
}

void Executor::send_known_columns(std::vector<Column> columns) {
  described_->was_told = true;
  described_->told = types_of(columns);
  if (columns.empty()) return encode_empty('n', out_.buffer());
  for (std::size_t i = 0; i < columns.size(); ++i)
    columns[i].format = format_at(portal_->formats, i);
  encode_row_description(columns, out_.buffer());
}

void Executor::send_parameter_description() {
  if (described_target_ != Target::statement) return;
  std::vector<Oid> types = described_->types;
  std::ranges::replace(types, oid::unspecified, oid::text);
  encode_parameter_description(types, out_.buffer());
}

void Executor::describe(std::shared_ptr<ServedStatement> statement, Target target,
                        const std::vector<Format>& formats) {
  portal_ = std::make_shared<ServedPortal>();
  portal_->statement = statement;
  portal_->parameters.resize(statement->types.size());
  portal_->formats = formats;
  described_ = std::move(statement);
  described_target_ = target;
  delivery_ = {};
  cursor_.reset();
  const bool may_fail =
      described_->shape && (described_->shape->describe_fails || described_->shape->never_parsed);
  auto columns = known_columns(*described_);
  if (columns && !may_fail) {
    send_parameter_description();
    send_known_columns(std::move(*columns));
    described_.reset();
    return;
  }
  if (may_fail) {
    ask_whether_it_fails(columns.has_value());
  } else {
    identity_writer_.write(described_->parsed, described_->types, portal_->parameters, {},
                           std::nullopt, session_part(*described_), identity_);
    request_ =
        Request{identity_.canonical, identity_.qualifier, Control::none, {}, columns.has_value()};
    // To be told of the columns must not carry out what has them.
    request_->session = session_facts();
    request_->describes = true;
    request_->computable = described_->verb.kind == sql::Kind::select;
  }
  waiting_ = Waiting::statement;
}

/// What an emulator tells of parameters that no recording shows.
void Executor::learn_types(const Image& image) {
  Frame frame;
  std::string name, value;
  if (cut_frame(image.statuses, Limits(), frame) != FrameStatus::complete ||
      !decode_parameter_status(frame.body, name, value) || name != slot_types_name)
    return;
  const auto slots = described_->parsed.slots();
  std::string_view rest = value;
  for (std::size_t i = 0; i < slots.size() && !rest.empty(); ++i) {
    Oid type = 0;
    std::from_chars(rest.data(), rest.data() + rest.size(), type);
    rest.remove_prefix(rest.find(' ') + 1);
    if (slots[i].parameter == sql::Statement::Slot::literal) continue;
    const auto parameter = static_cast<std::size_t>(slots[i].parameter);
    if (parameter < described_->types.size() && described_->types[parameter] == oid::unspecified)
      described_->types[parameter] = type;
  }
}

/// Of a statement that only the engine could tell about, or whose Describe may fail.
void Executor::deliver_description(const Image& image) {
  if (image.is_error) return deliver_error(image);
  learn_types(image);
  send_parameter_description();
  std::vector<Column> columns;
  if (image.returns_rows && !image.description.empty())
    (void)decode_row_description(image.description.subspan(5), columns);
  send_known_columns(std::move(columns));
  described_.reset();
}

}  // namespace understudy::postgres
