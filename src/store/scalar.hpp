// Plain scalars of the YAML 1.2 core schema (section 10.3.2): text to value and back.
#pragma once

#include <string>
#include <string_view>

#include "understudy/document.hpp"

namespace understudy::store {

/// The value of a plain scalar: null, a boolean, an integer, a float, or else text. An integer that
/// no 64 bits hold, or a float that no double holds, is text with the reason in `problem`.
[[nodiscard]] Document resolve_plain(std::string_view text, std::string& problem);

/// The shortest spelling that reads back as the same double and that no reader takes for an
/// integer.
[[nodiscard]] std::string spell_double(double value);

/// Where a plain scalar is to stand: flow collections and keys allow fewer characters.
enum class PlainPlace : std::uint8_t { block, flow };

/// True where `text` can stand unquoted and every reader, of YAML 1.1 as well, takes it for text.
[[nodiscard]] bool can_be_plain(std::string_view text, PlainPlace place) noexcept;

/// One code point of well-formed UTF-8 at `offset`, which is moved behind it.
[[nodiscard]] char32_t next_code_point(std::string_view text, std::size_t& offset) noexcept;

/// False for what is to be escaped: controls, and what can't be seen or is taken for a line break.
[[nodiscard]] bool is_visible(char32_t code_point) noexcept;

}  // namespace understudy::store
