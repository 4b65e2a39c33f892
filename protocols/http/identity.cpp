#include "protocols/http/identity.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <tuple>
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
  if (role_of(folded) == FieldRole::irrelevant) return;
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

void append_field(std::string& canonical, const Field& field) {
  append_item(canonical, 'h', field.name);
  append_item(canonical, 'v', field.value);
}

/// Fields that say something of the request, those of one name together, sorted by it.
Fields grouped(const Fields& sent) {
  const std::set<std::string> of_connection = nominated(sent);
  Fields fields;
  for (const Field& field : sent) {
    std::string name = lowered(field.name);
    if (role_of(name) == FieldRole::irrelevant || of_connection.contains(name)) continue;
    fields.push_back({std::move(name), field.value});
  }
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

std::set<std::string> nominated(const Fields& fields) {
  std::set<std::string> names;
  for_each_part(combined(fields, "connection"), ',',
                [&](std::string_view option) { names.insert(lowered(option)); });
  return names;
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
    if (field.name != "host")
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
  if (request.contains("body") && request["body"].is_structured() &&
      find(asked.headers, "content-type") == nullptr)
    asked.headers.push_back({"content-type", "application/json"});
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

bool has_unkeyed_placeholder(const Asked& asked) noexcept {
  const auto holds_one = [](std::string_view text) {
    constexpr std::string_view mark = Secrets::mark;
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

std::string encode_irrelevant(const Irrelevant& irrelevant) {
  std::string encoded;
  append_item(encoded, 'h', irrelevant.host);
  for (const std::string& name : irrelevant.fields) append_item(encoded, 'f', name);
  return encoded;
}

Irrelevant decode_irrelevant(std::string_view encoded) {
  Irrelevant irrelevant;
  while (const auto item = take_item(encoded)) {
    if (item->tag == 'h')
      irrelevant.host = item->text;
    else
      irrelevant.fields.emplace_back(item->text);
  }
  return irrelevant;
}

namespace {

void add_cookies(std::string_view cookies, Fields& context) {
  for_each_part(cookies, ';', [&](std::string_view pair) {
    const std::size_t equals = std::min(pair.find('='), pair.size());
    context.push_back({std::string(cookie_prefix) + std::string(pair.substr(0, equals)),
                       std::string(pair.substr(std::min(equals + 1, pair.size())))});
  });
}

}  // namespace

Fields context_of(const Asked& asked, const Irrelevant& irrelevant) {
  Fields context;
  for (const Field& field : asked.headers) {
    if (is_condition(field.name)) continue;
    if (field.name == "cookie") {
      add_cookies(field.value, context);
      continue;
    }
    // Of a body that is not there it says nothing.
    if (field.name == "content-type" && asked.body.empty()) continue;
    std::string value = compared_value(field.name, field.value);
    const bool says_nothing = value.empty() && !field.value.empty();
    if (says_nothing || (field.name == "host" && value == irrelevant.host)) continue;
    context.push_back({field.name, std::move(value)});
  }
  std::erase_if(context, [&](const Field& field) {
    return std::ranges::binary_search(irrelevant.fields, field.name);
  });
  std::ranges::sort(context, {},
                    [](const Field& field) { return std::tie(field.name, field.value); });
  return context;
}

std::string base_of(const Asked& asked, Conditions conditions) {
  std::string base = pattern_of(asked) + '\0';
  for (const auto& [key, value] : asked.query) {
    append_item(base, 'q', key);
    if (value) append_item(base, 'v', *value);
  }
  std::vector<const Field*> kept;
  for (const Field& field : asked.headers)
    if (is_condition(field.name) &&
        (conditions == Conditions::keep || !is_optional_condition(field.name)))
      kept.push_back(&field);
  std::ranges::sort(kept, {}, [](const Field* field) { return field->name; });
  for (const Field* field : kept) append_field(base, *field);
  if (!asked.body.empty()) append_item(base, 'b', asked.body);
  return base;
}

std::string canonical_of(std::string_view base, const Fields& context) {
  std::string canonical(base);
  for (const Field& field : context) append_field(canonical, field);
  return canonical;
}

std::string contexts_key(std::string_view base) {
  // A hash: should two requests ever share it, their contexts are taken together, and what was not
  // recorded is a miss all the same.
  constexpr std::uint64_t factor = 0x9E3779B97F4A7C15U;
  std::uint64_t hash = base.size() * factor;
  const auto mix = [&](std::uint64_t word) {
    hash = (hash ^ word) * factor;
    hash ^= hash >> 29U;
  };
  std::uint64_t word = 0;
  unsigned shift = 0;
  for (const char octet : base) {
    word |= std::uint64_t{static_cast<std::uint8_t>(octet)} << shift;
    shift += 8;
    if (shift < 64) continue;
    mix(word);
    word = shift = 0;
  }
  mix(word);
  std::string key = "c";
  for (shift = 0; shift < 64; shift += 8) key += static_cast<char>(hash >> shift);
  return key;
}

std::string encode_contexts(const std::vector<Fields>& contexts) {
  std::string encoded;
  for (const Fields& context : contexts) append_item(encoded, 'c', canonical_of({}, context));
  return encoded;
}

bool has_context(std::string_view encoded, std::string_view context) noexcept {
  while (const auto item = take_item(encoded))
    if (item->text == context) return true;
  return false;
}

std::vector<Fields> decode_contexts(std::string_view encoded) {
  std::vector<Fields> contexts;
  while (const auto item = take_item(encoded)) {
    Fields& context = contexts.emplace_back();
    std::string_view fields = item->text;
    while (const auto field = take_item(fields)) {
      if (field->tag == 'h')
        context.push_back({std::string(field->text), {}});
      else if (!context.empty())
        context.back().value = field->text;
    }
  }
  return contexts;
}

namespace {

std::string shown(const Field& field) {
  constexpr std::size_t longest = 100;
  const bool cookie = field.name.starts_with(cookie_prefix);
  std::string text = cookie ? "the cookie " + field.name.substr(cookie_prefix.size()) : field.name;
  if (!field.value.empty()) text += (cookie ? " " : ": ") + field.value.substr(0, longest);
  return text;
}

/// Calls `visit(field of a or null, field of b or null)` for each in which the two differ.
template <class Visit>
void each_difference(const Fields& a, const Fields& b, Visit&& visit) {
  auto left = a.begin();
  auto right = b.begin();
  while (left != a.end() || right != b.end()) {
    const bool only_left = right == b.end() || (left != a.end() && left->name < right->name);
    const bool only_right = !only_left && (left == a.end() || right->name < left->name);
    if (only_left || only_right || left->value != right->value)
      visit(only_right ? nullptr : &*left, only_left ? nullptr : &*right);
    if (!only_right) ++left;
    if (!only_left) ++right;
  }
}

}  // namespace

NearestContext nearest_context(const Fields& asked, const std::vector<Fields>& contexts) {
  constexpr std::size_t other_credentials = 100;
  NearestContext nearest;
  std::size_t least = static_cast<std::size_t>(-1);
  for (const Fields& context : contexts) {
    std::size_t distance = 0;
    each_difference(asked, context, [&](const Field* ours, const Field* theirs) {
      const bool who = role_of((ours != nullptr ? ours : theirs)->name) == FieldRole::credential;
      distance += who ? other_credentials : 1;
    });
    if (distance >= least) continue;
    least = distance;
    nearest.context = &context;
  }
  constexpr std::size_t most_named = 4;
  std::string& text = nearest.difference;
  std::size_t differences = 0;
  each_difference(asked, *nearest.context, [&](const Field* ours, const Field* theirs) {
    if (++differences > most_named) return;
    text += text.empty() ? "" : ", ";
    if (ours == nullptr)
      text += "asked without " + shown(*theirs);
    else if (theirs == nullptr)
      text += "recorded without " + shown(*ours);
    else
      text += "asked with " + shown(*ours) + ", recorded with " + shown(*theirs);
  });
  if (differences > most_named)
    text += " and " + std::to_string(differences - most_named) + " more fields";
  return nearest;
}

namespace {

void add_cookie(Document& headers, std::string_view name, std::string_view value) {
  std::string cookies;
  if (headers.contains("cookie")) cookies = octets_of(headers["cookie"]) + "; ";
  cookies += name;
  headers["cookie"] = document_of(value.empty() ? cookies : cookies + '=' + std::string(value));
}

}  // namespace

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
    else if (last_header.starts_with(cookie_prefix))
      add_cookie(headers, last_header.substr(cookie_prefix.size()), item->text);
    else if (!last_header.empty())
      headers[last_header] = document_of(item->text);
    else if (!query.empty())
      query.back().value = item->text;
  }
  if (!described.content_type.empty() && !headers.contains("content-type"))
    headers["content-type"] = described.content_type;
  if (!query.empty()) request["query"] = pairs_document(query);
  if (!headers.empty()) request["headers"] = std::move(headers);
  if (!described.body.is_null()) request["body"] = std::move(described.body);
  return request;
}

}  // namespace understudy::http
