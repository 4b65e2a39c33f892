#include "understudy/document_text.hpp"

namespace understudy {

Document parse_json(std::string_view text) {
  return Document::parse(text, nullptr, false);
}

std::string json_text(const Document& node, JsonForm form) {
  const int indent = form == JsonForm::indented ? 2 : -1;
  return node.dump(indent, ' ', form == JsonForm::ascii, Document::error_handler_t::replace);
}

}  // namespace understudy
