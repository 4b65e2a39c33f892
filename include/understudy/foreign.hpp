// Clients that came to the wrong port, told by their first octets.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "understudy/bytes.hpp"

namespace understudy {

inline constexpr std::string_view tls_opening = "a TLS ClientHello";

/// What a client that sent `first` speaks, where that is certain: "a TLS ClientHello", …
[[nodiscard]] inline std::optional<std::string_view> foreign_opening(Bytes first) noexcept {
  const std::string_view text = as_text(first);
  if (text.starts_with("\x16\x03")) return tls_opening;
  if (text.starts_with("PRI * HTTP/2")) return "an HTTP/2 preface";
  if (text.size() >= 2 && (text[0] == '*' || text[0] == '$') && text[1] >= '0' && text[1] <= '9')
    return "a Redis command";
  if (text.starts_with('\0')) return "a PostgreSQL start-up message";
  return std::nullopt;
}

/// What a log says of such a client; `own` is what the service speaks.
[[nodiscard]] inline std::string foreign_note(std::string_view opening, std::string_view own) {
  return "a client sent " + std::string(opening) + "; this service speaks " + std::string(own) +
         " without TLS" +
         (opening == tls_opening ? ", for which `understudy ca` makes a certificate" : "");
}

/// What a log says of a client that went away before its message was whole.
inline constexpr std::string_view cut_off_note =
    "a client's connection ended in the middle of a message";

}  // namespace understudy
