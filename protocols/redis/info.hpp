// The text of an INFO reply: `# Section` and `field:value` lines.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace understudy::redis {

/// Calls `visit` for each line without its end, and for that end.
template <class Visitor>
void for_each_line(std::string_view text, Visitor&& visit) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t newline = std::min(text.find('\n', at), text.size());
    const std::size_t end = newline > at && text[newline - 1] == '\r' ? newline - 1 : newline;
    const std::size_t next = std::min(newline + 1, text.size());
    visit(text.substr(at, end - at), text.substr(end, next - end));
    at = next;
  }
}

/// The value of a field; empty where there is none.
[[nodiscard]] std::string info_field(std::string_view info, std::string_view field);

/// The same text with everything that differs from call to call (memory, uptime, counters, ids)
/// put to zero, and without the lines that come and go with it (`db0:keys=…`), so that recording
/// the same thing twice says the same.
[[nodiscard]] std::string steady_info(std::string_view info);

}  // namespace understudy::redis
