// Arrays and records, whose elements have types of their own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/types.hpp"
#include "understudy/bytes.hpp"

namespace understudy::postgres {

/// array_recv's layout to `{1,NULL,"a b"}`; `out` is undefined after false.
[[nodiscard]] bool array_to_text(Bytes binary, std::string& out);
[[nodiscard]] bool array_to_binary(Oid element, std::string_view text,
                                   std::vector<std::uint8_t>& out);
/// record_send's layout to `(1,,"a b")`. There is no way back: the text does not tell the types.
[[nodiscard]] bool record_to_text(Bytes binary, std::string& out);

}  // namespace understudy::postgres
