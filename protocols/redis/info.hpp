// The text of an INFO reply: `# Section` and `field:value` lines.
#pragma once

#include <string>
#include <string_view>

namespace understudy::redis {

/// The value of a field; empty where there is none.
[[nodiscard]] std::string info_field(std::string_view info, std::string_view field);

/// The same text with everything that differs from call to call (memory, uptime, counters, ids)
/// put to zero, and without the lines that come and go with it (`db0:keys=…`), so that recording
/// the same thing twice says the same.
[[nodiscard]] std::string steady_info(std::string_view info);

}  // namespace understudy::redis
