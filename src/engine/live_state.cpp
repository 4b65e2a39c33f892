#include "engine/live_state.hpp"

#include <algorithm>

#include "match/lookup.hpp"
#include "table/hash.hpp"

namespace understudy::engine {

namespace format = table::format;
using table::ServiceSection;

LiveState::LiveState(const ServiceSection& section, Strictness strictness)
    : section_(section), strictness_(strictness), scope_(match::immediate_keys(section)) {}

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
  return {Grade::guess, &request, answer, scope_.state(section_.reads(request), overlay),
          {MissReason::several, answer, {}}};
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
  if (found.empty()) return {};
  const bool may_write =
      (section_.requests()[found.first()].flags & format::request_writes) != 0;
  std::unique_lock lock(scope_.mutex(), std::defer_lock);
  // From the look-up to the bump no other write may slip in between.
  if (may_write) lock.lock();
  Verdict verdict = judge_exact(found, connection.overlay);
  const bool known = verdict.answer != nullptr || verdict.doubt.reason == MissReason::ambiguous;
  if (!known && !synthesisable) {
    if (!lock) lock.lock();
    verdict = guess(found, connection.overlay);
  }
  verdict = allowed(verdict);
  if (may_write && verdict.answer != nullptr) take_effect(verdict, connection.overlay);
  return verdict;
}

/// What a write did in a state that was not recorded, nobody knows: it counts as having touched all
/// that it could have.
void LiveState::take_effect(const Verdict& verdict, match::Overlay& overlay) {
  const bool known = verdict.doubt.reason != MissReason::unknown_state;
  const auto keys = known ? section_.writes(*verdict.answer) : section_.writes(*verdict.request);
  const bool changed = !known || (verdict.answer->flags & format::answer_changed) != 0;
  const auto author =
      static_cast<std::uint32_t>(verdict.request - section_.requests().data());
  const std::uint64_t answered =
      table::hash_of(as_text(section_.image(verdict.answer->image)));
  scope_.bump(keys, match::write_identity(verdict.request->hash, verdict.state, answered), changed,
              overlay, author);
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
    return {uncertain ? Grade::guess : Grade::exact, &request, answer, state,
            {MissReason::uncertain, answer, {}}};
  }
  if (overlay.log().empty()) return {.grade = Grade::synthesised};  // it changed nothing that could be refused
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
  bool tracked = false;
  for (const std::string& name : match::read_keys_of_joined(joined)) {
    const std::uint32_t key = section_.find_key(name);
    if (key == ServiceSection::none) continue;
    connection.watched.push_back({key, scope_.version(key)});
    tracked |= match::is_subtree(name);
  }
  return tracked;
}

void LiveState::reset() {
  const std::scoped_lock lock(scope_.mutex());
  scope_.reset();
  volatile_cursor_.clear();
}

}  // namespace understudy::engine
