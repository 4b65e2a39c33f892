// When a key is to end, as commands say it.
#pragma once

#include <cstddef>
#include <string_view>

#include "protocols/redis/emulator/call.hpp"

namespace understudy::redis::emulation {

enum class Unit : std::uint8_t { seconds, milliseconds };
enum class Since : std::uint8_t { now, epoch };

struct TimeOption {
  Unit unit = Unit::seconds;
  Since since = Since::now;
};

struct Deadline {
  Expiry expiry;
  bool refused = false;
  Answer refusal{};  ///< the error; nothing where it is not sure
};

/// Of a command that gives a new value a time to live: it must be positive.
[[nodiscard]] Deadline deadline_of_value(const Call& call, std::size_t word, TimeOption option);

/// Of EXPIRE and its like: any number will do that a moment can be made of.
[[nodiscard]] Deadline deadline_of_key(const Call& call, std::size_t word, TimeOption option);

/// Whether the key ends at once; nothing where that is not known.
[[nodiscard]] std::optional<bool> has_passed(const Call& call, const Expiry& expiry);

}  // namespace understudy::redis::emulation
