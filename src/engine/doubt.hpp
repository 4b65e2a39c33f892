// Why an answer is uncertain, or why there is none.
#pragma once

#include <cstdint>
#include <optional>

#include "match/change_point.hpp"
#include "table/service_section.hpp"

namespace understudy::engine {

enum class MissReason : std::uint8_t {
  unknown,        ///< no recorded request equals it
  ambiguous,      ///< several recorded requests would fit, with different answers
  unknown_state,  ///< recorded, but never with these writes before it
  uncertain,      ///< the recording itself does not prove the answer
  several,        ///< one state had several answers: they are given in recorded order
  unsteady,       ///< the answer shows the clock or chance
  commit,         ///< it failed in some recorded state and was never recorded in this one
  unwatched,      ///< no recorded request depends on the key that is to be watched
  waited,         ///< nothing came, and it is not known whether anything was there
  unheard,        ///< those that heard it in the recording are not connected
  asked_often,    ///< more often than recorded in this state, and being asked may change it
  renamed,        ///< which recorded values its own stand for is not certain
  unproven        ///< it is the nearest recorded request, not the one that was asked
};

struct Doubt {
  MissReason reason = MissReason::unknown;
  /// The recorded answer that is the likeliest, where the request was recorded at all.
  const table::format::AnswerRecord* nearest = nullptr;
  /// Where only the state is unknown: which write made the difference.
  std::optional<match::StateDifference> difference{};
};

}  // namespace understudy::engine
