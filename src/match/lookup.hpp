// The one look-up: which recorded answer belongs to a request in a state.
#pragma once

#include <algorithm>

#include "match/chains.hpp"
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

}  // namespace understudy::match
