#include "protocols/http/body.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "protocols/http/ascii.hpp"
#include "protocols/http/content.hpp"
#include "protocols/http/json_text.hpp"
#include "protocols/http/multipart.hpp"
#include "protocols/http/packed.hpp"
#include "protocols/http/redact.hpp"
#include "understudy/document_text.hpp"

namespace understudy::http {
namespace {

std::string canonical_other(std::string_view content_type, std::string_view octets) {
  return 'o' + essence_of(content_type) + '\0' + std::string(octets);
}

std::string canonical_form(Query pairs, const Secrets& secrets) {
  pairs = redacted_query(std::move(pairs), secrets);
  sort_by_key(pairs);
  std::string canonical = "f";
  for (const auto& [key, value] : pairs) {
    append_item(canonical, 'q', key);
    if (value) append_item(canonical, 'v', *value);
  }
  return canonical;
}

/// A body of no kind of ours, its secrets replaced.
std::string redacted_octets(std::string_view octets, const Secrets& secrets) {
  if (!is_text(octets)) return std::string(octets);
  return looks_like_json(octets) ? redacted_json(octets, secrets, JsonOf::request)
                                 : redacted_text(octets, secrets);
}

std::string canonical_parts(const std::vector<Part>& parts) {
  std::string canonical = "m";
  for (const Part& part : parts) {
    append_item(canonical, 'p', "");
    for (const Field& header : part.headers) {
      append_item(canonical, 'h', header.name);
      append_item(canonical, 'v', header.value);
    }
    append_item(canonical, 'b', part.body);
  }
  return canonical;
}

/// Secret fields replaced, headers that say nothing of the content left out, the others in the
/// order of their names in lower case: theirs means nothing but among equal names.
std::vector<Part> settled(std::vector<Part> parts, const Secrets& secrets) {
  for (Part& part : parts) {
    for (Field& header : part.headers) {
      header.name = lowered(header.name);
      header.value = redacted_field(header.name, header.value, secrets);
    }
    std::erase_if(part.headers,
                  [](const Field& header) { return header.name == "content-length"; });
    std::ranges::stable_sort(part.headers, {}, &Field::name);
    const Field* disposition = find(part.headers, "content-disposition");
    const bool secret =
        disposition != nullptr && secrets.is_secret_name(parameter_of(disposition->value, "name"));
    part.body = secret ? secrets.placeholder(part.body) : redacted_octets(part.body, secrets);
  }
  return parts;
}

std::optional<std::vector<Part>> parts_of(std::string_view content_type, std::string_view octets,
                                          const Secrets& secrets) {
  auto parts = parse_multipart(octets, parameter_of(content_type, "boundary"));
  if (!parts) return std::nullopt;
  return settled(*std::move(parts), secrets);
}

/// What some clients send as a form by default is JSON.
bool is_form_text(std::string_view octets) {
  return std::ranges::none_of(octets, [](char octet) { return octet >= 0 && octet < ' '; }) &&
         !looks_like_json(octets);
}

Document parts_document(const std::vector<Part>& parts) {
  Document list = Document::array();
  for (const Part& part : parts) {
    Document spelled = Document::object();
    if (Document headers = fields_document(part.headers); !headers.is_null())
      spelled["headers"] = std::move(headers);
    spelled["body"] = document_of(part.body);
    list.push_back(std::move(spelled));
  }
  return list;
}

std::vector<Part> parts_of(const Document& list, std::string_view path, const Secrets& secrets,
                           std::vector<Problem>& problems) {
  std::vector<Part> parts;
  for (const Document& spelled : list) {
    if (!spelled.is_object() || !spelled.contains("body")) {
      problems.push_back({std::string(path), "a part is a map with `headers` and `body`", ""});
      continue;
    }
    Part part{{}, scalar_text(spelled["body"])};
    if (spelled.contains("headers") && spelled["headers"].is_object())
      for (const auto& [name, value] : spelled["headers"].items())
        for (const Document& line : value.is_array() ? value : Document::array({value}))
          part.headers.push_back({name, scalar_text(line)});
    parts.push_back(std::move(part));
  }
  return settled(std::move(parts), secrets);
}

Document describe_parts(std::string_view packed) {
  std::vector<Part> parts;
  while (const auto item = take_item(packed)) {
    if (item->tag == 'p') parts.emplace_back();
    if (parts.empty()) break;
    if (item->tag == 'h') parts.back().headers.push_back({std::string(item->text), ""});
    if (item->tag == 'v' && !parts.back().headers.empty())
      parts.back().headers.back().value = item->text;
    if (item->tag == 'b') parts.back().body = item->text;
  }
  return parts_document(parts);
}

Query describe_pairs(std::string_view packed) {
  Query pairs;
  while (const auto item = take_item(packed)) {
    if (item->tag == 'q')
      pairs.push_back({std::string(item->text), std::nullopt});
    else if (!pairs.empty())
      pairs.back().value = item->text;
  }
  return pairs;
}

}  // namespace

std::string canonical_body(std::string_view content_type, std::string_view octets,
                           const Secrets& secrets) {
  if (octets.empty()) return {};
  switch (kind_of(content_type)) {
    case BodyKind::json:
      if (auto json = canonical_json(redacted_json(octets, secrets, JsonOf::request)))
        return 'j' + *json;
      break;
    case BodyKind::form:
      if (is_form_text(octets)) return canonical_form(parse_query(octets), secrets);
      break;
    case BodyKind::multipart:
      if (auto parts = parts_of(content_type, octets, secrets)) return canonical_parts(*parts);
      break;
    case BodyKind::other:
      break;
  }
  return canonical_other(content_type, redacted_octets(octets, secrets));
}

std::string canonical_body(std::string_view content_type, const Document& body,
                           std::string_view path, const Secrets& secrets,
                           std::vector<Problem>& problems) {
  const BodyKind kind = kind_of(content_type);
  if (body.is_null()) return {};
  if (body.is_structured() && kind == BodyKind::form)
    return canonical_form(pairs_of(body, path, problems), secrets);
  if (body.is_array() && kind == BodyKind::multipart)
    return canonical_parts(parts_of(body, path, secrets, problems));
  if (!body.is_structured()) return canonical_body(content_type, scalar_text(body), secrets);
  if (kind == BodyKind::other && !content_type.empty())
    problems.push_back({std::string(path),
                        "a tree is the body of a request of type " + essence_of(content_type),
                        "write text, or set content-type: application/json"});
  if (!has_json_spelling(body))
    problems.push_back({std::string(path), "the tree has no JSON spelling",
                        "octets (!!binary) can't stand in JSON"});
  return canonical_body("application/json", write_json(body, {}), secrets);
}

Document body_document(std::string_view content_type, std::string_view octets,
                       const Secrets& secrets) {
  switch (kind_of(content_type)) {
    case BodyKind::json: {
      const std::string redacted = redacted_json(octets, secrets, JsonOf::request);
      if (auto tree = equivalent_tree(redacted)) return *std::move(tree);
      return document_of(redacted);
    }
    case BodyKind::form:
      if (is_form_text(octets)) return pairs_document(redacted_query(parse_query(octets), secrets));
      break;
    case BodyKind::multipart:
      if (auto parts = parts_of(content_type, octets, secrets)) return parts_document(*parts);
      break;
    case BodyKind::other:
      break;
  }
  return document_of(redacted_octets(octets, secrets));
}

DescribedBody describe_body(std::string_view canonical) {
  if (canonical.empty()) return {};
  const std::string_view content = canonical.substr(1);
  switch (canonical.front()) {
    case 'j': {
      auto tree = equivalent_tree(content);
      return {"application/json", tree ? *std::move(tree) : document_of(content)};
    }
    case 'f':
      return {"application/x-www-form-urlencoded", pairs_document(describe_pairs(content))};
    case 'm':
      return {"multipart/form-data", describe_parts(content)};
    default: {
      const std::size_t end = std::min(content.find('\0'), content.size());
      return {std::string(content.substr(0, end)),
              document_of(content.substr(std::min(end + 1, content.size())))};
    }
  }
}

Document pairs_document(const Query& pairs) {
  Document list = Document::array();
  for (const auto& [key, value] : pairs) {
    Document pair = Document::array({document_of(key)});
    if (value) pair.push_back(document_of(*value));
    list.push_back(std::move(pair));
  }
  return list;
}

Query pairs_of(const Document& pairs, std::string_view path, std::vector<Problem>& problems) {
  Query query;
  const auto reject = [&](std::string_view what) {
    problems.push_back(
        {std::string(path), std::string(what), "write [[key, value], …] or a map of key: value"});
  };
  if (!pairs.is_structured()) reject("expected a list of pairs");
  for (auto pair = pairs.begin(); pairs.is_structured() && pair != pairs.end(); ++pair) {
    if (pairs.is_object() && !pair->is_structured()) {
      query.push_back({pair.key(), scalar_text(*pair)});
    } else if (pairs.is_array() && pair->is_array() && (pair->size() == 1 || pair->size() == 2) &&
               !pair->front().is_structured() && !pair->back().is_structured()) {
      query.push_back({scalar_text(pair->front()), std::nullopt});
      if (pair->size() == 2) query.back().value = scalar_text(pair->back());
    } else {
      reject("expected a pair of key and value");
    }
  }
  return query;
}

Document fields_document(const Fields& fields) {
  if (fields.empty()) return nullptr;
  // Ordered maps are searched from their beginning, which would be quadratic.
  std::unordered_map<std::string, std::size_t> places;
  Document::object_t headers;
  for (const Field& field : fields) {
    const auto [known, is_new] = places.try_emplace(lowered(field.name), headers.size());
    if (is_new) {
      headers.emplace_back(field.name, document_of(field.value));
      continue;
    }
    Document& values = (headers.begin() + static_cast<std::ptrdiff_t>(known->second))->second;
    if (!values.is_array()) values = Document::array({values});
    values.push_back(document_of(field.value));
  }
  return Document(std::move(headers));
}

std::string scalar_text(const Document& scalar) {
  if (scalar.is_null()) return {};
  if (scalar.is_string() || scalar.is_binary()) return octets_of(scalar);
  return json_text(scalar);
}

}  // namespace understudy::http
