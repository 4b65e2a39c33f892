// Look-ups in a section: which recorded answer belongs to a request in a state.
#pragma once

#include <algorithm>
#include <vector>

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

/// Of each key of a section whether it is bumped outside of transactions, for a Scope.
[[nodiscard]] inline std::vector<bool> immediate_keys(const table::ServiceSection& section) {
  std::vector<bool> immediate(section.key_count());
  for (std::uint32_t key = 0; key < immediate.size(); ++key)
    immediate[key] = is_immediate(section.key_name(key));
  return immediate;
}

}  // namespace understudy::match
