// Between the text and the binary format of a value, both directions, by type.
// The text is what the type's output function prints, the binary what its send function sends.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/types.hpp"
#include "understudy/bytes.hpp"

namespace understudy::postgres {

/// Appends the text form; false, with `out` as it was, where the octets are not a value of that
/// type or the type is not known here.
[[nodiscard]] bool binary_to_text(Oid type, Bytes binary, std::string& out);

/// Appends the binary form; false, with `out` as it was, where the text is not a value of that type
/// or the type has no binary form here.
[[nodiscard]] bool text_to_binary(Oid type, std::string_view text, std::vector<std::uint8_t>& out);

/// True where both formats of a built-in type are the same octets: text, varchar, json, …
[[nodiscard]] bool has_one_format(Oid type) noexcept;

/// The same of one value, whose column was described as of `type` and `length`: also where it is
/// the label of an enum. RowDescription tells those by their length, which no other type has but
/// the numbers of some extensions, and these don't look like labels.
[[nodiscard]] bool has_one_format(Oid type, std::int16_t length, std::string_view value) noexcept;

/// The text of a bound parameter in the spelling that every driver arrives at: what the server
/// would print for it. Text that the type does not accept, or that is not understood, stays.
[[nodiscard]] std::string canonical_text(Oid type, std::string_view text);

}  // namespace understudy::postgres
