#include "engine/live_state.hpp"

#include <algorithm>
#include <atomic>

#include "match/lookup.hpp"
#include "table/hash.hpp"

namespace understudy::engine {

namespace format = table::format;
using table::ServiceSection;

namespace {

/// In place of the state in which a write was recorded: no recorded one has its identity.
constexpr match::Version computed_state = 0x636F6D7075746564ULL;

/// The path that was join()ed.
KeyPath split(std::string_view joined) {
  KeyPath path;
  for (;;) {
    const std::size_t end = joined.find('\x1f');
    path.emplace_back(joined.substr(0, end));
    if (end == std::string_view::npos) return path;
    joined.remove_prefix(end + 1);
  }
}

}  // namespace

std::uint64_t ConnectionState::next_number() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

void ConnectionState::apply(Control control, std::string_view name) {
  const bool undoes = control == Control::rollback || control == Control::reset;
  if (undoes && computing) computing.unlock();
  told.control(control, name);
  if (undoes || control == Control::unwatch) unwatch();
  static_cast<void>(overlay.carry_out(control, name));  // no commit: nothing becomes visible
}

LiveState::LiveState(const Protocol& protocol, const ServiceSection& section, Strictness strictness,
                     std::shared_ptr<match::Renaming> renaming)
    : section_(section),
      strictness_(strictness),
      renamer_(protocol, section, std::move(renaming)),
      scope_(match::immediate_keys(section)),
      emulation_(Emulation::of(protocol, section)) {}

Verdict LiveState::look_up(RequestId id, const match::Overlay& overlay) {
  const auto& request = section_.requests()[id];
  if ((request.flags & format::request_volatile) != 0) return {};
  const match::Version state = state_of_request(id, overlay);
  const auto* answer = match::answer_at(section_, request, state);
  if (answer == nullptr) return {};
  const bool uncertain = (answer->flags & format::answer_guess) != 0;
  const bool fixed = (request.flags & format::request_static) != 0;
  const Grade grade = uncertain ? Grade::guess : fixed ? Grade::static_ : Grade::exact;
  return {grade, &request, answer, state, {MissReason::uncertain, answer, {}}};
}

bool LiveState::counts_asks(const Found& found) const {
  const auto counts = [&](RequestId id) {
    return (section_.requests()[id].flags & format::request_counts_asks) != 0;
  };
  return (found.exact && counts(*found.exact)) ||
         std::any_of(found.compatible.begin(), found.compatible.begin() + found.compatible_count,
                     counts);
}

/// Where asks count, hold the scope's mutex.
match::Version LiveState::state_of_request(RequestId id, const match::Overlay& overlay) const {
  const auto& request = section_.requests()[id];
  const match::Version state = scope_.state(section_.reads(request), overlay);
  const bool counts = (request.flags & format::request_counts_asks) != 0;
  return counts ? scope_.nth_ask(id, state) : state;
}

/// What was recorded for the latest of the asks before this one; null where nothing was.
const format::AnswerRecord* LiveState::last_ask(RequestId id) const {
  const auto& request = section_.requests()[id];
  if ((request.flags & format::request_counts_asks) == 0) return nullptr;
  const auto asked = scope_.asked_before(id);
  for (auto state = asked.rbegin(); state != asked.rend(); ++state)
    if (const auto* answer = match::answer_at(section_, request, *state)) return answer;
  return nullptr;
}

/// Of all requests that may be meant, so that each has its own count. Hold the scope's mutex.
void LiveState::note_asked(const Found& found, const match::Overlay& overlay) {
  const auto note = [&](RequestId id) {
    const auto& request = section_.requests()[id];
    if ((request.flags & format::request_counts_asks) != 0)
      scope_.note_ask(id, scope_.state(section_.reads(request), overlay));
  };
  if (found.exact) note(*found.exact);
  for (std::size_t i = 0; i < found.compatible_count; ++i)
    if (found.exact != found.compatible[i]) note(found.compatible[i]);
}

/// The recorded answer for this very state, from the request that is spelled alike or, where that
/// one has none, from those that agree, if they all say the same. Where one of those was never
/// recorded in this state it might have said something else: a guess.
Verdict LiveState::judge_exact(const Found& found, const match::Overlay& overlay) {
  if (found.exact)
    if (Verdict verdict = look_up(*found.exact, overlay); verdict.answer != nullptr) return verdict;
  Verdict agreed{.doubt = {MissReason::unknown_state, nullptr, {}}};
  bool all_known = true;
  for (std::size_t i = 0; i < found.compatible_count; ++i) {
    const Verdict verdict = look_up(found.compatible[i], overlay);
    all_known &= verdict.answer != nullptr;
    if (verdict.answer == nullptr) continue;
    if (agreed.answer != nullptr && agreed.answer->image != verdict.answer->image)
      return {.doubt = {MissReason::ambiguous, nullptr, {}}};
    if (agreed.answer == nullptr || is_certain(verdict.grade)) agreed = verdict;
  }
  if (agreed.answer != nullptr && !all_known) {
    agreed.grade = Grade::guess;
    agreed.doubt.reason = MissReason::ambiguous;
  }
  return agreed;
}

/// The uncertain answer. Hold the scope's mutex.
Verdict LiveState::guess(const Found& found, const match::Overlay& overlay) {
  const RequestId id = found.first();
  const auto& request = section_.requests()[id];
  if ((request.flags & format::request_volatile) != 0) return next_of_volatile(id, overlay);
  const match::Version state = state_of_request(id, overlay);
  if (const auto* answer = last_ask(id))
    return {Grade::guess, &request, answer, state, {MissReason::asked_often, answer, {}}};
  const Doubt doubt = doubt_of_state(request, overlay);
  return {Grade::guess, &request, doubt.nearest, state, doubt};
}

/// One state had several answers: they are given in recorded order, and then the last for ever.
Verdict LiveState::next_of_volatile(RequestId id, const match::Overlay& overlay) {
  const auto& request = section_.requests()[id];
  const auto answers = section_.answers(request);
  std::size_t& next = volatile_cursor_[id];
  const auto* answer = &answers[std::min(next, answers.size() - 1)];
  if (strictness_ != Strictness::strict) ++next;
  return {
      Grade::guess,
      &request,
      answer,
      scope_.state(section_.reads(request), overlay),
      {(request.flags & format::request_unsteady) != 0 ? MissReason::unsteady : MissReason::several,
       answer,
       {}}};
}

/// Which recorded answer is the likeliest, and what its state differs in. Hold the scope's mutex.
Doubt LiveState::doubt_of_state(const format::RequestRecord& request,
                                const match::Overlay& overlay) const {
  const match::SeenWrites writes(scope_.history(), overlay);
  const auto& answer = match::likeliest_answer(section_, request, writes);
  return {MissReason::unknown_state, &answer,
          match::state_difference(section_, request, answer, writes)};
}

/// With --strict a guess is a miss.
Verdict LiveState::allowed(const Verdict& verdict) const {
  if (verdict.grade != Grade::guess || strictness_ != Strictness::strict) return verdict;
  return {.doubt = verdict.doubt};
}

/// A request under way and the locks that it holds, always taken in this order.
struct LiveState::Asked {
  std::string_view canonical, qualifier;
  bool synthesisable;
  bool proven;   ///< it is what was asked, not what comes nearest to it
  bool patient;  // an uncertain answer is none
  bool computable;
  std::string_view session;
  Sight sight;
  ConnectionState& connection;
  std::unique_lock<std::mutex> computing, renaming, scope;

  static void hold(std::unique_lock<std::mutex>& lock) {
    if (!lock) lock.lock();
  }
  [[nodiscard]] EmulatedRequest of_emulator() const {
    EmulatedRequest asked(canonical, qualifier, connection.number, session);
    asked.sight = sight;
    return asked;
  }
};

bool LiveState::writes(const Found& found) const {
  return (section_.requests()[found.first()].flags & format::request_writes) != 0;
}

Verdict LiveState::ask(const Request& request, ConnectionState& connection) {
  Verdict verdict = ask(request, connection, Patient::no);
  if (!waiting_.is_empty() && verdict.answers() && !connection.overlay.active()) serve_waiting();
  return verdict;
}

/// What the connection's transaction sees of others in this request it goes on seeing.
void LiveState::look(Sight sight, ConnectionState& connection) {
  if (!connection.overlay.look(sight)) return;
  connection.told.look();
  const std::scoped_lock lock(scope_.mutex());
  connection.overlay.keep(scope_.snapshot());
}

/// What ends by itself ends before anything is asked of that moment. Within a transaction the time
/// stands still.
void LiveState::let_time_pass(ConnectionState& connection) {
  if (connection.overlay.active() || !emulation_->is_due()) return;
  const std::scoped_lock computing(emulation_->mutex());
  const std::vector<KeyPath> ended = emulation_->end_due();
  if (ended.empty()) return;
  const std::scoped_lock lock(scope_.mutex());
  match::Overlay outside;
  scope_.advance(
      emulation_->advances(ended),
      {match::write_identity(0, computed_state, 0), true, false, match::LastWrites::computed},
      outside);
}

std::string LiveState::why_not_computed(const Request& request, const ConnectionState& connection) {
  if (!emulation_) return {};
  const std::scoped_lock computing(emulation_->mutex());
  return emulation_->why_not(
      {request.canonical, request.qualifier, connection.number, request.session});
}

/// What the answer would look like, which has no effect.
Verdict LiveState::describe(const Request& request, ConnectionState& connection) {
  const std::scoped_lock computing(emulation_->mutex());
  EmulatedRequest asked(request.canonical, request.qualifier, connection.number, request.session);
  asked.describes = true;
  auto computed = emulation_->compute(asked);
  if (!computed) return {};
  Verdict verdict{.grade = Grade::computed};
  verdict.image = std::make_shared<const std::string>(std::move(computed->image));
  connection.computed.push_back(verdict.image);
  return verdict;
}

Verdict LiveState::ask(const Request& request, ConnectionState& connection, Patient patient) {
  if (emulation_) let_time_pass(connection);
  if (emulation_ && request.describes)
    if (Verdict verdict = describe(request, connection); verdict.answers()) return verdict;
  const Found found = section_.find(request.canonical, request.qualifier);
  const bool renames = renamer_.concerns(found), may_write = !found.empty() && writes(found);
  look(match::sight_of(request.sight, may_write), connection);
  Asked asked{request.canonical,
              request.qualifier,
              request.synthesisable,
              request.unproven.empty(),
              patient == Patient::yes,
              request.computable,
              request.session,
              request.sight,
              connection,
              {},
              std::unique_lock(renamer_.mutex(), std::defer_lock),
              std::unique_lock(scope_.mutex(), std::defer_lock)};
  // Most requests are reads whose answer is known: they hold no lock.
  if (asked.proven && !renames && !may_write && !found.empty() && !counts_asks(found))
    if (Verdict verdict = judge_exact(found, connection.overlay); is_certain(verdict.grade)) {
      Verdict shown = rewritten(asked, std::move(verdict));
      if (is_certain(shown.grade) || !emulation_) return shown;
      asked.renaming = std::unique_lock(renamer_.mutex(), std::defer_lock);
    }
  if (emulation_ && !connection.computing) asked.computing = std::unique_lock(emulation_->mutex());
  if (renames || (may_write && section_.has_varying())) asked.renaming.lock();
  return renames ? ask_renamed(asked) : ask_found(asked, found, nullptr);
}

Verdict LiveState::ask_renamed(Asked& asked) {
  const Proposal proposal =
      renamer_.propose(asked.canonical, asked.qualifier, [&](const Found& found) {
        if (counts_asks(found)) Asked::hold(asked.scope);
        return judge_exact(found, asked.connection.overlay).answer;
      });
  return ask_found(asked, proposal.found, &proposal);
}

Verdict LiveState::ask_found(Asked& asked, const Found& found, const Proposal* proposal) {
  if (found.empty()) return compute(asked, found);
  const bool may_write = writes(found), counts = counts_asks(found);
  // From the look-up to the advance no other write may slip in between, nor another equal ask.
  if (may_write || counts) Asked::hold(asked.scope);
  Verdict verdict = judge(asked, found, proposal);
  if (counts && !asked.patient) note_asked(found, asked.connection.overlay);
  if (verdict.grade == Grade::computed || verdict.answer == nullptr) return verdict;
  if (proposal != nullptr) renamer_.bind(*proposal);
  if (!may_write && asked.scope) asked.scope.unlock();
  verdict = told(asked, found, proposal, verdict);
  if (verdict.grade == Grade::computed) return verdict;
  if (!may_write || verdict.answer == nullptr) return verdict;
  take_effect(asked, verdict);
  if (emulation_ && is_certain(verdict.grade) && asked.computable)
    emulation_->follow(asked.of_emulator(), verdict.image ? as_bytes(*verdict.image)
                                                          : section_.image(verdict.answer->image));
  else if (emulation_)
    emulation_->forget(asked.of_emulator());
  return verdict;
}

/// The answer with the values of this run, or computed where those are not certain.
Verdict LiveState::told(Asked& asked, const Found& found, const Proposal* proposal,
                        Verdict verdict) {
  if (proposal != nullptr && proposal->rows != 0) return of_rows(asked, *proposal, verdict);
  const bool certain = is_certain(verdict.grade);
  Verdict shown = rewritten(asked, std::move(verdict));
  if (!certain || is_certain(shown.grade)) return shown;
  Verdict computed = compute(asked, found);
  return computed.answers() ? computed : shown;
}

/// What the table knows for certain, else what can be computed, else a guess.
Verdict LiveState::judge(Asked& asked, const Found& found, const Proposal* proposal) {
  const match::Overlay& overlay = asked.connection.overlay;
  Verdict verdict = judge_exact(found, overlay);
  if (proposal != nullptr && verdict.answer != nullptr)
    verdict = confirmed(*proposal, writes(found), verdict);
  if (!asked.proven && verdict.answer != nullptr) {
    verdict.grade = Grade::guess;
    verdict.doubt = {MissReason::unproven, verdict.answer, {}};
    return allowed(verdict);
  }
  if (is_certain(verdict.grade)) return verdict;
  if (Verdict computed = compute(asked, found, verdict); computed.answers()) return computed;
  if (asked.patient) return {.doubt = verdict.doubt};
  const bool known = verdict.answer != nullptr || verdict.doubt.reason == MissReason::ambiguous;
  if (known || asked.synthesisable) return allowed(verdict);
  Asked::hold(asked.scope);
  return allowed(guess(found, overlay));
}

/// Whether what was recorded in this very state, with a doubt, is what was computed without one.
bool LiveState::confirms(const Asked& asked, const Verdict& computed,
                         const Verdict& recorded) const {
  return recorded.answer != nullptr && asked.proven && recorded.grade == Grade::guess &&
         recorded.doubt.reason == MissReason::uncertain &&
         as_text(section_.image(recorded.answer->image)) == *computed.image;
}

/// What follows from the contents, where the protocol can tell. It counts as having changed what it
/// did in a state that was not recorded, but where it confirms what was `recorded` in this one.
Verdict LiveState::compute(Asked& asked, const Found& found, const Verdict& recorded) {
  if (!emulation_ || !asked.computable) return {};
  auto computed = emulation_->compute(asked.of_emulator());
  if (!computed) return {};
  Verdict verdict{.grade = computed->recorded ? Grade::exact : Grade::computed};
  verdict.image = std::make_shared<const std::string>(std::move(computed->image));
  asked.connection.computed.push_back(verdict.image);
  const bool may_write = !found.empty() && writes(found);
  if (computed->writes.empty() && !may_write) return verdict;
  Asked::hold(asked.scope);
  if (may_write && confirms(asked, verdict, recorded)) {
    Verdict known = recorded;
    known.grade = Grade::computed;
    take_effect(asked, known);
    return verdict;
  }
  match::Taken taken{match::write_identity(table::hash_of(asked.canonical), computed_state,
                                           table::hash_of(*verdict.image)),
                     !computed->writes.empty(), false, match::LastWrites::computed};
  if (may_write) {
    taken.author = match::LastWrites::author_of(found.first());
    scope_.advance(section_.writes(section_.requests()[found.first()]), taken,
                   asked.connection.overlay);
  } else {
    scope_.advance(emulation_->advances(computed->writes), taken, asked.connection.overlay);
  }
  return verdict;
}

/// Where it is not certain that the values which a request brings stand for these recorded ones,
/// the answer is a guess.
Verdict LiveState::confirmed(const Proposal& proposal, bool writes, Verdict verdict) {
  const bool took_effect = writes && (verdict.answer->flags & format::answer_changed) != 0;
  if (proposal.certain(took_effect) || !is_certain(verdict.grade)) return verdict;
  verdict.grade = Grade::guess;
  verdict.doubt = {MissReason::renamed, verdict.answer, {}};
  return verdict;
}

/// The answer with the values of this run put in.
Verdict LiveState::rewritten(Asked& asked, Verdict verdict) {
  if ((verdict.answer->flags & format::answer_varies) == 0) return verdict;
  Asked::hold(asked.renaming);
  const auto made = renamer_.rewrite(*verdict.answer);
  if (made.image) asked.connection.images.insert(made.image);
  verdict.image = made.image;
  if (made.certain || verdict.grade == Grade::guess) return verdict;
  verdict.grade = Grade::guess;
  verdict.doubt = {MissReason::renamed, verdict.answer, {}};
  return allowed(verdict);
}

/// The answer with the number of this run's rows in place of the recorded one; none where it says
/// more than that.
Verdict LiveState::of_rows(Asked& asked, const Proposal& proposal, Verdict verdict) {
  verdict.image = renamer_.of_rows(*verdict.answer, proposal.found, proposal.rows);
  verdict.other_rows = true;
  if (!verdict.image) return {};
  asked.connection.images.insert(verdict.image);
  return verdict;
}

/// What a write did in a state that was not recorded, nobody knows: it counts as having touched all
/// that it could have. So does one of another number of rows than was recorded, and one that is not
/// what was recorded but comes nearest to it: what that one did is no state of the recording.
void LiveState::take_effect(const Asked& asked, const Verdict& verdict) {
  const bool known =
      asked.proven && verdict.doubt.reason != MissReason::unknown_state && !verdict.other_rows;
  const auto keys = known ? section_.writes(*verdict.answer) : section_.writes(*verdict.request);
  const bool changed = !known || (verdict.answer->flags & format::answer_changed) != 0;
  const auto author = match::LastWrites::author_of(section_.requests().id_of(*verdict.request));
  // Recorded values in place of this run's, but its own number of rows.
  const std::uint64_t answered = table::hash_of(
      verdict.other_rows ? *verdict.image : as_text(section_.image(verdict.answer->image)));
  const match::Version state = asked.proven ? verdict.state : computed_state;
  scope_.advance(keys,
                 {match::write_identity(verdict.request->hash, state, answered), changed,
                  is_certain(verdict.grade), author},
                 asked.connection.overlay);
}

namespace {

/// Whether one of them has seen a change.
Begun outcome_of(const std::vector<std::shared_ptr<const Emulator::Watch>>& watches) {
  Begun outcome = Begun::yes;
  for (const auto& watch : watches) {
    if (watch->touched && watch->certain) return Begun::conflict;
    if (watch->touched) outcome = Begun::maybe_conflict;
  }
  return outcome;
}

}  // namespace

Begun LiveState::begin(ConnectionState& connection, Sight sight) {
  if (emulation_) let_time_pass(connection);
  if (emulation_ && emulation_->undoes())
    connection.told.begin(*emulation_, connection.number);
  else if (emulation_ && !connection.computing)
    connection.computing = std::unique_lock(emulation_->mutex());
  Begun outcome = outcome_of(connection.watches);
  if (std::ranges::any_of(connection.watched, [&](const auto& watched) {
        return scope_.version(watched.key) != watched.version;
      }))
    outcome = Begun::conflict;
  connection.unwatch();
  if (outcome == Begun::yes) {
    connection.overlay.begin();
    look(sight, connection);
  } else if (connection.computing) {
    connection.computing.unlock();
  }
  return outcome;
}

void LiveState::take_over(ConnectionState& connection) {
  connection.overlay.forget_snapshot();
  connection.told.leave();
  if (emulation_ && emulation_->undoes() && connection.overlay.active())
    connection.told.begin(*emulation_, connection.number, true);
}

/// Whether a transaction can be committed depends on what it did.
Verdict LiveState::judge_commit(RequestId id, const match::Overlay& overlay) {
  const auto& request = section_.requests()[id];
  if ((request.flags & format::request_volatile) != 0) return next_of_volatile(id, overlay);
  const match::Version state = overlay.fingerprint();
  if (const auto* answer = match::answer_at(section_, request, state)) {
    const bool uncertain = (answer->flags & format::answer_guess) != 0;
    return {uncertain ? Grade::guess : Grade::exact,
            &request,
            answer,
            state,
            {MissReason::uncertain, answer, {}}};
  }
  if (overlay.log().empty())
    return {.grade = Grade::synthesised};  // it changed nothing that could be refused
  Doubt doubt = doubt_of_state(request, overlay);
  doubt.reason = MissReason::commit;
  return {Grade::guess, &request, nullptr, state, doubt};
}

Verdict LiveState::commit(std::string_view canonical, std::string_view qualifier,
                          ConnectionState& connection) {
  Verdict verdict = commit_alone(canonical, qualifier, connection);
  if (!waiting_.is_empty()) serve_waiting();
  return verdict;
}

Verdict LiveState::commit_alone(std::string_view canonical, std::string_view qualifier,
                                ConnectionState& connection) {
  const std::unique_lock computing = std::move(connection.computing);
  const std::scoped_lock lock(scope_.mutex());
  // Only a commit that failed somewhere in the recording is in the table.
  const auto found = section_.find(canonical, qualifier);
  if (found.empty()) {
    connection.told.control(Control::commit, {});
    scope_.merge(connection.overlay.commit());
    return {.grade = Grade::synthesised};
  }
  Verdict verdict = judge_commit(found.first(), connection.overlay);
  // Where the table does not know this transaction, its contents may tell.
  if (verdict.grade == Grade::guess && connection.told.commits())
    verdict = {.grade = Grade::synthesised};
  const bool failed =
      verdict.answer != nullptr && (verdict.answer->flags & format::answer_changed) == 0;
  const bool missed = verdict.grade == Grade::guess && strictness_ == Strictness::strict;
  if (verdict.grade == Grade::guess && !failed && !missed)
    connection.told.end_doubted();
  else
    connection.told.control(failed || missed ? Control::rollback : Control::commit, {});
  if (failed || missed)
    connection.overlay.drop();
  else
    scope_.merge(connection.overlay.commit());
  if (missed) return {.doubt = verdict.doubt};
  if (failed) return verdict;
  verdict.answer = nullptr;
  if (is_certain(verdict.grade)) verdict.grade = Grade::synthesised;
  return verdict;
}

bool LiveState::watch(std::string_view joined, ConnectionState& connection) {
  if (emulation_) {
    let_time_pass(connection);
    const std::scoped_lock computing(emulation_->mutex());
    if (auto watch = emulation_->watch(split(joined))) {
      connection.watches.push_back(std::move(watch));
      return true;
    }
  }
  const std::string recorded =
      section_.has_varying() ? renamer_.recorded_text(joined) : std::string(joined);
  bool tracked = false;
  for (const std::string& name : match::read_keys_of_joined(recorded)) {
    const auto key = section_.find_key(name);
    if (!key) continue;
    connection.watched.push_back({*key, scope_.version(*key)});
    tracked |= match::is_subtree(name);
  }
  return tracked;
}

Bytes LiveState::image_of(const Verdict& verdict) const {
  if (verdict.image) return as_bytes(*verdict.image);
  return verdict.answer != nullptr ? section_.image(verdict.answer->image) : Bytes();
}

void LiveState::reset() {
  if (emulation_) emulation_->reset();
  renamer_.clear();
  const std::scoped_lock lock(scope_.mutex());
  scope_.reset();
  volatile_cursor_.clear();
}

void LiveState::begin_as(std::uint32_t recording) {
  const std::scoped_lock lock(scope_.mutex());
  for (const table::format::BeginningRecord& beginning : section_.beginnings())
    if (beginning.recording == recording) scope_.begin(beginning.key, beginning.version);
}

}  // namespace understudy::engine
