// Bodies of several parts (RFC 2046, 5.1), which compare without their random boundary.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/http/message.hpp"

namespace understudy::http {

struct Part {
  Fields headers;
  std::string body;
};

/// Nothing where the octets are not that. Preamble and epilogue are passed over.
[[nodiscard]] std::optional<std::vector<Part>> parse_multipart(std::string_view octets,
                                                               std::string_view boundary);

}  // namespace understudy::http
