#include "protocols/sql/emulator/emulator.hpp"

#include <algorithm>
#include <utility>

#include "protocols/sql/emulator/contents_behind.hpp"
#include "protocols/sql/emulator/defining.hpp"
#include "protocols/sql/facts/relation_order.hpp"

namespace understudy::sql::emulator {

namespace {

/// Whether a common table of it changes something, of which its tag does not tell.
bool changes_in_commons(const tree::Statement& statement) {
  const auto* insert = statement.as<tree::Insert>();
  const auto* update = statement.as<tree::Update>();
  const auto* remove = statement.as<tree::Delete>();
  const auto* query = statement.as<tree::Query>();
  const tree::With* const with = insert != nullptr   ? &insert->with
                                 : update != nullptr ? &update->with
                                 : remove != nullptr ? &remove->with
                                 : query != nullptr  ? &query->with
                                                     : nullptr;
  return with != nullptr && std::ranges::any_of(with->tables, [](const tree::CommonTable& each) {
           return each.statement->as<tree::Query>() == nullptr;
         });
}

/// Whether it may take numbers of sequences by putting rows in.
bool may_insert(const tree::Statement& statement) {
  return statement.as<tree::Insert>() != nullptr || statement.as<tree::Merge>() != nullptr ||
         changes_in_commons(statement);
}

void add_tables(const Plan& plan, std::set<std::string>& keys) {
  keys.insert(plan.reads.begin(), plan.reads.end());
  if (!plan.target.empty()) keys.insert(plan.target);
  for (const Plan& each : plan.sources) add_tables(each, keys);
  for (const Plan& each : plan.commons) add_tables(each, keys);
}

/// Those of the plan's tables with cells that may be hidden.
std::vector<std::string> tables_that_hide(const Plan& plan, const contents::TableBook& book) {
  std::set<std::string> keys;
  add_tables(plan, keys);
  std::vector<std::string> hiding;
  for (const std::string& key : keys)
    if (const auto found = book.tables.find(key);
        found != book.tables.end() && !found->second.partial.empty())
      hiding.push_back(key);
  return hiding;
}

}  // namespace

// ---- knowledge ----

void SqlEmulator::begin_recording() {
  contents_.reset();  // transactions of another recording
  clear(nullptr);
}

void SqlEmulator::begin_held_recording() {
  contents_.reset();
  clear(start_.get());
}

std::string SqlEmulator::contents() const {
  return start_ ? std::string(start_->contents.image->octets()) : std::string();
}

void SqlEmulator::read_knowledge(const Document& knowledge) {
  if (!knowledge.is_object()) return;
  if (knowledge.contains("pinned"))
    for (const Document& each : knowledge["pinned"]) pinned_.insert(octets_of(each));
  locks_ = knowledge.contains("locks");
  knows_errors_ = knowledge.contains("errors");
  if (knowledge.contains("denied"))
    for (const Document& each : knowledge["denied"]) denied_.insert(octets_of(each));
  if (knowledge.contains("answers")) known_answers_.read(knowledge["answers"]);
  if (knowledge.contains("start")) start_document_ = &knowledge["start"];
}

void SqlEmulator::use_contents(Bytes octets) {
  if (start_document_ == nullptr) return;
  begin_with(read_start(*start_document_, octets));
  clear(start_.get());
}

void SqlEmulator::begin_with(std::shared_ptr<const Start> start) {
  start_ = std::move(start);
  if (!start_) return;
  knows_errors_ = knows_errors_ || start_->knows_errors;
  note_start(*start_);
}

std::vector<HeldState> SqlEmulator::hold(const Held& held) {
  std::vector<HeldState> states;
  begin_with(make_start(held, states));
  if (!start_)
    for (const HeldTable& table : held.rows.tables)
      states.push_back({table.name, "the catalogue has what is not understood"});
  return states;
}

Document SqlEmulator::knowledge() const {
  Document knowledge = Document::object();
  for (const std::string& each : pinned_) knowledge["pinned"].push_back(document_of(each));
  if (locks_) knowledge["locks"] = true;
  if (knows_errors_) knowledge["errors"] = true;
  for (const std::string& each : denied_) knowledge["denied"].push_back(document_of(each));
  if (Document answers = known_answers_.document(); !answers.empty())
    knowledge["answers"] = std::move(answers);
  if (start_) knowledge["start"] = start_->document;
  return knowledge;
}

std::set<std::string> SqlEmulator::numbered() const {
  std::set<std::string> tables;
  for (const auto& [key, computed] : numbered_)
    if (computed) tables.insert(key);
  return tables;
}

/// Of an insert that took effect.
void SqlEmulator::note_numbers(const SqlRequest& request, bool computed) {
  if (!recording_ || !may_insert(statements_->tree_of(request.pattern))) return;
  for (const std::string& key : may_write(request).tables) {
    bool& all = numbered_.try_emplace(key, true).first->second;
    all = all && computed;
  }
}

void SqlEmulator::clear(const Start* start) {
  using sql::contents::Contents;
  const std::unique_ptr<Contents> before = std::move(contents_);
  contents_ = start != nullptr ? std::make_unique<Contents>(start->contents, functions())
                               : std::make_unique<Contents>(functions());
  statements_.emplace(rules(), dialect(), start != nullptr ? start->catalog : Catalog(dialect()));
  depended_ = start != nullptr ? start->depended : Depended();
  note_cleared(start);
  if (before) contents_->take_open_of(*before);
  for (const std::string& key : denied_) contents_->forget_whether(key);
}

void SqlEmulator::note_words(bool same) {
  other_words_ = other_words_ || !same;
  knows_errors_ = !other_words_;
}

void SqlEmulator::pin(const SqlRequest& request) {
  why_not_ = "it was answered otherwise once";
  disagrees_ = true;
  if (recording_) pinned_.emplace(request.pattern);
}

void SqlEmulator::control(Control control, std::string_view name, std::uint64_t connection) {
  const bool inside = control == Control::savepoint || control == Control::release ||
                      control == Control::rollback_to;
  if (!inside) unsure_.erase(connection);
  contents_->control(control, name, connection);
}

bool SqlEmulator::commits(std::uint64_t connection) {
  return contents_->book().complete && !unsure_.contains(connection) &&
         contents_->sees(connection) && !contents_->others_are_open(connection) &&
         deferred_references_hold(*contents_);
}

void SqlEmulator::end_doubted(std::uint64_t connection) {
  contents_->forget_all_numbers();
  contents_->doubt(std::nullopt, connection);
}

// ---- computing ----

bool SqlEmulator::sees(const SqlRequest& request, std::uint64_t connection) const {
  return contents_->sees(connection, sees(request));
}

std::optional<Emulator::Computed> SqlEmulator::compute(const EmulatedRequest& asked, Moment now) {
  const SqlRequest request = request_of(asked);
  use_session(request);
  if (!computes(request) || !sees(request, asked.connection)) return std::nullopt;
  if (asked.describes) {
    auto image = description_of(plan_of(request, false));
    return image ? std::optional(Computed{*std::move(image), {}}) : std::nullopt;
  }
  set_moment(asked.connection, now);
  auto data = compute_data(request, asked.connection);
  set_moment(asked.connection, std::nullopt);
  if (data) return data;
  if (auto known = recall(request)) return known;
  return compute_definition(request, asked.connection);
}

std::optional<Emulator::Computed> SqlEmulator::compute_data(const SqlRequest& request,
                                                            std::uint64_t connection) {
  const Plan& plan = plan_of(request, false);
  if (!plan.reason.empty()) return std::nullopt;
  if (auto computed = compute_once(plan, request, connection, {})) return computed;
  // What nothing has told of yet may be whatever the server could have made it: from here on that.
  const std::vector<std::string> hiding = tables_that_hide(plan, contents_->book());
  return hiding.empty() ? std::nullopt : compute_once(plan, request, connection, hiding);
}

/// `revealed`: tables whose hidden cells are made what they may be, where it is computed so.
std::optional<Emulator::Computed> SqlEmulator::compute_once(
    const Plan& plan, const SqlRequest& request, std::uint64_t connection,
    const std::vector<std::string>& revealed) {
  const bool touches = plan.writes() || plan.locks || !revealed.empty();
  if (touches && (locks_ || plan.locks) && contents_->others_are_open(connection))
    return std::nullopt;
  if (touches && !contents_->enter(connection)) return std::nullopt;
  std::vector<std::string> made;
  for (const std::string& key : revealed)
    if (contents_->reveal(key)) made.push_back(key);
  if (!revealed.empty() && made.empty()) return contents_->undo(), std::nullopt;
  const auto execution = this->execution();
  const bool done = execution->run(plan, request);
  const bool fails = done && execution->fails();
  if (touches) done && !fails ? contents_->keep() : contents_->undo();
  if (!done || (fails && !knows_errors_)) return std::nullopt;
  execution->runner().take_numbers();
  Computed computed{execution->image(), {}};
  const std::set<std::uint32_t> numbered = execution->runner().took_numbers();
  for (const auto& [key, state] : contents_->book().tables)
    if (numbered.contains(state.definition->id))
      computed.writes.push_back({std::string(outside_transactions), key});
  for (const auto& [key, sequence] : contents_->book().sequences)
    if (numbered.contains(sequence.id))
      computed.writes.push_back({std::string(outside_transactions)});
  for (const std::string& key : execution->written()) add_paths(key, computed.writes);
  // What was recorded of them tells of other values.
  if (!fails)
    for (const std::string& key : made) add_paths(key, computed.writes);
  if (plan.action == Plan::Action::truncate)
    computed.writes.push_back({std::string(places_of_relations)});
  if (!execution->written().empty()) contents_->note_written(connection);
  return computed;
}

/// CREATE and DROP of a table of which it is known whether it is there.
std::optional<Emulator::Computed> SqlEmulator::compute_definition(const SqlRequest& request,
                                                                  std::uint64_t connection) {
  if (request.other_session) return std::nullopt;
  const tree::Statement& statement = statements_->tree_of(request.pattern);
  auto image = answer_of_definition(statement, request.pattern);
  if (image && answered(as_bytes(*image)).error)
    return knows_errors_ ? std::optional(Computed{*std::move(image), {}}) : std::nullopt;
  if (!image || (locks_ && contents_->others_are_open(connection)) || !contents_->enter(connection))
    return std::nullopt;
  std::vector<KeyPath> paths = paths_of_definition(statement);
  const bool done =
      define(statement, *contents_, rules(), depended_) && definition_holds(statement);
  done ? contents_->keep() : contents_->undo();
  if (!done) return std::nullopt;
  statements_->define(statement);
  note_defined(statement, request.pattern);
  contents_->note_written(connection);
  return Computed{std::move(*image), std::move(paths)};
}

// ---- what is known where it is not computed ----

/// What was answered where the contents that it is a matter of were as they are now.
std::optional<Emulator::Computed> SqlEmulator::recall(const SqlRequest& request) {
  const std::string question = question_of(request);
  if (!known_answers_.has(question)) return std::nullopt;
  const auto behind = contents_behind(request, *statements_, *contents_, rules(), denied_);
  const std::string* const image = behind ? known_answers_.find(question, *behind) : nullptr;
  if (image == nullptr) return std::nullopt;
  return Computed{.image = *image, .writes = {}, .recorded = true};
}

void SqlEmulator::note_known(const SqlRequest& request, Bytes image) {
  if (const auto behind = contents_behind(request, *statements_, *contents_, rules(), denied_))
    known_answers_.note(question_of(request), *behind, as_text(image));
}

// ---- why not ----

/// What stands in the way before its statement is looked at.
std::string SqlEmulator::why_not_asked(const SqlRequest& request) {
  if (std::string why = unsound_session(); !why.empty()) return why;
  if (request.has_more) return "a session that is not like the first one, or data beside it";
  if (request.partial || request.described) return "a part of an answer alone";
  const auto* query = statements_->tree_of(request.pattern).as<tree::Query>();
  const bool only_reads =
      query != nullptr && query->locking.empty() && may_write(request).nothing();
  if (request.only_reads && !only_reads) return "what a transaction that only reads may refuse";
  return pinned_.contains(request.pattern) ? "it was answered otherwise once" : std::string();
}

std::string SqlEmulator::why_not(const EmulatedRequest& asked) {
  const SqlRequest request = request_of(asked);
  use_session(request);
  if (!is_about_rows(statements_->tree_of(request.pattern))) return {};
  if (std::string reason = why_not_asked(request); !reason.empty()) return reason;
  const Plan& plan = plan_of(request, false);
  if (!plan.reason.empty()) return plan.reason;
  if (!sees(request, asked.connection) || !contents_->enter(asked.connection))
    return "others who write at the same time";
  const auto execution = this->execution();
  const bool done = run(*execution, plan, request);
  contents_->undo();
  return done ? std::string() : why_not_;
}

/// Keeps why nothing comes of it.
bool SqlEmulator::run(Execution& execution, const Plan& plan, const SqlRequest& request) {
  const bool done = execution.run(plan, request);
  why_not_ = done ? std::string() : execution.runner().why_not();
  return done;
}

void SqlEmulator::note_coverage(const tree::Statement& statement, const SqlRequest& request) {
  if (recording_ && is_about_rows(statement)) covered_.note(request.pattern, why_not_);
}

// ---- following ----

void SqlEmulator::follow(const EmulatedRequest& asked, Bytes image, Moment now, bool in_order) {
  const SqlRequest request = request_of(asked);
  use_session(request);
  recording_ = !now.has_value();
  if (request.described) return;
  const tree::Statement& statement = statements_->tree_of(request.pattern);
  const auto* query = statement.as<tree::Query>();
  locks_ = locks_ || (query != nullptr && !query->locking.empty());
  const Answered answer = answered(image);
  const bool sure =
      in_order && answer.readable && computes(request) && sees(request, asked.connection);
  note_followed(request, image);
  if (answer.error && lacks_privilege(answer.code)) return note_denied(request);
  disagrees_ = false;
  why_not_ = sure ? std::string() : why_not_asked(request);
  if (!sure && why_not_.empty()) why_not_ = "others who write at the same time";
  const MayWrite written = may_write(request);
  if (written.nothing()) {
    if (sure) follow_read(request, image);
    if (sure && recording_ && !answer.error && !why_not_.empty()) note_known(request, image);
    return note_coverage(statement, request);
  }
  if (!contents_->enter(asked.connection)) return doubt(written, asked.connection);
  if (is_about_rows(statement)) set_unseen(asked.connection, now);
  follow_write(request, image, answer, asked.connection, sure);
  set_unseen(asked.connection, std::nullopt);
  note_coverage(statement, request);
  contents_->keep();
  contents_->note_written(asked.connection);
}

void SqlEmulator::follow_read(const SqlRequest& request, Bytes image) {
  const Plan& plan = plan_of(request, false);
  why_not_ = plan.reason;
  if (!plan.reason.empty() || plan.writes()) return;
  const auto execution = this->execution();
  if (!run(*execution, plan, request)) return execution->learn(plan, image);
  if (execution->agrees(plan, image)) return;
  pin(request);
  const std::set<std::string> reads = plan.reads;
  for (const std::string& key : reads) contents_->forget_rows(key);
}

/// It may have been an INSERT that took numbers before it failed: those of one row before a
/// constraint refused it, none where its values were refused, which are looked at first.
void SqlEmulator::note_failure(const SqlRequest& request, std::string_view code) {
  const tree::Statement& statement = statements_->tree_of(request.pattern);
  const MayWrite written = may_write(request);
  if (written.anything) return contents_->forget_all_numbers();
  if (!may_insert(statement)) {
    // Of MySQL: rows that were changed before one was refused may have moved the next number.
    if (rules().folds_names() && statement.as<tree::Update>() != nullptr)
      for (const std::string& key : written.tables) contents_->forget_numbers(key);
    return forget_numbers(written);
  }
  const Plan& plan = plan_of(request, true);
  const bool known = plan.reason.empty() && plan.action == Plan::Action::insert &&
                     plan.rows.size() == 1 && !plan.of_query && !plan.source &&
                     plan.commons.empty();
  const Taken taken = known ? taken_by_failure(code) : Taken::unknown;
  if (taken == Taken::nothing) return;
  if (taken == Taken::unknown) {
    for (const std::string& key : written.tables) contents_->forget_numbers(key);
    return;
  }
  const std::uint32_t id = contents_->find(plan.target)->definition->id;
  for (std::size_t i = 0; i < plan.rows.front().size(); ++i)
    if (plan.rows.front()[i].kind == Given::Kind::number)
      if (const auto last = contents_->last_number({id, i}))
        contents_->set_last_number({id, i}, *last + 1);
}

/// The client lacks a privilege.
void SqlEmulator::note_denied(const SqlRequest& request) {
  const tree::Statement& statement = statements_->tree_of(request.pattern);
  for (const std::string& key : tables_named(statement, rules())) {
    std::set<std::string> meant = {key};
    // Of another search path: it may be any table of that name.
    if (request.other_session)
      for (const auto& [name, state] : contents_->book().tables)
        if (name.ends_with("." + key)) meant.insert(name);
    for (const std::string& each : meant) {
      denied_.insert(each);
      contents_->forget_whether(each);
    }
  }
}

/// What is computed is what was answered.
bool SqlEmulator::follow_computed(const SqlRequest& request, Bytes image) {
  const Plan& plan = plan_of(request, false);
  why_not_ = plan.reason;
  if (!plan.reason.empty()) return false;
  const auto execution = this->execution();
  if (!run(*execution, plan, request)) return false;
  const bool other_words = execution->words_differ(image);
  if (!other_words && !execution->agrees(plan, image)) {
    pin(request);
    return false;
  }
  execution->runner().take_numbers();
  if (execution->fails()) note_words(!other_words);
  return true;
}

/// What it did can be told with the answer's help.
bool SqlEmulator::follow_shown(const SqlRequest& request, Bytes image) {
  const Plan& plan = plan_of(request, true);
  if (!plan.reason.empty()) return false;
  const auto execution = this->execution();
  execution->take_from(image);
  if (!execution->run(plan, request) || !execution->agrees(plan, image)) return false;
  execution->runner().take_numbers();
  return true;
}

void SqlEmulator::follow_write(const SqlRequest& request, Bytes image, const Answered& answer,
                               std::uint64_t connection, bool sure) {
  const tree::Statement& statement = statements_->tree_of(request.pattern);
  const auto again = [&] {
    contents_->undo();
    static_cast<void>(contents_->enter(connection));
  };
  if (!answer.readable) return forget_written(request, connection);
  if (answer.error) {
    const bool computed = sure && follow_computed(request, image);
    again();
    if (!computed) note_failure(request, answer.code);
    return;
  }
  if (makes_all_anew(statement, request.pattern)) return;
  const bool defined = !request.has_more && !request.other_session &&
                       define(statement, *contents_, rules(), depended_);
  statements_->define(statement);
  note_defined(statement, request.pattern);
  if (defined) return;
  const bool computed = sure && follow_computed(request, image);
  note_numbers(request, computed);
  if (computed) return;
  again();
  if (!disagrees_ && changed_nothing(request, answer)) return forget_numbers(may_write(request));
  if (sure && follow_shown(request, image)) return;
  again();
  forget_written(request, connection);
}

/// No row was touched, of tables of which only rows do something.
bool SqlEmulator::changed_nothing(const SqlRequest& request, const Answered& answer) {
  const MayWrite written = may_write(request);
  if (changes_in_commons(statements_->tree_of(request.pattern))) return false;
  return answer.of_no_row && !written.anything &&
         std::ranges::all_of(written.tables, [&](const std::string& key) {
           const auto* table = contents_->find(key);
           return table != nullptr && table->definition->takes_rows &&
                  table->definition->gives_rows && table->definition->triggers.empty();
         });
}

void SqlEmulator::forget_numbers(const MayWrite& written) {
  if (written.anything || written.numbers) contents_->forget_all_numbers();
  for (const std::string& key : written.numbered) contents_->forget_numbers(key);
}

void SqlEmulator::doubt(const MayWrite& written, std::uint64_t connection) {
  unsure_.insert(connection);
  forget_numbers(written);
  contents_->doubt(written.anything ? std::nullopt : std::optional(written.tables), connection);
}

/// Within enter() and keep().
void SqlEmulator::forget_written(const SqlRequest& request, std::uint64_t connection) {
  const MayWrite written = may_write(request);
  // Which number comes next is not looked at when a transaction ends.
  if (written.anything || !written.tables.empty()) unsure_.insert(connection);
  if (written.anything) contents_->forget_everything();
  forget_numbers(written);
  for (const std::string& key : written.tables) {
    contents_->forget_rows(key);
    contents_->forget_numbers(key);
  }
}

void SqlEmulator::forget(const EmulatedRequest& asked) {
  const SqlRequest request = request_of(asked);
  use_session(request);
  const MayWrite written = may_write(request);
  if (written.nothing() || request.described) return;
  if (!contents_->enter(asked.connection)) return doubt(written, asked.connection);
  forget_definitions(statements_->tree_of(request.pattern), *contents_, rules());
  forget_written(request, asked.connection);
  contents_->keep();
  contents_->note_written(asked.connection);
}

}  // namespace understudy::sql::emulator
