// What the server answers by itself: statements about the connection's own
// objects and settings, the pack, the opening of a COPY.
#include <fmt/format.h>

#include <algorithm>

#include "protocols/postgres/clock.hpp"
#include "protocols/postgres/executor.hpp"

namespace understudy::postgres {
namespace {

Fields no_such_statement(const std::string& name) {
  return make_fields("ERROR", "26000",
                     fmt::format("prepared statement \"{}\" does not exist", name));
}

Fields no_such_cursor(const std::string& name) {
  return make_fields("ERROR", "34000", fmt::format("cursor \"{}\" does not exist", name));
}

}  // namespace

void Executor::run_utility(sql::Kind kind) {
  switch (kind) {
    case sql::Kind::prepare:
      return run_prepare();
    case sql::Kind::execute:
      return run_execute();
    case sql::Kind::declare_cursor:
      return run_declare();
    case sql::Kind::fetch:
      return run_fetch();
    case sql::Kind::close_cursor:
      return run_close();
    case sql::Kind::deallocate:
      return run_deallocate();
    case sql::Kind::copy:
      return run_copy();
    case sql::Kind::set:
    case sql::Kind::reset:
      if (const auto set = parse_set(portal_->statement->text, mode()); set && names_scope(*set))
        return enter_scope(*set);
      return ask_statement(true);
    case sql::Kind::show:
    case sql::Kind::discard:
    case sql::Kind::listen:
    case sql::Kind::unlisten:
    case sql::Kind::notify:
      return ask_statement(true);
    default:
      return run_default();
  }
}

/// What is looked up, unless it is about scopes.
void Executor::run_default() {
  const ServedStatement& statement = *portal_->statement;
  if (const auto scope = sql::parse_scope_statement(statement.text, mode()))
    return run_scope(*scope);
  auto config = parse_set_config(statement.text, mode());
  if (config) fill_in(*config, portal_->parameters);
  if (config && names_scope(*config)) return enter_scope(*config);
  const bool may_show_clock = !statement.shape || statement.shape->clock;
  if (may_show_clock && parse_clock_query(statement.text, mode()) &&
      facts_settings_.value_or("DateStyle", "ISO").starts_with("ISO"))
    return ask_statement(true);  // a rule may answer it
  ask_statement(config || pack_answer(statement.parsed.pattern(), facts_));
}

/// The table holds nothing of the statement under way: it is the connection's own business.
void Executor::synthesise() {
  if (described_) {
    send_parameter_description();
    send_known_columns(known_columns(*described_).value_or(std::vector<Column>{}));
    return described_.reset();
  }
  const ServedStatement& statement = *portal_->statement;
  switch (statement.verb.kind) {
    case sql::Kind::set:
    case sql::Kind::reset:
      if (const auto set = parse_set(statement.text, mode())) return run_set(*set);
      return tag_only("SET", is_set_constraints(statement.text, mode()) ? "SET CONSTRAINTS"
                             : statement.verb.kind == sql::Kind::set    ? "SET"
                                                                        : "RESET");
    case sql::Kind::show:
      return run_show();
    case sql::Kind::discard:
      return run_discard();
    case sql::Kind::listen:
      notifications_.listen(statement.verb.name);
      return tag_only("LISTEN", "LISTEN");
    case sql::Kind::unlisten:
      if (statement.verb.name.empty())
        notifications_.unlisten_all();
      else
        notifications_.unlisten(statement.verb.name);
      return tag_only("UNLISTEN", "UNLISTEN");
    case sql::Kind::notify:
      notifications_.notify(statement.verb.name, payload_of_notify(statement.text, mode()));
      return tag_only("NOTIFY", "NOTIFY");
    case sql::Kind::copy:
      return fail(std::exchange(copy_error_, {}));
    case sql::Kind::fetch: {
      const auto fetch = parse_fetch(statement.text, mode());
      return fail(no_such_cursor(fetch ? fetch->name : statement.verb.name));
    }
    default:
      break;
  }
  if (auto config = parse_set_config(statement.text, mode())) {
    fill_in(*config, portal_->parameters);
    apply_set(*config, !block_.idle() || block_.implicit(), facts_settings_);
    return complete("set_config", single_value("set_config", config->value));
  }
  if (answer_by_clock()) return;
  if (auto answer = pack_answer(statement.parsed.pattern(), facts_))
    return complete("start-up question", std::move(*answer));
  miss(make_fields("ERROR", "XX000", "understudy has no answer of its own to this statement"));
}

/// Where the statement shows nothing but the clock: with the time of this run.
bool Executor::answer_by_clock() {
  const auto clock = parse_clock_query(portal_->statement->text, mode());
  if (!clock) return false;
  const Microseconds now = wall_clock();
  const ClockTimes times{transaction_began_.value_or(now), now, now};
  auto answer = clock_answer(*clock, times, facts_settings_.value_or("TimeZone", "UTC"));
  if (answer)
    complete("clock", std::move(*answer));
  else
    miss(make_fields("ERROR", miss_code,
                     fmt::format("understudy does not know the time zone \"{}\"",
                                 facts_settings_.value_or("TimeZone", "")),
                     "The query shows the clock in it.", "Install tzdata, or set a zone of it."));
  return true;
}

// --- prepared statements -------------------------------------------------------------------------

void Executor::run_prepare() {
  const auto prepare = parse_prepare(portal_->statement->text, mode());
  if (!prepare)
    return ask_statement(false);  // PREPARE TRANSACTION, or what only the table can know
  if (objects_.statement(prepare->name))
    return fail(make_fields(
        "ERROR", "42P05", fmt::format("prepared statement \"{}\" already exists", prepare->name)));
  delivery_.characters_before += characters_in(before(portal_->statement->text, prepare->query));
  parse(prepare->name, this->prepare(prepare->query, prepare->types), "PREPARE");
}

void Executor::run_execute() {
  const auto execute = parse_execute(portal_->statement->text, mode());
  if (!execute) return ask_statement(false);
  const auto prepared = objects_.statement(execute->name);
  if (!prepared) return fail(no_such_statement(execute->name));
  if (execute->arguments.size() != prepared->parsed.parameter_count())
    return fail(make_fields(
        "ERROR", "42601",
        fmt::format("wrong number of parameters for prepared statement \"{}\"", execute->name),
        fmt::format("Expected {} parameters but got {}.", prepared->parsed.parameter_count(),
                    execute->arguments.size())));
  portal_->parameters = execute->arguments;
  hide(*prepared, portal_->parameters);
  auto resolved = std::make_shared<ServedStatement>(*prepared);
  resolved->was_told = false;
  for (std::size_t i = 0; i < execute->types.size() && i < resolved->types.size(); ++i)
    if (resolved->types[i] == oid::unspecified) resolved->types[i] = execute->types[i];
  portal_->statement = std::move(resolved);
  run_utility(portal_->statement->verb.kind == sql::Kind::execute ? sql::Kind::unknown
                                                                  : portal_->statement->verb.kind);
}

void Executor::run_deallocate() {
  const auto name = parse_last_name(portal_->statement->text, mode());
  if (!name) {
    objects_.drop_statements();
    return tag_only("DEALLOCATE", "DEALLOCATE ALL");
  }
  if (!objects_.drop_statement(*name)) return fail(no_such_statement(*name));
  tag_only("DEALLOCATE", "DEALLOCATE");
}

void Executor::run_discard() {
  std::string what = portal_->statement->text;
  std::ranges::transform(what, what.begin(), [](char c) {
    return static_cast<char>(c >= 'a' && c <= 'z' ? c & ~0x20 : c);
  });
  const auto names = [&](std::string_view word) { return what.find(word) != std::string::npos; };
  if (names("ALL")) {
    if (!block_.idle() || block_.implicit())
      return fail(
          make_fields("ERROR", "25001", "DISCARD ALL cannot run inside a transaction block"));
    objects_.drop_statements();
    objects_.drop_portals();
    facts_settings_.discard_all();
    notifications_.unlisten_all();
    return tag_only("DISCARD", "DISCARD ALL");
  }
  if (names("TEMP")) facts_settings_.drop_temporary();
  tag_only("DISCARD", names("TEMP")        ? "DISCARD TEMP"
                      : names("SEQUENCES") ? "DISCARD SEQUENCES"
                                           : "DISCARD PLANS");
}

// --- cursors -------------------------------------------------------------------------------------

/// A cursor is answered like the query it runs over, and keeps the rows.
void Executor::run_declare() {
  const auto declare = parse_declare(portal_->statement->text, mode());
  if (!declare) return ask_statement(false);
  if (block_.idle() && !block_.implicit() && !declare->holdable)
    return fail(
        make_fields("ERROR", "25P01", "DECLARE CURSOR can only be used in transaction blocks"));
  if (objects_.portal(declare->name))
    return fail(
        make_fields("ERROR", "42P03", fmt::format("cursor \"{}\" already exists", declare->name)));
  auto cursor = std::make_shared<ServedPortal>();
  cursor->statement = prepare(declare->query, {});
  cursor->holdable = declare->holdable;
  cursor->scroll = declare->scroll;
  if (declare->binary) cursor->formats = {Format::binary};
  cursor->parameters = portal_->parameters;
  delivery_.characters_before += characters_in(before(portal_->statement->text, declare->query));
  cursor_ = std::move(cursor);
  cursor_name_ = declare->name;
  auto statement = cursor_->statement;
  portal_->statement = std::move(statement);
  // A cursor may have been recorded with rows left: then that is what is known of the query.
  delivery_.max_rows = 1;
  ask_statement(false);
  delivery_.max_rows = 0;
}

void Executor::run_fetch() {
  const auto fetch = parse_fetch(portal_->statement->text, mode());
  if (!fetch) return ask_statement(false);
  const auto cursor = objects_.portal(fetch->name);
  if (!cursor || !cursor->image) return ask_statement(true);  // perhaps one that a function opened
  portal_->formats = cursor->formats.empty() ? portal_->formats : cursor->formats;
  if (fetch_as_recorded(*cursor, movement_of(*fetch))) return;
  SendFailure failure;
  StatementAnswer answer = fetch_rows(*cursor, *fetch, failure);
  if (failure) return miss(*failure);
  complete(fetch->move ? "MOVE" : "FETCH", std::move(answer));
}

/// While a client does with a cursor what was done with it in the recording: what the server said.
bool Executor::fetch_as_recorded(ServedPortal& cursor, std::string_view movement) {
  if (!cursor.steps_ahead) cursor.steps_ahead = cursor.image->steps;
  Bytes& ahead = *cursor.steps_ahead;
  const Bytes image = take_step(ahead, movement);
  if (image.empty()) ahead = {};
  if (image.empty()) return false;
  cursor.follows_recording = true;
  synthesised_ = "FETCH";
  cursor_.reset();
  portal_->own_image.assign(as_text(image));
  if (portal_->answer_with(as_bytes(portal_->own_image)))
    deliver();
  else
    fail(make_fields("ERROR", "XX000", "the table's image of this answer is damaged"));
  return true;
}

namespace {

SendFailure not_moved_so() {
  return make_fields(
      "ERROR", miss_code,
      "understudy does not know this cursor's rows from here: it was moved otherwise "
      "when it was recorded",
      "", "Record this flow too, or declare the cursor with SCROLL.");
}

/// Whether a cursor at row `at` goes back.
bool goes_back(const FetchStatement& fetch, std::int64_t at, std::int64_t last) {
  switch (fetch.kind) {
    case FetchKind::forward:
      return false;
    case FetchKind::backward:
      return fetch.count > 0;
    case FetchKind::relative:
      return fetch.count < 0;
    case FetchKind::absolute:
      return (fetch.count < 0 ? last + 1 + fetch.count : fetch.count) < at;
  }
  return true;
}

}  // namespace

StatementAnswer Executor::fetch_rows(ServedPortal& cursor, const FetchStatement& fetch,
                                     SendFailure& failure) {
  const std::vector<Row> rows = rows_of(*cursor.image);
  const auto last = static_cast<std::int64_t>(rows.size());
  StatementAnswer answer;
  if (!cursor.image->description.empty())
    (void)decode_row_description(cursor.image->description.subspan(5), answer.columns);
  std::int64_t& at = cursor.cursor_row;
  // Where it ends is not known, and so is what is counted from there. Back goes what was declared
  // so; else it depends on the server's plan.
  const bool from_end = fetch.kind == FetchKind::absolute && fetch.count < 0;
  if (cursor.follows_recording || (from_end && cursor.image->is_partial) ||
      (!cursor.scroll && goes_back(fetch, at, last)))
    return failure = not_moved_so(), answer;
  const auto take = [&](std::int64_t row) {
    if (row >= 1 && row <= last) answer.rows.push_back(rows[static_cast<std::size_t>(row - 1)]);
  };
  if (fetch.kind == FetchKind::absolute || fetch.kind == FetchKind::relative) {
    std::int64_t row = fetch.kind == FetchKind::relative ? at + fetch.count : fetch.count;
    if (fetch.kind == FetchKind::absolute && fetch.count < 0) row = last + 1 + fetch.count;
    at = std::clamp<std::int64_t>(row, 0, last + 1);
    take(at);
  } else if (fetch.count == 0) {
    take(at);
  } else {
    const std::int64_t step = fetch.kind == FetchKind::forward ? 1 : -1;
    for (std::int64_t i = 0; i < fetch.count && at + step >= 0 && at + step <= last + 1 &&
                             (step > 0 ? at <= last : at >= 1);
         ++i) {
      at += step;
      if (at < 1 || at > last) break;
      take(at);
    }
  }
  if (at > last && cursor.image->is_partial)
    failure = make_fields(
        "ERROR", "UX404",
        "understudy has no more rows of this cursor: they were not fetched when it was recorded",
        "", "Record again with all rows fetched.");
  const std::size_t count = answer.rows.size();
  answer.returns_rows = !fetch.move;
  if (fetch.move) answer.rows.clear();
  answer.tag = fmt::format("{} {}", fetch.move ? "MOVE" : "FETCH", count);
  return answer;
}

void Executor::run_close() {
  const auto name = parse_last_name(portal_->statement->text, mode());
  if (!name) {
    objects_.drop_portals();
    return tag_only("CLOSE", "CLOSE CURSOR ALL");
  }
  if (!objects_.drop_portal(*name)) return fail(no_such_cursor(*name));
  tag_only("CLOSE", "CLOSE CURSOR");
}

// --- settings ------------------------------------------------------------------------------------

void Executor::run_set(const SetStatement& set) {
  const bool reset = portal_->statement->verb.kind == sql::Kind::reset;
  StatementAnswer answer;
  answer.tag = reset ? "RESET" : "SET";
  const bool in_transaction = !block_.idle() || block_.implicit();
  if (set.local && !in_transaction) {
    const std::string_view what =
        set.name.starts_with("transaction_") ? "SET TRANSACTION" : "SET LOCAL";
    answer.notices.push_back(located(make_fields(
        "WARNING", "25P01", fmt::format("{} can only be used in transaction blocks", what))));
  }
  if (auto late = too_late_to_set(set)) return fail(*std::move(late));
  apply_set(set, in_transaction, facts_settings_, learned_value(set.name));
  complete("SET", std::move(answer));
}

/// What a transaction is can only be said before its first query, and not in a part of it.
std::optional<Fields> Executor::too_late_to_set(const SetStatement& set) const {
  if (block_.idle() && !block_.implicit()) return std::nullopt;
  const bool isolation = set.name == "transaction_isolation";
  const bool writable = (set.name == "transaction_read_only" ? set.value : set.read_only) == "off";
  if (isolation && set.value != shown(set.name)) {
    constexpr std::string_view what = "SET TRANSACTION ISOLATION LEVEL must ";
    if (has_queried_)
      return make_fields("ERROR", "25001", fmt::format("{}be called before any query", what));
    if (block_.nested())
      return make_fields("ERROR", "25001",
                         fmt::format("{}not be called in a subtransaction", what));
  }
  if (set.name.starts_with("transaction_") && writable && shown("transaction_read_only") == "on") {
    if (block_.nested())
      return make_fields("ERROR", "25001",
                         "cannot set transaction read-write mode inside a read-only transaction");
    if (has_queried_)
      return make_fields("ERROR", "25001",
                         "transaction read-write mode must be set before any query");
  }
  return std::nullopt;
}

/// How the real server spelled the value of the SET under way, where that was recorded. What it
/// told besides, that the new role is no superuser, say, becomes so.
std::optional<std::string> Executor::learned_value(std::string_view name) {
  const auto learned = table_.shape(set_key(portal_->statement->parsed.pattern()));
  if (!learned) return std::nullopt;
  std::optional<std::string> value;
  ByteReader reader(*learned);
  while (reader.remaining() > 0) {
    const std::string told(as_text(reader.until(0)));
    const std::string_view spelled = as_text(reader.until(0));
    if (reader.failed()) break;
    if (told == display_name(name))
      value = std::string(spelled);
    else
      facts_settings_.set(told, spelled);
  }
  return value;
}

/// How the server shows a value that this connection has given to a setting.
std::optional<std::string> Executor::spelled(std::string_view name,
                                             const std::string& value) const {
  const Document& profile = table_.profile();
  const std::string key(name);
  if (profile.is_object() && profile.contains("shown") && profile["shown"].contains(key))
    if (const auto found = profile["shown"][key].find(value); found != profile["shown"][key].end())
      return octets_of(*found);
  if (is_spelled_as_set(name)) return value;
  return std::nullopt;
}

/// What SHOW answers, as far as that is known: as set on this connection, else as recorded, else
/// as a server is installed.
std::optional<std::string> Executor::shown(std::string_view name) const {
  if (name == scope_setting) return scope_;
  if (const auto value = facts_settings_.value(name)) return spelled(name, *value);
  // Outside of a transaction that says otherwise it is that of the next one.
  if (name == "transaction_isolation" || name == "transaction_read_only")
    return shown(fmt::format("default_{}", name));
  const Document& profile = table_.profile();
  if (profile.is_object() && profile.contains("settings"))
    if (const auto found = profile["settings"].find(std::string(name));
        found != profile["settings"].end())
      return octets_of(*found);
  if (name == "server_version_num")
    return version_number(facts_settings_.value_or("server_version", ""));
  const std::string_view value = default_setting(name);
  if (value.empty()) return std::nullopt;
  return std::string(value);
}

void Executor::run_show() {
  const std::string name = parse_show(portal_->statement->text, mode());
  const auto value = shown(name);
  if (value) return complete("SHOW", single_value(display_name(name), *value, oid::text, "SHOW"));
  miss(make_fields("ERROR", "UX404",
                   fmt::format("understudy does not know the value of \"{}\"", name),
                   "No recording shows it, and this connection has not set it.",
                   "Record a connection that asks for it, or write a rule."));
}

std::optional<std::vector<Column>> Executor::utility_columns(
    const ServedStatement& statement) const {
  switch (statement.verb.kind) {
    case sql::Kind::show:
      return single_value(display_name(parse_show(statement.text, mode())), "").columns;
    case sql::Kind::fetch: {
      const auto fetch = parse_fetch(statement.text, mode());
      const auto cursor = fetch && !fetch->move ? objects_.portal(fetch->name) : nullptr;
      std::vector<Column> columns;
      if (cursor && cursor->image && !cursor->image->description.empty())
        (void)decode_row_description(cursor->image->description.subspan(5), columns);
      return columns;
    }
    case sql::Kind::begin:
    case sql::Kind::commit:
    case sql::Kind::rollback:
    case sql::Kind::savepoint:
    case sql::Kind::release:
    case sql::Kind::rollback_to:
    case sql::Kind::set:
    case sql::Kind::reset:
    case sql::Kind::discard:
    case sql::Kind::prepare:
    case sql::Kind::deallocate:
    case sql::Kind::declare_cursor:
    case sql::Kind::close_cursor:
    case sql::Kind::listen:
    case sql::Kind::unlisten:
    case sql::Kind::notify:
    case sql::Kind::copy:
    case sql::Kind::empty:
      return std::vector<Column>{};
    default:
      break;
  }
  if (const auto scope = sql::parse_scope_statement(statement.text, mode()))
    return single_value(scope->column, "").columns;
  if (const auto answer = pack_answer(statement.parsed.pattern(), facts_)) return answer->columns;
  if (const auto clock = parse_clock_query(statement.text, mode())) return columns_of(*clock);
  if (parse_set_config(statement.text, mode())) return single_value("set_config", "").columns;
  return std::nullopt;
}

// --- COPY ----------------------------------------------------------------------------------------

/// COPY … FROM STDIN is asked for when its data has come: they are part of the request.
void Executor::run_copy() {
  const ServedStatement& statement = *portal_->statement;
  const ShapeVariant* variant =
      statement.shape ? choose_variant(*statement.shape, statement.parsed) : nullptr;
  if (variant != nullptr && variant->kind == ShapeKind::copy_in) return start_copy_in(*variant);
  ask_statement(false);
}

void Executor::start_copy_in(const ShapeVariant& variant) {
  copying_in_ = true;
  copy_data_.clear();
  out_.copy(as_bytes(variant.description));
}

void Executor::copy_done() {
  if (copy_data_.ends_with("\\.\n") &&
      (copy_data_.size() == 3 || copy_data_[copy_data_.size() - 4] == '\n'))
    copy_data_.resize(copy_data_.size() - 3);
  ask_statement(false);
}

void Executor::copy_fail(std::string_view reason) {
  copy_failure_ = reason;
  copy_error_ = make_fields("ERROR", "57014", fmt::format("COPY from stdin failed: {}", reason));
  ask_statement(true);
}

}  // namespace understudy::postgres
