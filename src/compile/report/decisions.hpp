// What compile decided of each place in which generated values stand, and why, for a person.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "compile/model/steps.hpp"
#include "compile/values/varying.hpp"

namespace understudy::compile {

enum class PlaceClass : std::uint8_t {
  fresh,    ///< made here, by the client, anew in each run
  echo,     ///< seen before: made in another place, or by a server
  constant  ///< must be as recorded
};
/// "fresh", "echo", "constant"
[[nodiscard]] std::string_view name_of(PlaceClass place_class) noexcept;

/// Values of one kind in one place of the requests of one template, decided for one reason.
struct Decision {
  std::string request;  ///< match::template_of
  std::string place;    ///< "2", or "2.1" where the text of a value has several
  match::ValueKind kind = match::ValueKind::token;
  PlaceClass place_class = PlaceClass::constant;
  bool certain = true;  ///< false for what one recording suggests only
  std::string because;
  std::uint64_t values = 0;  ///< different ones
  std::string example;
  std::vector<std::string> evidence;  ///< of the example, as `file:line`
};

/// Of each service, by template and place.
[[nodiscard]] std::vector<std::vector<Decision>> decide(std::span<const LoadedService> services,
                                                        const Findings& findings);

/// "values in 3 places are fresh (1 of them proven), in 2 echo, in 1 constant"; empty where there
/// are none.
[[nodiscard]] std::string summary_of(const std::vector<Decision>& decisions);

}  // namespace understudy::compile
