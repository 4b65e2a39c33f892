// Look-ups in a section: which recorded answer belongs to a request in a state.
#pragma once

#include <algorithm>

#include "match/chains.hpp"
#include "match/loop.hpp"
#include "table/service_section.hpp"

namespace understudy::match {

/// The answer recorded for `state`; null where none was. Not for volatile requests.
[[nodiscard]] inline const table::format::AnswerRecord* answer_at(
    const table::ServiceSection& section, const table::format::RequestRecord& request,
    Version state) noexcept {
  const auto answers = section.answers(request);
  const auto found =
      std::ranges::lower_bound(answers, state, {}, &table::format::AnswerRecord::state);
  return found == answers.end() || found->state != state ? nullptr : &*found;
}

/// Of each key of a section whether it is advanced outside of transactions, for a Scope.
[[nodiscard]] inline ImmediateKeys immediate_keys(const table::ServiceSection& section) {
  ImmediateKeys immediate(section.key_count());
  for (KeyId key; key != immediate.next(); ++key)
    immediate[key] = is_immediate(section.key_name(key));
  return immediate;
}

}  // namespace understudy::match
