#include "protocols/postgres/recording.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/postgres/redact.hpp"
#include "protocols/postgres/transaction.hpp"
#include "protocols/postgres/utility.hpp"
#include "protocols/postgres/watched.hpp"

namespace understudy::postgres {
namespace {

bool may_write(sql::Kind kind) noexcept {
  switch (kind) {
    case sql::Kind::empty:
    case sql::Kind::select:
    case sql::Kind::show:
    case sql::Kind::explain:
    case sql::Kind::fetch:
      return false;
    default:
      return true;
  }
}

Answered implicit_control(const char* sql, Moment at) {
  Answered answered;
  answered.request.sql = sql;
  answered.request.implicit = true;
  answered.answer.tag = sql;
  answered.began = answered.ended = at;
  return answered;
}

}  // namespace

/// Secrets end here: what came before was kept in memory only.
Exchange Recording::exchange_of(Answered answered) const {
  const std::string sql = answered.request.sql;
  const FoundSecrets found = replace_secrets(answered.request, secrets_);
  replace_secrets(sql, found, answered.answer, secrets_);
  return {document_of_request(answered.request), document_of_answer(answered.answer),
          answered.began, answered.ended};
}

void Recording::add(Answered answered) {
  const bool failed = answered.answer.error.has_value();
  if (answered.place == 0) answered.place = place();
  set_time(answered);
  const sql::Verb verb = sql::verb_of(answered.request.sql, sql_mode());
  span_has_control_ |= is_transaction_control(verb.kind);
  span_failed_ |= failed;
  span_wrote_ |= !failed && may_write(verb.kind);
  switch (verb.kind) {
    case sql::Kind::prepare:
      return prepare(std::move(answered));
    case sql::Kind::execute:
      resolve_execute(answered.request);
      return push(std::move(answered));
    case sql::Kind::declare_cursor:
      return declare(std::move(answered));
    case sql::Kind::fetch:
      if (!fetch(answered)) push(std::move(answered));
      return;
    case sql::Kind::close_cursor:
      close_cursor(answered);
      return push(std::move(answered));
    default:
      return push(std::move(answered));
  }
}

/// What a connection sends in one go is still done one after the other.
void Recording::set_time(Answered& answered) {
  if (answered.ended.tick < last_ended_.tick) {
    if (answered.began.tick > answered.ended.tick) answered.began = answered.ended;
    return;
  }
  if (answered.began.tick < last_ended_.tick) answered.began = last_ended_;
  last_ended_ = answered.ended;
}

/// One that failed is as a Parse that failed: nothing but the query matters.
void Recording::prepare(Answered answered) {
  const auto prepare = parse_prepare(answered.request.sql, sql_mode());
  if (prepare && answered.answer.error && !is_protocol_error(*answered.answer.error)) {
    shift_position(*answered.answer.error,
                   -characters_in(before(answered.request.sql, prepare->query)));
    answered.request.types = prepare->types;
    answered.request.sql = std::string(prepare->query);
    answered.request.describe = true;
  } else if (prepare && !answered.answer.error) {
    prepared_[prepare->name] = {std::string(prepare->query), prepare->types};
  }
  push(std::move(answered));
}

void Recording::resolve_execute(StatementRequest& request) const {
  const auto execute = parse_execute(request.sql, sql_mode());
  if (!execute) return;
  const auto found = prepared_.find(execute->name);
  if (found == prepared_.end()) return;
  request.sql = found->second.sql;
  request.parameters = execute->arguments;
  request.types = execute->types;
  for (std::size_t i = 0; i < found->second.types.size() && i < request.types.size(); ++i)
    if (found->second.types[i] != oid::unspecified) request.types[i] = found->second.types[i];
}

void Recording::declare(Answered answered) {
  const auto declared = parse_declare(answered.request.sql, sql_mode());
  if (!declared) return push(std::move(answered));
  // An error's position counts in the query, however the cursor around it was spelled.
  if (answered.answer.error)
    shift_position(*answered.answer.error,
                   -characters_in(before(answered.request.sql, declared->query)));
  answered.request.sql = std::string(declared->query);
  if (answered.answer.error) return push(std::move(answered));
  Cursor cursor;
  cursor.holdable = declared->holdable;
  cursor.answered = std::move(answered);
  cursor.answered.answer.tag.clear();
  cursors_.insert_or_assign(declared->name, std::move(cursor));
}

/// What is fetched forward gathers as the rows of the cursor's query. Of a cursor that is moved
/// otherwise the steps count, each with its answer.
bool Recording::fetch(const Answered& answered) {
  const auto fetch = parse_fetch(answered.request.sql, sql_mode());
  const auto found = fetch ? cursors_.find(fetch->name) : cursors_.end();
  if (found == cursors_.end()) return false;
  Cursor& cursor = found->second;
  const bool forward = !fetch->move && fetch->kind == FetchKind::forward && fetch->count != 0;
  const bool as_before =
      !cursor.fetched || cursor.answered.answer.columns == answered.answer.columns;
  if (!forward || answered.answer.error || !as_before) begin_steps(cursor);
  StatementAnswer& whole = cursor.answered.answer;
  if (!whole.returns_rows && answered.answer.returns_rows) {
    whole.returns_rows = true;
    whole.columns = answered.answer.columns;
  }
  if (cursor.scrolled) {
    whole.steps.push_back({movement_of(*fetch), answered.answer});
    return true;
  }
  whole.rows.insert(whole.rows.end(), answered.answer.rows.begin(), answered.answer.rows.end());
  cursor.fetched = true;
  cursor.forward.push_back({movement_of(*fetch), answered.answer.rows.size(), answered.answer.tag});
  const auto asked = static_cast<std::uint64_t>(fetch->count);
  cursor.exhausted |= fetch->count == FetchStatement::all || answered.answer.rows.size() < asked;
  return true;
}

/// What was fetched up to now becomes steps.
void Recording::begin_steps(Cursor& cursor) {
  if (std::exchange(cursor.scrolled, true)) return;
  StatementAnswer& whole = cursor.answered.answer;
  auto row = whole.rows.begin();
  for (const Cursor::Forward& done : cursor.forward) {
    StatementAnswer answer;
    answer.returns_rows = true;
    answer.columns = whole.columns;
    answer.rows.assign(row, row + static_cast<std::ptrdiff_t>(done.rows));
    answer.tag = done.tag;
    row += static_cast<std::ptrdiff_t>(done.rows);
    whole.steps.push_back({done.movement, std::move(answer)});
  }
}

void Recording::close_cursor(const Answered& answered) {
  if (answered.answer.error) return;
  const auto name = parse_last_name(answered.request.sql, sql_mode());
  if (!name) return flush_cursors(true);
  const auto found = cursors_.find(*name);
  if (found == cursors_.end()) return;
  flush_cursor(found->second);
  cursors_.erase(found);
}

void Recording::flush_cursor(Cursor& cursor) {
  Answered answered = std::move(cursor.answered);
  answered.request.partial = answered.answer.partial = !cursor.exhausted;
  answered.answer.tag = fmt::format("SELECT {}", answered.answer.rows.size());
  push(std::move(answered));
}

void Recording::flush_cursors(bool all) {
  for (auto& [name, cursor] : cursors_)
    if (all || !cursor.holdable) flush_cursor(cursor);
  std::erase_if(cursors_, [&](const auto& entry) { return all || !entry.second.holdable; });
}

void Recording::push(Answered answered) {
  span_.push_back(std::move(answered));
}

void Recording::parameter_changed(const std::string& name, const std::string& value) {
  if (!span_.empty()) span_.back().answer.parameters.emplace_back(name, value);
}

void Recording::ready(char status) {
  if (status == 'I') flush_cursors(false);
  if (status == 'I') undo_span();
  flush_span();
  status_ = status;
}

/// An error undid what the statements before it did, and no BEGIN or ROLLBACK tells of it.
void Recording::undo_span() {
  if (status_ != 'I' || !span_failed_ || !span_wrote_ || span_has_control_) return;
  Answered begin = implicit_control("BEGIN", span_.front().began);
  Answered rollback = implicit_control("ROLLBACK", span_.back().ended);
  rollback.place = place();
  span_.insert(span_.begin(), std::move(begin));
  span_.push_back(std::move(rollback));
}

void Recording::flush_span() {
  std::ranges::stable_sort(span_, {}, &Answered::place);
  for (Answered& answered : span_) queue_.tell(exchange_of(std::move(answered)));
  span_.clear();
  span_has_control_ = span_failed_ = span_wrote_ = false;
}

void Recording::finish() {
  flush_cursors(true);
  undo_span();
  flush_span();
}

void Recording::refused(Answered answered) {
  queue_.tell(exchange_of(std::move(answered)));
}

}  // namespace understudy::postgres
