// PostgreSQL computed: its statements, over what a recording shows of its tables.
#pragma once

#include <memory>
#include <string_view>

#include "understudy/document.hpp"
#include "understudy/emulator.hpp"

namespace understudy::postgres {

/// Before the pattern of a request that tells what there was before the recording began.
inline constexpr std::string_view beforehand_prefix = "beforehand: ";

/// See Protocol::new_emulator. `knowledge`: null, or
/// {profile: as the analyser's, start: [CANONICAL, …], pinned: [PATTERN, …], collation: …,
///  locks: true, oids: {TABLE: OID}}; all of it may be missing.
[[nodiscard]] std::unique_ptr<Emulator> new_postgres_emulator(const Document& knowledge);

}  // namespace understudy::postgres
