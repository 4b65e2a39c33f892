// What a client, a log and a report say about a request that nothing certain answers.
#pragma once

#include <string_view>

#include "engine/doubt.hpp"
#include "match/near_miss.hpp"
#include "understudy/protocol.hpp"

namespace understudy::engine {

/// Costs a look at some recorded requests of the nearest pattern: for misses only.
[[nodiscard]] Miss describe_miss(const Protocol& protocol, const match::PatternIndex& patterns,
                                 std::string_view canonical, const Doubt& doubt);

/// What the log says of an answer that is not certain; `answer` is the recorded one that was given,
/// or null.
[[nodiscard]] Miss describe_guess(const Protocol& protocol, const table::ServiceSection& section,
                                  std::string_view canonical, const Doubt& doubt,
                                  const table::format::AnswerRecord* answer);

/// "recorded after UPDATE … (sessions/r1.orders.002.yaml:88); here INSERT … came last".
[[nodiscard]] std::string text_of(const Protocol& protocol, const table::ServiceSection& section,
                                  const match::StateDifference& difference);

[[nodiscard]] std::string_view text_of(MissReason reason) noexcept;

}  // namespace understudy::engine
