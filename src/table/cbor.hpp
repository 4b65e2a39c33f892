// Documents inside of a table.
#pragma once

#include "understudy/document_cbor.hpp"

namespace understudy::table {

/// Discarded where the bytes are no document.
[[nodiscard]] inline Document document_from_cbor(Bytes encoded) {
  return read_cbor(encoded);
}

}  // namespace understudy::table
