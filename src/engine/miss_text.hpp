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
  uncertain       ///< a guess would answer it, which --strict forbids
};

[[nodiscard]] Miss describe_miss(const Protocol& protocol, const table::ServiceSection& section,
                                 std::string_view canonical, MissReason reason);

}  // namespace understudy::engine
