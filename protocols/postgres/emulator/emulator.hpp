// PostgreSQL computed: its statements, over what a recording shows of its tables.
#pragma once

#include <memory>
#include <string_view>

#include "understudy/document.hpp"
#include "understudy/emulator.hpp"

namespace understudy::postgres {

/// See Protocol::new_emulator. `knowledge`: null, or a map of what follows, all of which may be
/// missing: `profile` as the analyser's; `start`, what there is first (see emulation::Start);
/// `pinned`, patterns; `collation`; `locks` and `errors`, true; `denied`, tables; `oids` by table.
[[nodiscard]] std::unique_ptr<Emulator> new_postgres_emulator(const Document& knowledge);

}  // namespace understudy::postgres
