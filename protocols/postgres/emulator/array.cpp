#include "protocols/postgres/emulator/array.hpp"

#include "understudy/document.hpp"
#include "understudy/document_text.hpp"

namespace understudy::postgres::emulation {
namespace {

struct Element {
  std::string text;
  bool quoted = false;
};

/// Takes one element off, with the comma or brace behind it.
std::optional<Element> take_element(std::string_view& rest, char& behind) {
  Element element;
  if (rest.starts_with('"')) {
    element.quoted = true;
    std::size_t i = 1;
    for (; i < rest.size() && rest[i] != '"'; ++i) {
      if (rest[i] == '\\') ++i;
      if (i < rest.size()) element.text += rest[i];
    }
    if (i >= rest.size()) return std::nullopt;
    rest.remove_prefix(i + 1);
  } else {
    const std::size_t end = rest.find_first_of(",}{\"\\ \t\n");
    if (end == 0 || end == std::string_view::npos) return std::nullopt;
    element.text = rest.substr(0, end);
    rest.remove_prefix(end);
  }
  if (rest.empty() || (rest.front() != ',' && rest.front() != '}')) return std::nullopt;
  behind = rest.front();
  rest.remove_prefix(1);
  return element;
}

bool is_null_word(const Element& element) {
  return !element.quoted && element.text.size() == 4 && (element.text[0] | 0x20) == 'n' &&
         (element.text[1] | 0x20) == 'u' && (element.text[2] | 0x20) == 'l' &&
         (element.text[3] | 0x20) == 'l';
}

}  // namespace

std::optional<Elements> take_array_apart(std::string_view text) {
  if (!text.starts_with('{')) return std::nullopt;
  text.remove_prefix(1);
  Elements elements;
  if (text == "}") return elements;
  for (char behind = ','; behind == ',';) {
    const auto element = take_element(text, behind);
    if (!element) return std::nullopt;
    elements.push_back(is_null_word(*element) ? std::nullopt : std::optional(element->text));
  }
  return text.empty() ? std::optional(elements) : std::nullopt;
}

std::optional<Datum> read_array(ColumnType type, sql::ValueClass value_class, std::string_view text,
                                const Printing& printing) {
  if (value_class == sql::ValueClass::number || value_class == sql::ValueClass::boolean)
    return std::nullopt;
  const auto elements = take_array_apart(text);
  if (!elements) return std::nullopt;
  Document list = Document::array();
  for (const auto& element : *elements) {
    if (!element) {
      list.push_back(nullptr);
      continue;
    }
    type.length = 0;
    const auto datum = read_value(type, sql::ValueClass::unknown, *element, printing);
    if (!datum) return std::nullopt;
    if (const auto* number = std::get_if<std::int64_t>(&*datum))
      list.push_back(*number);
    else
      list.push_back(std::get<std::string>(*datum));
  }
  return Datum(json_text(list));
}

}  // namespace understudy::postgres::emulation
