// MySQL and MariaDB computed: their statements, over what a recording shows of their tables.
#pragma once

#include <memory>

#include "understudy/document.hpp"
#include "understudy/emulator.hpp"

namespace understudy::mysql {

/// See Protocol::new_emulator. `knowledge`: null, or a map of what follows, all of which may be
/// missing: `profile` as the analyser's; `start`, what there is first; `pinned`, patterns;
/// `described`, the columns of answers by pattern; `sql_mode`, `time_zone` of the server; `locks`
/// and `errors`, true; `denied`, tables.
[[nodiscard]] std::unique_ptr<Emulator> new_mysql_emulator(const Document& knowledge);

}  // namespace understudy::mysql
