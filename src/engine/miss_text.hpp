// What a client, a log and a report say about a request that nothing answers.
#pragma once

#include <string_view>

#include "table/service_section.hpp"
#include "understudy/protocol.hpp"

namespace understudy::engine {

enum class MissReason : std::uint8_t {
  unknown,        ///< no recorded request equals it
  ambiguous,      ///< several recorded requests would fit, with different answers
  unknown_state,  ///< recorded, but never with these writes before it
  uncertain,      ///< the recording itself does not prove the answer
  renamed         ///< which recorded values its own stand for is not certain
};

/// Costs a look at the recorded requests of the nearest pattern: for misses only.
[[nodiscard]] Miss describe_miss(const Protocol& protocol, const table::ServiceSection& section,
                                 std::string_view canonical, MissReason reason);

/// What the log says of an answer that is not certain; `answer` is the recorded one that was given.
[[nodiscard]] Miss describe_guess(const Protocol& protocol, const table::ServiceSection& section,
                                  std::string_view canonical, MissReason reason,
                                  const table::format::AnswerRecord& answer);

}  // namespace understudy::engine
