// Points of time as text, in the spellings that services use.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace understudy::match {

/// How an instant was spelled, enough to spell another one alike.
struct InstantStyle {
  enum class Form : std::uint8_t { iso, http, date };
  Form form = Form::iso;
  char between = 'T';       ///< of date and time
  int fraction = -1;        ///< digits behind the second; -1 where not even seconds are told
  std::string_view zone{};  ///< "Z", "+00", "+02:00", "-0500"; empty for none
};

struct Instant {
  std::int64_t microseconds = 0;  ///< since 1970; without a zone it is taken for UTC
  std::size_t size = 0;           ///< bytes of the text that it took
  InstantStyle style;
};

/// The instant or date that `text` begins with.
[[nodiscard]] std::optional<Instant> parse_instant(std::string_view text);
[[nodiscard]] std::string format_instant(std::int64_t microseconds, const InstantStyle& style);

}  // namespace understudy::match
