#include "engine/live_state.hpp"

#include <algorithm>

#include "match/lookup.hpp"
#include "table/hash.hpp"

namespace understudy::engine {

namespace format = table::format;
using table::ServiceSection;

LiveState::LiveState(const Protocol& protocol, const ServiceSection& section, Strictness strictness,
                     std::shared_ptr<match::Renaming> renaming)
    : section_(section),
      strictness_(strictness),
      renamer_(protocol, section, std::move(renaming)),
      scope_(match::immediate_keys(section)) {}

Verdict LiveState::look_up(std::uint32_t number, const match::Overlay& overlay) {
  const auto& request = section_.requests()[number];
  if ((request.flags & format::request_volatile) != 0) return {};
  const match::Version state = scope_.state(section_.reads(request), overlay);
  const auto* answer = match::answer_at(section_, request, state);
  if (answer == nullptr) return {};
  const bool uncertain = (answer->flags & format::answer_guess) != 0;
  const bool fixed = (request.flags & format::request_static) != 0;
  const Grade grade = uncertain ? Grade::guess : fixed ? Grade::static_ : Grade::exact;
  return {grade, &request, answer, state, {MissReason::uncertain, answer, {}}};
}

/// The recorded answer for this very state, from the request that is spelled alike or, where that
/// one has none, from those that agree, if they all say the same. Where one of those was never
/// recorded in this state it might have said something else: a guess.
Verdict LiveState::judge_exact(const Found& found, const match::Overlay& overlay) {
  if (found.exact != ServiceSection::none)
    if (const Verdict verdict = look_up(found.exact, overlay); verdict.answer != nullptr)
      return verdict;
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
  const std::uint32_t number = found.first();
  const auto& request = section_.requests()[number];
  if ((request.flags & format::request_volatile) != 0) return next_of_volatile(number, overlay);
  const Doubt doubt = doubt_of_state(request, overlay);
  return {Grade::guess, &request, doubt.nearest, scope_.state(section_.reads(request), overlay),
          doubt};
}

/// One state had several answers: they are given in recorded order, and then the last for ever.
Verdict LiveState::next_of_volatile(std::uint32_t number, const match::Overlay& overlay) {
  const auto& request = section_.requests()[number];
  const auto answers = section_.answers(request);
  std::size_t& next = volatile_cursor_[number];
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
  const match::SeenWrites writes(scope_.last_writes(), overlay);
  const auto& answer = match::likeliest_answer(section_, request, writes);
  return {MissReason::unknown_state, &answer,
          match::state_difference(section_, request, answer, writes)};
}

/// With --strict a guess is a miss.
Verdict LiveState::allowed(const Verdict& verdict) const {
  if (verdict.grade != Grade::guess || strictness_ != Strictness::strict) return verdict;
  return {.doubt = verdict.doubt};
}

Verdict LiveState::ask(std::string_view canonical, std::string_view qualifier, bool synthesisable,
                       ConnectionState& connection) {
  const auto found = section_.find(canonical, qualifier);
  if (renamer_.concerns(found)) return ask_renamed(canonical, qualifier, synthesisable, connection);
  std::unique_lock lock(renamer_.mutex(), std::defer_lock);
  if (section_.has_varying() && may_write(found)) lock.lock();
  Verdict verdict = ask_found(found, synthesisable, connection, nullptr);
  if (lock || verdict.answer == nullptr || (verdict.answer->flags & format::answer_varies) == 0)
    return verdict;
  lock.lock();
  rewrite(verdict, connection, nullptr);
  return verdict;
}

bool LiveState::may_write(const Found& found) const noexcept {
  return !found.empty() && (section_.requests()[found.first()].flags & format::request_writes) != 0;
}

/// Where it may write, or with a proposal, the renamer's mutex is held as well. The answer to a
/// write is made before it takes effect: it may have to be refused.
Verdict LiveState::ask_found(const Found& found, bool synthesisable, ConnectionState& connection,
                             const match::Renamer::Proposal* proposal) {
  if (found.empty()) return {};
  const bool writes = may_write(found);
  std::unique_lock lock(scope_.mutex(), std::defer_lock);
  // From the look-up to the bump no other write may slip in between.
  if (writes) lock.lock();
  Verdict verdict = judge(found, connection.overlay, synthesisable, lock);
  if (proposal != nullptr && verdict.answer != nullptr)
    verdict = confirmed(*proposal, writes, verdict);
  verdict = allowed(verdict);
  if (verdict.answer == nullptr) return verdict;
  if (proposal != nullptr) renamer_.bind(*proposal);
  if (writes || proposal != nullptr) rewrite(verdict, connection, proposal);
  if (writes && verdict.answer != nullptr) take_effect(verdict, connection.overlay);
  return verdict;
}

Verdict LiveState::judge(const Found& found, const match::Overlay& overlay, bool synthesisable,
                         std::unique_lock<std::mutex>& lock) {
  const Verdict verdict = judge_exact(found, overlay);
  const bool known = verdict.answer != nullptr || verdict.doubt.reason == MissReason::ambiguous;
  if (known || synthesisable) return verdict;
  if (!lock) lock.lock();
  return guess(found, overlay);
}

Verdict LiveState::ask_renamed(std::string_view canonical, std::string_view qualifier,
                               bool synthesisable, ConnectionState& connection) {
  const std::scoped_lock lock(renamer_.mutex());
  const auto proposal = renamer_.propose(canonical, qualifier, [&](const Found& found) {
    return judge_exact(found, connection.overlay).answer;
  });
  return ask_found(proposal.found, synthesisable, connection, &proposal);
}

/// Where it is not certain that the values which a request brings stand for these recorded ones,
/// the answer is a guess.
Verdict LiveState::confirmed(const match::Renamer::Proposal& proposal, bool writes,
                             Verdict verdict) {
  const bool took_effect = writes && (verdict.answer->flags & format::answer_changed) != 0;
  if (proposal.certain(took_effect) || !is_certain(verdict.grade)) return verdict;
  verdict.grade = Grade::guess;
  verdict.doubt = {MissReason::renamed, verdict.answer, {}};
  return verdict;
}

/// Puts the values of this run, or the number of its rows, into the answer.
void LiveState::rewrite(Verdict& verdict, ConnectionState& connection,
                        const match::Renamer::Proposal* proposal) {
  verdict.other_rows = proposal != nullptr && proposal->rows != 0;
  if (!verdict.other_rows && (verdict.answer->flags & format::answer_varies) == 0) return;
  const auto rewritten = verdict.other_rows
                             ? renamer_.of_rows(*verdict.answer, proposal->found, proposal->rows)
                             : renamer_.rewrite(*verdict.answer);
  if (rewritten.image) connection.images.insert(rewritten.image);
  verdict.image = rewritten.image;
  if (verdict.other_rows && !rewritten.image) {
    verdict = {.doubt = {MissReason::unknown, nullptr, {}}};
    return;
  }
  if (rewritten.certain || verdict.grade == Grade::guess) return;
  verdict.grade = Grade::guess;
  verdict.doubt = {MissReason::renamed, verdict.answer, {}};
  verdict = allowed(verdict);
}

/// What a write did in a state that was not recorded, nobody knows: it counts as having touched all
/// that it could have. So does one of another number of rows than was recorded.
void LiveState::take_effect(const Verdict& verdict, match::Overlay& overlay) {
  const bool known = verdict.doubt.reason != MissReason::unknown_state && !verdict.other_rows;
  const auto keys = known ? section_.writes(*verdict.answer) : section_.writes(*verdict.request);
  const bool changed = !known || (verdict.answer->flags & format::answer_changed) != 0;
  const auto author = static_cast<std::uint32_t>(verdict.request - section_.requests().data());
  // Recorded values in place of this run's, but its own number of rows.
  const std::uint64_t answered = table::hash_of(
      verdict.other_rows ? *verdict.image : as_text(section_.image(verdict.answer->image)));
  scope_.bump(keys,
              {match::write_identity(verdict.request->hash, verdict.state, answered), changed,
               is_certain(verdict.grade), author},
              overlay);
}

bool LiveState::begin(ConnectionState& connection) {
  const bool unchanged = std::ranges::all_of(connection.watched, [&](const auto& watched) {
    return scope_.version(watched.key) == watched.version;
  });
  connection.watched.clear();
  if (unchanged) connection.overlay.begin();
  return unchanged;
}

/// Whether a transaction can be committed depends on what it did.
Verdict LiveState::judge_commit(std::uint32_t number, const match::Overlay& overlay) {
  const auto& request = section_.requests()[number];
  if ((request.flags & format::request_volatile) != 0) return next_of_volatile(number, overlay);
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
  const std::scoped_lock lock(scope_.mutex());
  // Only a commit that failed somewhere in the recording is in the table.
  const auto found = section_.find(canonical, qualifier);
  if (found.empty()) {
    scope_.merge(connection.overlay.commit());
    return {.grade = Grade::synthesised};
  }
  Verdict verdict = judge_commit(found.first(), connection.overlay);
  const bool failed =
      verdict.answer != nullptr && (verdict.answer->flags & format::answer_changed) == 0;
  const bool missed = verdict.grade == Grade::guess && strictness_ == Strictness::strict;
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
  const std::string recorded =
      section_.has_varying() ? renamer_.recorded_text(joined) : std::string(joined);
  bool tracked = false;
  for (const std::string& name : match::read_keys_of_joined(recorded)) {
    const std::uint32_t key = section_.find_key(name);
    if (key == ServiceSection::none) continue;
    connection.watched.push_back({key, scope_.version(key)});
    tracked |= match::is_subtree(name);
  }
  return tracked;
}

void LiveState::reset() {
  renamer_.clear();
  const std::scoped_lock lock(scope_.mutex());
  scope_.reset();
  volatile_cursor_.clear();
}

}  // namespace understudy::engine
