#include "protocols/http/identity.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "protocols/http/ascii.hpp"
#include "protocols/http/body.hpp"
#include "protocols/http/coding.hpp"
#include "protocols/http/content.hpp"
#include "protocols/http/own_urls.hpp"
#include "protocols/http/packed.hpp"
#include "protocols/http/redact.hpp"
#include "understudy/scope.hpp"

namespace understudy::http {
namespace {

template <std::size_t n>
bool is_any_of(std::string_view name, const std::array<std::string_view, n>& names) noexcept {
  return std::ranges::any_of(names, [name](std::string_view one) { return iequals(name, one); });
}

void require_text(const Document& request, const char* key, std::vector<Problem>& problems) {
  if (request.contains(key) && request[key].is_string()) return;
  problems.push_back({std::string("/request/") + key, "expected text",
                      key == std::string_view("method") ? "say GET, POST, …" : "say /path"});
}

void check_keys(const Document& request, std::vector<Problem>& problems) {
  constexpr std::array<std::string_view, 5> known = {"method", "path", "query", "headers", "body"};
  for (const auto& [key, value] : request.items())
    if (std::ranges::find(known, key) == known.end())
      problems.push_back({"/request/" + key, "unknown key `" + key + "`",
                          "a request has method, path, query, headers and body"});
}

/// One field of a request document, in as many lines as it was sent.
void read_field(const std::string& name, const Document& value, const Secrets& secrets,
                Fields& headers, std::vector<Problem>& problems) {
  const std::string folded = lowered(name);
  if (is_request_noise(folded)) return;
  if (value.is_object()) {
    problems.push_back({"/request/headers/" + name, "expected text or a list of texts", ""});
    return;
  }
  std::string joined;
  for (const Document& line : value.is_array() ? value : Document::array({value})) {
    if (!joined.empty()) joined += folded == "cookie" ? "; " : ", ";
    joined += scalar_text(line);
  }
  headers.push_back({folded, redacted_field(folded, joined, secrets)});
}

/// As it is compared: without the scope, which is Understudy's own, and sorted.
Query compared(Query query, const Secrets& secrets) {
  std::erase_if(query, [](const QueryPair& pair) { return pair.key == scope_word; });
  query = redacted_query(std::move(query), secrets);
  sort_by_key(query);
  return query;
}

/// Fields that say something of the request, those of one name together, sorted by it.
Fields grouped(const Fields& sent) {
  Fields fields;
  for (const Field& field : sent)
    if (!is_request_noise(field.name)) fields.push_back({lowered(field.name), field.value});
  std::ranges::stable_sort(fields, {}, &Field::name);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (kept > 0 && fields[kept - 1].name == fields[i].name) {
      fields[kept - 1].value += fields[i].name == "cookie" ? "; " : ", ";
      fields[kept - 1].value += fields[i].value;
    } else if (kept++ != i) {
      fields[kept - 1] = std::move(fields[i]);
    }
  }
  fields.resize(kept);
  return fields;
}

std::string content_type_of(const Fields& headers) {
  const Field* field = find(headers, "content-type");
  return field == nullptr ? std::string() : field->value;
}

}  // namespace

bool is_optional_condition(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 4> names = {"range", "if-range", "if-none-match",
                                                     "if-modified-since"};
  return is_any_of(name, names);
}

bool is_condition(std::string_view name) noexcept {
  return is_optional_condition(name) || iequals(name, "if-match") ||
         iequals(name, "if-unmodified-since");
}

bool is_request_noise(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 37> names = {
      "host", "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding",
      "upgrade", "content-length", "expect", "date", "user-agent", "accept-encoding",
      "accept-charset", "cache-control", "pragma", "via", "forwarded", "x-forwarded-for",
      "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "dnt", "upgrade-insecure-requests",
      "priority", "http2-settings", "content-encoding", scope_field,
      // one value a request
      "traceparent", "tracestate", "baggage", "b3", "x-request-id", "x-correlation-id",
      "x-amzn-trace-id", "request-id", "x-cloud-trace-context"};
  return is_any_of(name, names) || (name.size() > 4 && (iequals(name.substr(0, 4), "sec-"))) ||
         (name.size() > 5 && iequals(name.substr(0, 5), "x-b3-"));
}

std::string own_body(const Message& message, std::size_t decoded_limit,
                     const std::vector<std::string>& authorities) {
  const Coding coding = coding_of(combined(message.fields, "content-encoding"));
  std::string body = message.body;
  if (coding != Coding::identity)
    if (auto plain = decode(coding, message.body, decoded_limit)) body = *std::move(plain);
  return with_own_authority(body, authorities);
}

Query own_query(Query query, const std::vector<std::string>& authorities) {
  for (QueryPair& pair : query)
    if (pair.value) pair.value = with_own_authority(*pair.value, authorities);
  return query;
}

Asked asked_of(const Message& request, std::size_t decoded_limit, const Secrets& secrets) {
  const auto known = spellings_of(combined(request.fields, "host"));
  Target target = parse_target(request.target);
  Asked asked{request.method,
              redacted_path(std::move(target.path), secrets),
              compared(own_query(std::move(target.query), known), secrets),
              grouped(request.fields),
              {}};
  for (Field& field : asked.headers)
    field.value = redacted_field(field.name, with_own_authority(field.value, known), secrets);
  if (!request.body.empty())
    asked.body = canonical_body(content_type_of(asked.headers),
                                own_body(request, decoded_limit, known), secrets);
  return asked;
}

Asked asked_of(const Document& request, const Secrets& secrets, std::vector<Problem>& problems) {
  Asked asked;
  if (!request.is_object()) {
    problems.push_back({"/request", "expected a map", "a request has at least method and path"});
    return asked;
  }
  check_keys(request, problems);
  require_text(request, "method", problems);
  require_text(request, "path", problems);
  asked.method = octets_of(request.value("method", Document()));
  Target target = parse_target(octets_of(request.value("path", Document())));
  asked.path = redacted_path(std::move(target.path), secrets);
  if (request.contains("query")) {
    Query more = pairs_of(request["query"], "/request/query", problems);
    std::ranges::move(more, std::back_inserter(target.query));
  }
  asked.query = compared(std::move(target.query), secrets);
  const Document headers = request.value("headers", Document::object());
  if (!headers.is_object())
    problems.push_back({"/request/headers", "expected a map of fields", "write name: value"});
  else
    for (const auto& [name, value] : headers.items())
      read_field(name, value, secrets, asked.headers, problems);
  if (request.contains("body"))
    asked.body = canonical_body(content_type_of(asked.headers), request["body"], "/request/body",
                                secrets, problems);
  return asked;
}

std::string scope_of(const Message& request, std::string_view otherwise) {
  if (const Field* field = find(request.fields, scope_field)) return field->value;
  if (request.target.find(scope_word) != std::string::npos)
    for (const QueryPair& pair : parse_target(request.target).query)
      if (pair.key == scope_word) return pair.value.value_or("");
  if (otherwise.empty()) return {};
  const Field* field = find(request.fields, otherwise);
  return field == nullptr ? std::string() : field->value;
}

std::string take_scope_segment(std::string& target) {
  if (!std::string_view(target).substr(0, scope_word.size() + 1).ends_with(scope_word)) return {};
  const std::size_t end = std::min(target.find_first_of("/?", 1), target.size());
  const Query named = parse_query(std::string_view(target).substr(1, end - 1));
  if (named.size() != 1 || named.front().key != scope_word) return {};
  target.erase(0, end);
  if (!target.starts_with('/')) target.insert(0, "/");
  return named.front().value.value_or("");
}

std::string pattern_of(const Asked& asked) {
  return asked.method + ' ' + asked.path;
}

std::string selectors_key(std::string_view pattern) {
  return "selectors " + std::string(pattern);
}

std::string encode_selectors(const Selectors& selectors) {
  std::string encoded;
  for (const auto& [name, by_presence] : selectors)
    append_item(encoded, by_presence ? 'p' : 'v', name);
  return encoded;
}

Selectors decode_selectors(std::string_view encoded) {
  Selectors selectors;
  while (const auto item = take_item(encoded))
    selectors.push_back({std::string(item->text), item->tag == 'p'});
  return selectors;
}

bool has_unkeyed_placeholder(const Asked& asked) noexcept {
  const auto holds_one = [](std::string_view text) {
    constexpr std::string_view mark = "redacted:";
    constexpr std::size_t size = mark.size() + 8;
    for (std::size_t at = text.find(mark); at != text.npos; at = text.find(mark, at + 1))
      if (Secrets::is_unkeyed_placeholder(text.substr(at, size)) &&
          (at + size >= text.size() || hex_value(text[at + size]) < 0))
        return true;
    return false;
  };
  return holds_one(asked.path) || holds_one(asked.body) ||
         std::ranges::any_of(
             asked.query,
             [&](const QueryPair& pair) { return pair.value && holds_one(*pair.value); }) ||
         std::ranges::any_of(asked.headers,
                             [&](const Field& field) { return holds_one(field.value); });
}

std::string canonical_of(const Asked& asked, const Selectors& selectors, Conditions conditions) {
  std::string canonical = pattern_of(asked) + '\0';
  for (const auto& [key, value] : asked.query) {
    append_item(canonical, 'q', key);
    if (value) append_item(canonical, 'v', *value);
  }
  const auto add_header = [&](std::string_view name, std::string_view value) {
    append_item(canonical, 'h', name);
    append_item(canonical, 'v', value);
  };
  std::vector<const Field*> kept;
  for (const Field& field : asked.headers)
    if (is_condition(field.name) &&
        (conditions == Conditions::keep || !is_optional_condition(field.name)))
      kept.push_back(&field);
  std::ranges::sort(kept, {}, [](const Field* field) { return field->name; });
  for (const Field* field : kept) add_header(field->name, field->value);
  for (const auto& [name, by_presence] : selectors)
    if (const Field* field = find(asked.headers, name))
      add_header(name, by_presence ? std::string_view("*") : field->value);
  if (!asked.body.empty()) append_item(canonical, 'b', asked.body);
  return canonical;
}

Document describe_canonical(std::string_view canonical) {
  const std::string_view pattern = understudy::pattern_of(canonical);
  const std::size_t space = std::min(pattern.find(' '), pattern.size());
  Document request{{"method", document_of(pattern.substr(0, space))},
                   {"path", document_of(pattern.substr(std::min(space + 1, pattern.size())))}};
  canonical.remove_prefix(std::min(pattern.size() + 1, canonical.size()));
  Query query;
  Document headers = Document::object();
  std::string last_header;
  DescribedBody described;
  while (const auto item = take_item(canonical)) {
    if (item->tag == 'q')
      query.push_back({std::string(item->text), std::nullopt});
    else if (item->tag == 'h')
      last_header = item->text;
    else if (item->tag == 'b')
      described = describe_body(item->text);
    else if (!last_header.empty())
      headers[last_header] = document_of(item->text);
    else if (!query.empty())
      query.back().value = item->text;
  }
  if (!described.content_type.empty()) headers["content-type"] = described.content_type;
  if (!query.empty()) request["query"] = pairs_document(query);
  if (!headers.empty()) request["headers"] = std::move(headers);
  if (!described.body.is_null()) request["body"] = std::move(described.body);
  return request;
}

}  // namespace understudy::http
