#include "engine/live_state.hpp"

#include <algorithm>

#include "match/lookup.hpp"

namespace understudy::engine {

namespace format = table::format;
using table::ServiceSection;

LiveState::LiveState(const Protocol& protocol, const ServiceSection& section,
                     Strictness strictness, std::shared_ptr<match::Renaming> renaming)
    : section_(section),
      strictness_(strictness),
      renamer_(protocol, section, std::move(renaming)),
      scope_(match::immediate_keys(section)),
      last_served_(section.requests().size()) {}

Verdict LiveState::look_up(std::uint32_t number, const match::Overlay& overlay) {
  const auto& request = section_.requests()[number];
  if ((request.flags & format::request_volatile) != 0) return {};
  const match::Version state = scope_.state(section_.reads(request), overlay);
  const auto* answer = match::answer_at(section_, request, state);
  if (answer == nullptr) return {};
  const bool uncertain = (answer->flags & format::answer_guess) != 0;
  const bool fixed = (request.flags & format::request_static) != 0;
  const Grade grade = uncertain ? Grade::guess : fixed ? Grade::static_ : Grade::exact;
  return {grade, &request, answer, state, uncertain ? MissReason::uncertain : MissReason::unknown};
}

/// The recorded answer for this very state, from the request that is spelled alike or, where that
/// one has none, from those that agree, if they all say the same.
Verdict LiveState::judge_exact(const Found& found, const match::Overlay& overlay) {
  if (found.exact != ServiceSection::none)
    if (const Verdict verdict = look_up(found.exact, overlay); verdict.answer != nullptr)
      return verdict;
  Verdict agreed{.reason = MissReason::unknown_state};
  for (std::size_t i = 0; i < found.compatible_count; ++i) {
    const Verdict verdict = look_up(found.compatible[i], overlay);
    if (verdict.answer == nullptr) continue;
    if (agreed.answer != nullptr && agreed.answer->image != verdict.answer->image)
      return {.reason = MissReason::ambiguous};
    if (agreed.answer == nullptr || is_certain(verdict.grade)) agreed = verdict;
  }
  return agreed;
}

/// The uncertain answer: of a volatile request the next in recorded order, of another the one that
/// was served last, else the first recorded one.
Verdict LiveState::guess(std::uint32_t number, const match::Overlay& overlay) {
  const auto& request = section_.requests()[number];
  const auto answers = section_.answers(request);
  const match::Version state = scope_.state(section_.reads(request), overlay);
  if ((request.flags & format::request_volatile) != 0) {
    const std::scoped_lock lock(volatile_mutex_);
    std::size_t& next = volatile_cursor_[number];
    const auto* answer = &answers[std::min(next, answers.size() - 1)];
    ++next;
    return {Grade::guess, &request, answer, state, MissReason::uncertain};
  }
  const auto* last = last_served_[number].load(std::memory_order_relaxed);
  return {Grade::guess, &request, last != nullptr ? last : &answers.front(), state,
          MissReason::unknown_state};
}

Verdict LiveState::judge(const Found& found, const match::Overlay& overlay, bool synthesisable) {
  if (found.empty()) return {};
  Verdict verdict = judge_exact(found, overlay);
  if (verdict.answer == nullptr && verdict.reason == MissReason::ambiguous) return verdict;
  if (verdict.answer == nullptr && !synthesisable) verdict = guess(found.first(), overlay);
  if (verdict.grade == Grade::guess && strictness_ == Strictness::strict)
    return {.reason = verdict.reason};
  return verdict;
}

Verdict LiveState::ask(std::string_view canonical, std::string_view qualifier, bool synthesisable,
                       ConnectionState& connection) {
  const auto found = section_.find(canonical, qualifier);
  Verdict verdict = renamer_.concerns(found)
                        ? ask_renamed(canonical, qualifier, synthesisable, connection)
                        : ask_found(found, synthesisable, connection, nullptr);
  if (verdict.answer != nullptr && (verdict.answer->flags & format::answer_varies) != 0)
    rewrite(verdict, connection);
  return verdict;
}

Verdict LiveState::ask_found(const Found& found, bool synthesisable, ConnectionState& connection,
                             const Renamer::Proposal* proposal) {
  const bool may_write =
      !found.empty() && (section_.requests()[found.first()].flags & format::request_writes) != 0;
  std::unique_lock<std::mutex> lock;
  // From the look-up to the bump no other write may slip in between.
  if (may_write) lock = std::unique_lock(scope_.mutex());
  Verdict verdict = judge(found, connection.overlay, synthesisable);
  if (verdict.answer == nullptr) return verdict;
  if (proposal != nullptr && !confirm(*proposal, may_write, verdict)) return verdict;
  if (may_write) take_effect(verdict, connection.overlay);
  remember(verdict);
  return verdict;
}

Verdict LiveState::ask_renamed(std::string_view canonical, std::string_view qualifier,
                               bool synthesisable, ConnectionState& connection) {
  const std::scoped_lock lock(renamer_.mutex());
  const auto proposal = renamer_.propose(canonical, qualifier, [&](const Found& found) {
    return judge_exact(found, connection.overlay).answer != nullptr;
  });
  return ask_found(proposal.found, synthesisable, connection, &proposal);
}

/// Binds the values that a request brings. That they stand for these recorded ones is certain where
/// it makes them itself and that succeeded in the recording, because it would have with any others;
/// else it is a guess. False where guesses are not wanted.
bool LiveState::confirm(const Renamer::Proposal& proposal, bool writes, Verdict& verdict) {
  const bool literal = std::ranges::all_of(
      proposal.bindings, [](const auto& binding) { return binding.recorded == binding.live; });
  const bool took_effect = writes && (verdict.answer->flags & format::answer_changed) != 0;
  if (!literal && !(proposal.certain() && took_effect)) {
    if (strictness_ == Strictness::strict) {
      verdict = {.reason = MissReason::renamed};
      return false;
    }
    if (verdict.reason != MissReason::unknown_state) verdict.reason = MissReason::renamed;
    verdict.grade = Grade::guess;
  }
  renamer_.bind(proposal);
  return true;
}

/// Puts the values of this run into the answer.
void LiveState::rewrite(Verdict& verdict, ConnectionState& connection) {
  const auto rewritten = renamer_.rewrite(*verdict.answer);
  if (rewritten.image) connection.images.insert(rewritten.image);
  verdict.image = rewritten.image;
  if (rewritten.certain || verdict.grade == Grade::guess) return;
  verdict.grade = Grade::guess;
  verdict.reason = MissReason::renamed;
  if (strictness_ == Strictness::strict) verdict = {.reason = MissReason::renamed};
}

/// What a write did in a state that was not recorded, nobody knows: it counts as having touched all
/// that it could have.
void LiveState::take_effect(const Verdict& verdict, match::Overlay& overlay) {
  const bool known = verdict.reason != MissReason::unknown_state;
  const auto keys = known ? section_.writes(*verdict.answer) : section_.writes(*verdict.request);
  const bool changed = !known || (verdict.answer->flags & format::answer_changed) != 0;
  scope_.bump(keys, match::write_identity(verdict.request->hash, verdict.state), changed, overlay);
}

void LiveState::remember(const Verdict& verdict) {
  auto& last = last_served_[static_cast<std::size_t>(verdict.request - section_.requests().data())];
  if (last.load(std::memory_order_relaxed) != verdict.answer)
    last.store(verdict.answer, std::memory_order_relaxed);
}

bool LiveState::begin(ConnectionState& connection) {
  const bool unchanged = std::ranges::all_of(connection.watched, [&](const auto& watched) {
    return scope_.version(watched.key) == watched.version;
  });
  connection.watched.clear();
  if (unchanged) connection.overlay.begin();
  return unchanged;
}

Verdict LiveState::commit(std::string_view canonical, std::string_view qualifier,
                          ConnectionState& connection) {
  const std::scoped_lock lock(scope_.mutex());
  // Only a commit that failed in the recording is in the table.
  const auto found = section_.find(canonical, qualifier);
  const Verdict verdict = found.empty() ? Verdict{} : judge_exact(found, connection.overlay);
  const bool failed =
      verdict.answer != nullptr && (verdict.answer->flags & format::answer_changed) == 0;
  if (!failed) {
    scope_.merge(connection.overlay.commit());
    return {};
  }
  connection.overlay.drop();
  remember(verdict);
  return verdict;
}

void LiveState::watch(std::string_view joined, ConnectionState& connection) {
  const std::string recorded =
      section_.has_varying() ? renamer_.recorded_text(joined) : std::string(joined);
  for (const std::string& name : match::read_keys_of_joined(recorded)) {
    const std::uint32_t key = section_.find_key(name);
    if (key != ServiceSection::none) connection.watched.push_back({key, scope_.version(key)});
  }
}

void LiveState::reset() {
  renamer_.clear();
  const std::scoped_lock lock(scope_.mutex(), volatile_mutex_);
  scope_.reset();
  volatile_cursor_.clear();
  for (auto& last : last_served_) last.store(nullptr, std::memory_order_relaxed);
}

}  // namespace understudy::engine
