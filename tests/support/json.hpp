// Documents written in a test as JSON.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "understudy/document_text.hpp"

namespace understudy {

/// Throws where `text` is no JSON: the test is wrong then.
inline Document json_document(std::string_view text) {
  Document document = parse_json(text);
  if (document.is_discarded()) throw std::invalid_argument("not JSON: " + std::string(text));
  return document;
}

}  // namespace understudy
