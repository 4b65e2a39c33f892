#include "compile/values/request_parts.hpp"

#include <optional>

#include "match/places.hpp"

namespace understudy::compile {

RequestParts parts_of_request(const Protocol& protocol, std::string_view canonical,
                              std::string_view pattern) {
  RequestParts request;
  std::uint32_t number = 0;
  request.rest = protocol.map_values(canonical, [&](std::string_view value, ValueRole role) {
    ++number;
    const std::vector<match::Part> parts = match::parts_of(value);
    std::string rest;
    std::size_t copied = 0;
    for (std::uint32_t i = 0; i < parts.size(); ++i) {
      request.parts.push_back({std::string(value.substr(parts[i].begin, parts[i].size)), role,
                               match::place_hash(pattern, number, i)});
      rest += value.substr(copied, parts[i].begin - copied);
      copied = parts[i].begin + parts[i].size;
    }
    return std::optional(rest += value.substr(copied));
  });
  return request;
}

}  // namespace understudy::compile
