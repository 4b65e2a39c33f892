// How sure an answer is.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace understudy {

enum class Grade : std::uint8_t {
  exact,        ///< recorded for this very state
  static_,      ///< never changed in any recording
  rule,         ///< a person wrote it
  synthesised,  ///< the protocol's own business
  computed,     ///< by an emulator that agreed with every recorded answer
  guess,        ///< uncertain: answered, and never without a trace
  miss          ///< not answered
};

inline constexpr std::array<std::string_view, 7> grade_names = {
    "exact", "static", "rule", "synthesised", "computed", "guess", "miss"};

[[nodiscard]] constexpr std::string_view name_of(Grade grade) noexcept {
  return grade_names[static_cast<std::size_t>(grade)];
}
[[nodiscard]] constexpr bool is_certain(Grade grade) noexcept {
  return grade < Grade::guess;
}

}  // namespace understudy
