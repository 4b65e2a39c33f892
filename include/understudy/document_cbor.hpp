// Documents as CBOR: how they are kept inside tables and between passes.
#pragma once

#include "understudy/bytes.hpp"
#include "understudy/document.hpp"

namespace understudy {

/// `is_discarded()` where the bytes are not exactly one document. Linear in their number.
[[nodiscard]] Document read_cbor(Bytes encoded);

}  // namespace understudy
