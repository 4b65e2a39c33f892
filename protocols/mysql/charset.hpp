// Character sets: what a collation number on the wire means, and text in one
// of them as UTF-8, which is how session files and tables hold all text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace understudy::mysql {

struct Charset {
  enum class Encoding : std::uint8_t { utf8, utf8mb3, latin1, ascii, binary, other };
  std::string_view name;
  std::uint8_t max_octets;  ///< of one character; scales ColumnDefinition41::length
  std::uint16_t default_collation;
  Encoding encoding;
  const char* iconv_name;  ///< for `other`; null where no conversion is known
};

inline constexpr std::uint16_t binary_collation = 63;
inline constexpr std::uint16_t utf8mb4_collation = 45;  ///< utf8mb4_general_ci

/// Null for a collation that is not known.
[[nodiscard]] const Charset* charset_of(std::uint16_t collation) noexcept;
/// The name of a collation, `#number` where it is not known.
[[nodiscard]] std::string collation_name(std::uint16_t collation);
/// By the names of SET NAMES, `utf8` and `utf8mb3` alike; null where unknown.
[[nodiscard]] const Charset* charset_named(std::string_view name) noexcept;

/// True where UTF-8 text is sent as it is.
[[nodiscard]] inline bool is_utf8(const Charset& charset) noexcept {
  return charset.encoding == Charset::Encoding::utf8 ||
         charset.encoding == Charset::Encoding::utf8mb3;
}

/// Nothing where `octets` have no meaning in `charset` or no conversion is known.
[[nodiscard]] std::optional<std::string> to_utf8(const Charset& charset, std::string_view octets);
/// What a server sends of UTF-8 `text` to a client of `charset`: `?` for characters that it lacks.
[[nodiscard]] std::optional<std::string> from_utf8(const Charset& charset, std::string_view text);

}  // namespace understudy::mysql
