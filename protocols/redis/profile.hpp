// What the recorded server was: decides dialect and facts of the one that stands in.
#pragma once

#include <cstdint>
#include <set>
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
  /// Clients that had not logged in were refused, and none of them was served.
  bool refuses_strangers = false;
  /// Users that were refused something for want of permission: who asks is part of what they ask.
  std::set<std::string, std::less<>> restricted;

  [[nodiscard]] bool restricts(std::string_view user) const { return restricted.contains(user); }
  /// Major × 256 + minor.
  [[nodiscard]] std::uint16_t release() const noexcept;
  [[nodiscard]] bool knows_hello() const noexcept { return release() >= 0x0600; }
  [[nodiscard]] DoubleStyle double_style() const noexcept {
    return release() < 0x0702 ? DoubleStyle::seventeen_digits : DoubleStyle::shortest;
  }

  /// Takes over what `document` has of these: a session's facts or what to_document() gave.
  void merge(const Document& document);
  [[nodiscard]] Document to_document() const;
};

}  // namespace understudy::redis
