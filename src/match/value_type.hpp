// Values that a program makes anew in each run, recognised by their looks: identifiers, random
// tokens, hashes, times.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::match {

enum class ValueKind : std::uint8_t {
  uuid,       ///< 32 hexadecimal digits, with hyphens (RFC 9562, v1 to v8) or without
  ulid,       ///< 26 digits of Crockford's base 32
  ksuid,      ///< 27 digits of base 62
  object_id,  ///< 24 hexadecimal digits
  snowflake,  ///< 17 to 19 decimal digits
  hex,        ///< 16 or more random hexadecimal digits: hashes, trace ids, secrets
  token,      ///< 20 or more random bytes of base 62, base 64 or base64url
  jwt,        ///< RFC 7519, compact
  bcrypt,     ///< "$2b$10$…"
  instant,    ///< a date with a time: ISO 8601, SQL, RFC 9110
  date,       ///< "2026-11-25"
  epoch,      ///< seconds, milliseconds or microseconds since 1970, in the years 2001 to 2099
  text        ///< whatever it looks like: known by its place alone (match/places.hpp)
};

/// "uuid", "object id", …
[[nodiscard]] std::string_view name_of(ValueKind kind) noexcept;
[[nodiscard]] std::optional<ValueKind> kind_named(std::string_view name) noexcept;
/// All of them: "uuid, ulid, …".
[[nodiscard]] std::string kind_names();

/// Whether values of this kind say when rather than which: two that differ may become equal in
/// another run, and the reverse.
[[nodiscard]] constexpr bool is_time(ValueKind kind) noexcept {
  return kind >= ValueKind::instant && kind <= ValueKind::epoch;
}

/// A generated value within a text; no letter or digit stands directly before or behind it.
struct Token {
  std::size_t begin = 0, size = 0;
  ValueKind kind = ValueKind::token;
};

/// Appends those of `text` from left to right. None overlap.
void find_tokens(std::string_view text, std::vector<Token>& tokens);

/// What stands for a secret (`redacted:…`) is no generated value: another one is another secret,
/// and nothing stands for it. Only two recordings of one flow are laid beside each other by them.
/// Folded they are of no kind and begin with this.
inline constexpr char folded_placeholder = '!';
/// Appends the placeholders of a text, folded, from left to right.
void find_placeholders(std::string_view text, std::vector<std::string>& folded);

/// The value behind a spelling: a letter for its kind, then a text that all its spellings share.
/// A uuid has no hyphens and no case, an instant no zone.
[[nodiscard]] std::string fold(ValueKind kind, std::string_view spelled);
[[nodiscard]] ValueKind kind_of_folded(std::string_view folded) noexcept;
/// A folded value in the spelling of `like`, which is of the same kind.
[[nodiscard]] std::string respell(std::string_view folded, std::string_view like);

/// A folded value in its usual spelling.
[[nodiscard]] std::string spell(std::string_view folded);

/// Microseconds since 1970 of a folded time.
[[nodiscard]] std::int64_t time_of(std::string_view folded);

}  // namespace understudy::match
