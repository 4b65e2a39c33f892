// Literals as values: strings unescaped, numbers in one spelling.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocols/sql/lexer.hpp"

namespace understudy::sql {

/// Appends what a string token stands for. False, with nothing appended, where that can't be told
/// from the token alone or the server would refuse it.
[[nodiscard]] bool append_string_value(const Token& token, Mode mode, std::string& out);

/// Appends what a bits token stands for: octets in MySQL, digits 0 and 1 in PostgreSQL; false as
/// above.
[[nodiscard]] bool append_bits_value(const Token& token, Mode mode, std::string& out);

/// A hash of the spelling of a number in any case, no octet of it zero.
[[nodiscard]] std::uint16_t spelling_of(bool negative, std::string_view spelled) noexcept;

}  // namespace understudy::sql
