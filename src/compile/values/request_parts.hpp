// A request as its parts that could each vary, and the rest.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/protocol.hpp"

namespace understudy::compile {

struct RequestPart {
  std::string text;
  ValueRole role = ValueRole::sought;
  std::uint64_t place = 0;  ///< see match::place_hash()
};

struct RequestParts {
  std::string rest;  ///< the canonical request without them
  std::vector<RequestPart> parts;
};

/// `pattern`: of the request without its generated values.
[[nodiscard]] RequestParts parts_of_request(const Protocol& protocol, std::string_view canonical,
                                            std::string_view pattern);

}  // namespace understudy::compile
