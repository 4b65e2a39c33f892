// Why nothing answered: the nearest recorded requests and what differs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "table/service_section.hpp"
#include "understudy/protocol.hpp"

namespace understudy::match {

/// One field in which a request differs from a recorded one, by JSON pointer.
struct Difference {
  std::string path;
  std::string asked, recorded;  ///< as one-line JSON; empty where the field is missing on that side
};

struct NearMiss {
  std::uint32_t request = 0;            ///< number in the section
  std::string recorded;                 ///< one line
  std::string source;                   ///< file:line of its first exchange
  std::vector<Difference> differences;  ///< none where only the state differs
};

/// The nearest recorded requests, best first, found through the index of patterns: the same request
/// spelled otherwise, then the same pattern with other values, then the most similar pattern.
[[nodiscard]] std::vector<NearMiss> nearest(const Protocol& protocol,
                                            const table::ServiceSection& section,
                                            std::string_view canonical, std::size_t at_most);

[[nodiscard]] std::vector<Difference> differences(const Document& asked, const Document& recorded);

}  // namespace understudy::match
