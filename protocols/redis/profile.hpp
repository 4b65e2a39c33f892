// What the recorded server was: decides dialect and facts of the one that stands in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocols/redis/numbers.hpp"
#include "understudy/document.hpp"

namespace understudy::redis {

struct Profile {
  std::string version = "7.0.15";
  std::string mode = "standalone";
  std::string role = "master";
  std::uint32_t databases = 16;

  /// Major × 256 + minor.
  [[nodiscard]] std::uint16_t release() const noexcept;
  [[nodiscard]] bool knows_hello() const noexcept { return release() >= 0x0600; }
  [[nodiscard]] DoubleStyle double_style() const noexcept {
    return release() < 0x0702 ? DoubleStyle::seventeen_digits : DoubleStyle::shortest;
  }

  /// Takes over what `document` has of `version`, `mode`, `role` and `databases`: a session's facts
  /// or what to_document() gave.
  void merge(const Document& document);
  [[nodiscard]] Document to_document() const;
};

}  // namespace understudy::redis
