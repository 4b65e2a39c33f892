#include "store/pin_file.hpp"

#include <algorithm>

#include "store/rule_folder.hpp"

namespace understudy::store {
namespace {

bool is_place(std::string_view text) {
  const std::size_t dot = std::min(text.find('.'), text.size());
  const auto is_number = [](std::string_view number) {
    return !number.empty() && number.size() < 6 && number.front() != '0' &&
           std::ranges::all_of(number, [](char octet) { return octet >= '0' && octet <= '9'; });
  };
  return is_number(text.substr(0, dot)) && (dot == text.size() || is_number(text.substr(dot + 1)));
}

void read_values(const Document& values, const RuleDocument& found, Pin& pin) {
  for (const auto& [place, word] : values.items()) {
    const std::string at = pointer_to("/values", place);
    if (!is_place(place))
      found.shape.report(at, fmt::format("`{}` names no value", place),
                         "2 is the second value of the request, 2.1 the first within its text");
    else if (found.shape.is(word, at, Kind::text, place))
      pin.values.push_back(
          {place, word.get<std::string>(), line_in_slice(found.slice, at, found.line)});
  }
}

/// `effect: read` of a request, `independent: [/orders, /stock]` of a service.
void read_said(const RuleDocument& found, Pin& pin) {
  pin.said = Document::object();
  if (!pin.request.empty()) pin.said["request"] = pin.request;
  if (const Document* effect =
          found.shape.member(found.document, "", "effect", Kind::text, Presence::optional)) {
    pin.said["effect"] = *effect;
    if (pin.request.empty())
      found.shape.report("/effect", "of which request is not said",
                         "write `pin: {service: NAME, request: POST /path}`");
  }
  if (const Document* paths =
          found.shape.member(found.document, "", "independent", Kind::list, Presence::optional)) {
    pin.said["independent"] = *paths;
    for (std::size_t i = 0; i < paths->size(); ++i)
      static_cast<void>(
          found.shape.is((*paths)[i], "/independent/" + std::to_string(i), Kind::text, "a path"));
  }
}

Pin read_pin(const RuleDocument& found) {
  Shape& shape = found.shape;
  const bool of_values =
      !found.document.contains("effect") && !found.document.contains("independent");
  if (of_values)
    shape.only(found.document, "", {"pin", "values"});
  else
    shape.only(found.document, "", {"pin", "effect", "independent"});
  Pin pin{.service = {},
          .request = {},
          .values = {},
          .said = {},
          .file = found.file,
          .line = found.line};
  if (const Document* head =
          shape.member(found.document, "", "pin", Kind::map, Presence::required)) {
    shape.only(*head, "/pin", {"service", "request"});
    if (const Document* given =
            shape.member(*head, "/pin", "service", Kind::text, Presence::required))
      pin.service = given->get<std::string>();
    const Presence presence = of_values ? Presence::required : Presence::optional;
    if (const Document* given = shape.member(*head, "/pin", "request", Kind::text, presence))
      pin.request = given->get<std::string>();
  }
  if (!of_values) {
    read_said(found, pin);
  } else if (const Document* values =
                 shape.member(found.document, "", "values", Kind::map, Presence::required)) {
    read_values(*values, found, pin);
  }
  return pin;
}

}  // namespace

bool is_pin(const Document& document) {
  return document.is_object() && document.contains("pin");
}

std::vector<Pin> read_pins(const std::filesystem::path& mock_set, Diagnostics& problems) {
  std::vector<Pin> pins;
  Diagnostics found;
  each_rule_document(mock_set, found, [&](const RuleDocument& document) {
    if (!is_pin(document.document)) return;
    const std::size_t before = found.size();
    Pin pin = read_pin(document);
    if (found.size() == before) pins.push_back(std::move(pin));
    problems.insert(problems.end(), found.begin() + static_cast<std::ptrdiff_t>(before),
                    found.end());
  });
  return pins;
}

std::string pin_text(const Pin& pin, std::string_view comment) {
  std::string text;
  while (!comment.empty()) {
    const std::size_t end = std::min(comment.find('\n'), comment.size());
    text.append("# ").append(comment.substr(0, end)).append("\n");
    comment.remove_prefix(std::min(end + 1, comment.size()));
  }
  Document values = Document::object();
  for (const PinnedValue& value : pin.values) values[value.place] = value.word;
  write_yaml(text, {{"pin", {{"service", pin.service}, {"request", pin.request}}}});
  write_yaml(text, {{"values", std::move(values)}});
  return text;
}

}  // namespace understudy::store
