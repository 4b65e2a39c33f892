// What commands say that take the first of several keys' elements: LMPOP, ZMPOP, and those that
// wait.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "protocols/redis/emulator/call.hpp"

namespace understudy::redis::emulation {

struct PopOptions {
  Arguments keys;
  std::size_t where = 0;  ///< which of the two words that say from which end
  std::int64_t count = 1;
};

/// Reads `numkeys key … where [COUNT n]` from a word on. The error; nothing where all is read.
[[nodiscard]] std::optional<Value> read_pop_options(const Call& call, std::size_t first,
                                                    std::array<std::string_view, 2> ends,
                                                    PopOptions& options);

/// Of a word that says how many seconds a command waits: what it is answered where that is none.
/// An answer that is not sure where it is not sure how the server reads it.
[[nodiscard]] std::optional<Answer> refused_timeout(const Call& call, std::size_t word);

}  // namespace understudy::redis::emulation
