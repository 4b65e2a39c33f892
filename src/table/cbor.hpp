// Documents inside of a table.
#pragma once

#include "understudy/bytes.hpp"
#include "understudy/document.hpp"

namespace understudy::table {

/// Discarded where the octets are no document. The library is told not to throw, and does all the
/// same for a list or map that announces more items than there can be.
[[nodiscard]] inline Document document_from_cbor(Bytes encoded) {
  try {
    return Document::from_cbor(encoded.begin(), encoded.end(), true, false);
  } catch (const Document::exception&) {
    return Document(Document::value_t::discarded);
  }
}

}  // namespace understudy::table
