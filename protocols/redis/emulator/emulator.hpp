// Redis computed: the rules of the commands, run on what a recording shows of the keys.
#pragma once

#include <memory>

#include "understudy/document.hpp"
#include "understudy/emulator.hpp"

namespace understudy::redis {

/// See Protocol::new_emulator. `knowledge`: null, or
/// {seeds: […], pinned: [NAME, …], doubles: seventeen_digits | shortest}.
[[nodiscard]] std::unique_ptr<Emulator> new_redis_emulator(const Document& knowledge);

}  // namespace understudy::redis
