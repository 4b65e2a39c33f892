// A state that was never recorded: which recorded answer is the likeliest there, and what it is
// that differs from the state that answer was recorded in. Nothing here is ever certain.
#pragma once

#include <cstdint>
#include <optional>

#include "match/last_writes.hpp"
#include "table/service_section.hpp"

namespace understudy::match {

/// The recorded answer after the write which, of all writes that the recording shows to have
/// changed this answer, came last here; of several such answers the one whose last writes agree
/// best. `request` has answers and is not volatile. Looks at a bounded number of them.
[[nodiscard]] const table::format::AnswerRecord& likeliest_answer(
    const table::ServiceSection& section, const table::format::RequestRecord& request,
    const SeenWrites& writes);

/// A key that a request depends on, with the write that came last there in the recording and here.
struct StateDifference {
  KeyId key;
  table::MaybeWriteId recorded;  ///< none where it was not written
  Author live;
};

/// The narrowest key whose last writes differ; where all seem to agree, what differs lies further
/// back, and the first key that was written at all is named. Nothing where none was.
[[nodiscard]] std::optional<StateDifference> state_difference(
    const table::ServiceSection& section, const table::format::RequestRecord& request,
    const table::format::AnswerRecord& answer, const SeenWrites& writes);

}  // namespace understudy::match
