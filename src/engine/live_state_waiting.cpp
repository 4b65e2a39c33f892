// Requests that wait for what another connection brings, see LiveState::await.
#include "engine/live_state.hpp"
#include "table/format.hpp"

namespace understudy::engine {

namespace format = table::format;

/// As it is asked while nothing came; the caller holds the room.
Verdict LiveState::ask_for(const Waiting& waiting) {
  return ask(
      {.canonical = waiting.canonical, .qualifier = waiting.qualifier, .synthesisable = true},
      waiting.connection, Patient::yes);
}

/// The state that `verdict` is of, where that is certain and has nothing for who waits, however
/// often it is asked.
std::optional<match::Version> LiveState::state_with_nothing(const Waiting& waiting,
                                                            const Verdict& verdict) const {
  if (!is_certain(verdict.grade) || verdict.request == nullptr || !verdict.answers() ||
      (verdict.request->flags & format::request_counts_asks) != 0 ||
      as_text(image_of(verdict)) != waiting.nothing)
    return std::nullopt;
  return verdict.state;
}

Verdict LiveState::await(const std::shared_ptr<Waiting>& waiting) {
  ++waiting_.size;  // who writes from here on looks into the room
  Verdict verdict;
  {
    const std::scoped_lock lock(waiting_.mutex);
    if (waiting->only_new)
      waiting->unmoved = state_with_nothing(*waiting, ask_for(*waiting));
    else
      verdict = ask_for(*waiting);
    if (!waiting->is_something(verdict, image_of(verdict))) {
      waiting_.all.push_back(waiting);
      return {};
    }
    --waiting_.size;
  }
  if (!waiting_.is_empty()) serve_waiting();  // what it moved may be what another waits for
  return verdict;
}

Verdict LiveState::stop_waiting(Waiting& waiting) {
  const std::scoped_lock lock(waiting_.mutex);
  if (waiting.answered) return std::move(*waiting.answered);
  leave_room(waiting);
  Verdict verdict = ask_for(waiting);
  // What the end has may have come before the beginning: only a state that stayed tells.
  const bool tells = !waiting.only_new ||
                     (waiting.unmoved && waiting.unmoved == state_with_nothing(waiting, verdict));
  if (tells && verdict.answers()) return verdict;
  verdict = {.grade = Grade::guess, .doubt = {MissReason::waited, nullptr, {}}};
  verdict.image = std::make_shared<const std::string>(waiting.nothing);
  waiting.connection.computed.push_back(verdict.image);
  return allowed(verdict);
}

void LiveState::abandon(const Waiting& waiting) {
  const std::scoped_lock lock(waiting_.mutex);
  leave_room(waiting);
}

void LiveState::leave_room(const Waiting& waiting) {
  waiting_.size -=
      std::erase_if(waiting_.all, [&](const auto& each) { return each.get() == &waiting; });
}

bool LiveState::is_answered(const Waiting& waiting) {
  const std::scoped_lock lock(waiting_.mutex);
  return waiting.answered != nullptr;
}

/// Something has changed: those that came first are asked first, until it is of use to nobody.
void LiveState::serve_waiting() {
  const std::scoped_lock lock(waiting_.mutex);
  for (auto each = waiting_.all.begin(); each != waiting_.all.end();) {
    const std::shared_ptr<Waiting> waiting = *each;
    Verdict verdict = ask_for(*waiting);
    if (!waiting->is_something(verdict, image_of(verdict))) {
      if (waiting->unmoved != state_with_nothing(*waiting, verdict)) waiting->unmoved.reset();
      ++each;
      continue;
    }
    waiting->answered = std::make_unique<Verdict>(std::move(verdict));
    waiting_.all.erase(each);
    --waiting_.size;
    waiting->mailbox->ring();
    each = waiting_.all.begin();
  }
}

}  // namespace understudy::engine
