#include "protocols/http/whole.hpp"

#include <algorithm>
#include <utility>

#include "protocols/http/ascii.hpp"
#include "protocols/http/body.hpp"
#include "protocols/http/content.hpp"
#include "protocols/http/identity.hpp"
#include "protocols/http/redact.hpp"

namespace understudy::http {
namespace {

Document cookies_of(std::string_view field) {
  Document cookies = Document::object();
  for_each_part(field, ';', [&](std::string_view pair) {
    const std::size_t equals = std::min(pair.find('='), pair.size());
    cookies[std::string(trimmed(pair.substr(0, equals)))] =
        document_of(trimmed(pair.substr(std::min(equals + 1, pair.size()))));
  });
  return cookies;
}

/// Fields by name in lower case, equal ones joined.
Document joined(const Fields& fields) {
  Document headers = Document::object();
  const Document grouped = fields_document(fields);
  for (const auto& [name, values] : grouped.items()) {
    std::string text;
    for (const Document& value : values.is_array() ? values : Document::array({values})) {
      if (!text.empty()) text += iequals(name, "cookie") ? "; " : ", ";
      text += scalar_text(value);
    }
    headers[lowered(name)] = document_of(text);
  }
  return headers;
}

Document described(const Asked& asked, Document headers) {
  Document request = describe_canonical(canonical_of(asked, {}));
  const Document cookie = headers.value("cookie", Document(""));
  request["cookies"] = cookies_of(scalar_text(cookie));
  request["headers"] = std::move(headers);
  return request;
}

/// The fields of a request document. What is no field is reported by asked_of.
Fields fields_of(const Document& request) {
  Fields fields;
  if (!request.is_object() || !request.contains("headers") || !request["headers"].is_object())
    return fields;
  for (const auto& [name, value] : request["headers"].items())
    for (const Document& line : value.is_array() ? value : Document::array({value}))
      if (!line.is_structured()) fields.push_back({name, scalar_text(line)});
  return fields;
}

/// Takes `cookies` out, which only rules have.
Document take_cookies(Document& request, std::vector<Problem>& problems) {
  Document cookies = Document::object();
  if (!request.is_object() || !request.contains("cookies")) return cookies;
  const Document given = request["cookies"];
  request.erase("cookies");
  if (!given.is_object()) {
    problems.push_back({"/request/cookies", "expected a map of cookies", "write name: value"});
    return cookies;
  }
  for (const auto& [name, value] : given.items()) {
    if (value.is_structured())
      problems.push_back({"/request/cookies/" + name, "expected text", "write name: value"});
    else
      cookies[name] = document_of(scalar_text(value));
  }
  return cookies;
}

Document at_least(Document members) {
  return Document{{"includes", std::move(members)}};
}

}  // namespace

Document whole_document(const Message& request, std::size_t decoded_limit, const Secrets& secrets) {
  Fields fields = request.fields;
  for (Field& field : fields) {
    field.value = redacted_field(field.name, field.value, secrets);
    if (!secrets.shows() && iequals(field.name, "content-type"))
      field.value = essence_of(field.value);
  }
  return described(asked_of(request, decoded_limit, secrets), joined(fields));
}

Document whole_document(const Document& request, std::vector<Problem>& problems) {
  return described(asked_of(request, Secrets::shown(), problems), joined(fields_of(request)));
}

Document condition_of(const Document& request, std::vector<Problem>& problems) {
  Document rest = request;
  Document cookies = take_cookies(rest, problems);
  Document condition = whole_document(rest, problems);
  condition["headers"] = at_least(condition["headers"]);
  condition["cookies"] = at_least(std::move(cookies));
  return condition;
}

}  // namespace understudy::http
