// Commands that wait until another connection has brought something.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "protocols/redis/command_table.hpp"

namespace understudy::redis {

struct Timeout {
  std::chrono::milliseconds time{0};  ///< zero: for ever
  std::string_view problem{};         ///< the server's error where it is none
};
/// Of a word that is a number of seconds; nothing where it is not sure how the server reads it.
[[nodiscard]] std::optional<Timeout> parse_timeout(std::string_view seconds);

struct Wait {
  enum class Until : std::uint8_t {
    something,      ///< is there
    something_new,  ///< comes, whatever is there (XREAD … $)
    replicas        ///< so many have it (WAIT); the answer says how many have
  };
  Until until = Until::something;
  std::chrono::milliseconds at_most{0};  ///< zero: for ever
  std::int64_t replicas = 0;
};
/// Whether wait_of() may give anything.
[[nodiscard]] inline bool may_wait(const ResolvedCommand& resolved) noexcept {
  return resolved.command != nullptr &&
         (resolved.command->is(flags::blocking) || std::string_view(resolved.name) == "WAIT");
}
/// How a command waits that is carried out by itself, not in a transaction; nothing where it
/// doesn't, or where its timeout is none.
[[nodiscard]] std::optional<Wait> wait_of(const ResolvedCommand& resolved, Arguments arguments);

}  // namespace understudy::redis
