#include "protocols/http/fields.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <vector>

#include "protocols/http/ascii.hpp"
#include "protocols/http/redact.hpp"
#include "understudy/scope.hpp"

namespace understudy::http {
namespace {

template <std::size_t n>
bool begins_with_any_of(std::string_view name,
                        const std::array<std::string_view, n>& prefixes) noexcept {
  return std::ranges::any_of(prefixes,
                             [name](std::string_view prefix) { return name.starts_with(prefix); });
}

/// Of the connection and of what lies between client and server.
constexpr std::array<std::string_view, 25> of_transport = {"connection",
                                                           "keep-alive",
                                                           "proxy-connection",
                                                           "te",
                                                           "trailer",
                                                           "transfer-encoding",
                                                           "upgrade",
                                                           "content-length",
                                                           "expect",
                                                           "accept-encoding",
                                                           "content-encoding",
                                                           "http2-settings",
                                                           "priority",
                                                           "via",
                                                           "forwarded",
                                                           "x-forwarded-for",
                                                           "x-forwarded-port",
                                                           "x-real-ip",
                                                           "x-request-start",
                                                           "x-queue-start",
                                                           "grpc-timeout",
                                                           "connect-timeout-ms",
                                                           "sec-websocket-key",
                                                           "sec-websocket-version",
                                                           "sec-websocket-extensions"};

/// Of the program that asks, and of caches.
constexpr std::array<std::string_view, 13> of_client = {"user-agent",
                                                        "x-user-agent",
                                                        "x-amz-user-agent",
                                                        "x-goog-api-client",
                                                        "cache-control",
                                                        "pragma",
                                                        "age",
                                                        "date",
                                                        "dnt",
                                                        "upgrade-insecure-requests",
                                                        "x-ms-date",
                                                        "x-amz-date",
                                                        "x-goog-date"};

/// Told by the body, which is compared itself.
constexpr std::array<std::string_view, 7> of_body = {
    "content-md5",          "digest",
    "content-digest",       "repr-digest",
    "x-amz-content-sha256", "x-amz-sdk-checksum-algorithm",
    "x-amz-trailer"};

constexpr std::array<std::string_view, 22> of_tracing = {"traceparent",
                                                         "tracestate",
                                                         "baggage",
                                                         "b3",
                                                         "x-request-id",
                                                         "x-correlation-id",
                                                         "request-id",
                                                         "correlation-id",
                                                         "x-trace-id",
                                                         "x-span-id",
                                                         "x-amzn-trace-id",
                                                         "x-cloud-trace-context",
                                                         "sentry-trace",
                                                         "uber-trace-id",
                                                         "x-ot-span-context",
                                                         "newrelic",
                                                         "elastic-apm-traceparent",
                                                         "grpc-trace-bin",
                                                         "x-client-trace-id",
                                                         "x-ms-client-request-id",
                                                         "x-amzn-requestid",
                                                         "amz-sdk-request"};

constexpr std::array<std::string_view, 13> prefixes = {
    "sec-fetch-",   "sec-ch-",      "x-b3-",   "x-datadog-",   "x-newrelic-",
    "uberctx-",     "ot-tracer-",   "x-ot-",   "elastic-apm-", "x-instana-",
    "x-dynatrace-", "x-stainless-", "amz-sdk-"};

constexpr std::array<std::string_view, 24> known_to_select = {"accept",
                                                              "accept-language",
                                                              "accept-charset",
                                                              "accept-version",
                                                              "accept-datetime",
                                                              "content-type",
                                                              "content-language",
                                                              "host",
                                                              "origin",
                                                              "x-forwarded-host",
                                                              "prefer",
                                                              "depth",
                                                              "destination",
                                                              "x-http-method-override",
                                                              "x-method-override",
                                                              "x-http-method",
                                                              "x-amz-target",
                                                              "soapaction",
                                                              "mcp-method",
                                                              "mcp-protocol-version",
                                                              "x-requested-with",
                                                              "api-version",
                                                              "x-api-version",
                                                              "sec-websocket-protocol"};

/// Parts of names of fields that say who asks.
constexpr std::array<std::string_view, 10> credential_words = {
    "session", "sessionid",  "sid",         "auth",  "jwt",
    "bearer",  "credential", "credentials", "login", "passport"};

/// Parts of names by which a service tells whom or what it serves.
constexpr std::array<std::string_view, 34> selecting_words = {
    "tenant",  "org",       "organization", "organisation", "account",  "customer",   "user",
    "client",  "workspace", "project",      "team",         "company",  "shop",       "store",
    "brand",   "market",    "region",       "country",      "locale",   "language",   "currency",
    "role",    "group",     "namespace",    "realm",        "database", "schema",     "environment",
    "version", "action",    "operation",    "method",       "command",  "impersonate"};

/// Parts of names of what is new in each request; those of two parts with the hyphen.
constexpr std::array<std::string_view, 26> per_request_words = {
    "trace",   "traceid", "span",      "spanid",   "requestid", "correlation", "correlationid",
    "nonce",   "cnonce",  "timestamp", "time",     "date",      "idempotency", "invocation",
    "attempt", "retry",   "seq",       "sequence", "messageid", "callid",      "transactionid",
    "txnid",   "eventid", "uber",      "sentry",   "sent"};
constexpr std::array<std::string_view, 9> words_before_id = {
    "request", "message",  "call",     "transaction", "txn",
    "event",   "delivery", "exchange", "operation"};

using Roles = std::unordered_map<std::string_view, FieldRole>;

template <std::size_t n>
void add_names(const std::array<std::string_view, n>& names, FieldRole role, Roles& roles) {
  for (const std::string_view name : names) roles.emplace(name, role);
}

/// Asked of every field of every request: looked up, not searched for.
FieldRole role_in(const Roles& roles, std::string_view name) {
  const auto found = roles.find(name);
  return found == roles.end() ? FieldRole::unknown : found->second;
}

FieldRole role_of_known(std::string_view name) {
  static const Roles roles = [] {
    Roles known{{scope_field, FieldRole::irrelevant}, {"sec-gpc", FieldRole::irrelevant}};
    add_names(of_transport, FieldRole::irrelevant, known);
    add_names(of_client, FieldRole::irrelevant, known);
    add_names(of_body, FieldRole::irrelevant, known);
    add_names(of_tracing, FieldRole::irrelevant, known);
    add_names(known_to_select, FieldRole::selecting, known);
    return known;
  }();
  return role_in(roles, name);
}

FieldRole role_of_word(std::string_view word) {
  static const Roles roles = [] {
    Roles known;
    add_names(credential_words, FieldRole::credential, known);
    add_names(selecting_words, FieldRole::selecting, known);
    return known;
  }();
  return role_in(roles, word);
}

std::vector<std::string_view> words_of_name(std::string_view name) {
  std::vector<std::string_view> words;
  while (!name.empty()) {
    const std::size_t end = std::min(name.find_first_of("-_."), name.size());
    if (end > 0) words.push_back(name.substr(0, end));
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return words;
}

bool is_digit(char octet) noexcept {
  return octet >= '0' && octet <= '9';
}
bool is_letter(char octet) noexcept {
  return lower(octet) >= 'a' && lower(octet) <= 'z';
}

/// One run of letters and digits.
bool is_generated_word(std::string_view word) {
  const auto digits = static_cast<std::size_t>(std::ranges::count_if(word, is_digit));
  if (digits == word.size()) return digits >= 10;
  const bool hex = std::ranges::all_of(word, [](char octet) { return hex_value(octet) >= 0; });
  if (hex) return word.size() >= 8 && digits > 0;
  if (word.size() < 16 || digits < 2) return false;
  std::size_t changes = 0;
  for (std::size_t i = 1; i < word.size(); ++i)
    changes += is_digit(word[i]) != is_digit(word[i - 1]) ? 1U : 0U;
  return changes >= 4;
}

/// `2026-11-25T10:00:00Z`, `20261125T100000Z`, `Wed, 25 Nov 2026 10:00:00 GMT`.
bool is_time(std::string_view value) {
  const auto digits = std::ranges::count_if(value, is_digit);
  const bool clock = std::ranges::count(value, ':') >= 2 || value.find('T') != value.npos;
  return clock && digits >= 12 && value.size() <= 40;
}

bool is_ip_address(std::string_view host) {
  return host.empty() || host.front() == '[' ||
         std::ranges::all_of(host, [](char octet) { return is_digit(octet) || octet == '.'; });
}

/// Without white space around the separators, and without quotes that say nothing.
std::string normalised_type(std::string_view value) {
  const std::size_t end = std::min(value.find(';'), value.size());
  std::string type = lowered(trimmed(value.substr(0, end)));
  const bool is_utf_8_anyway = type == "application/json" || type.ends_with("+json") ||
                               type == "application/x-www-form-urlencoded";
  std::vector<std::string> parameters;
  for_each_part(value.substr(end), ';', [&](std::string_view part) {
    const std::size_t equals = std::min(part.find('='), part.size());
    std::string parameter = lowered(trimmed(part.substr(0, equals)));
    std::string_view content = trimmed(part.substr(std::min(equals + 1, part.size())));
    if (content.size() >= 2 && content.front() == '"' && content.back() == '"')
      content = content.substr(1, content.size() - 2);
    // Its parts are compared without it.
    if (parameter == "boundary" && type.starts_with("multipart/")) return;
    const bool charset = parameter == "charset";
    // RFC 8259, 8.1; URL Standard, 5.2.
    if (charset && is_utf_8_anyway && (iequals(content, "utf-8") || iequals(content, "utf8")))
      return;
    parameter += '=';
    parameter += charset ? lowered(content) : std::string(content);
    parameters.push_back(std::move(parameter));
  });
  std::ranges::sort(parameters);
  for (const std::string& parameter : parameters) type += "; " + parameter;
  return type;
}

std::string normalised_list(std::string_view value) {
  std::string list;
  for_each_part(value, ',', [&](std::string_view part) {
    if (!list.empty()) list += ", ";
    for (const char octet : part)
      if (octet != ' ') list += lower(octet);
  });
  return list;
}

}  // namespace

FieldRole role_of(std::string_view name) {
  const FieldRole known = role_of_known(name);
  if (known == FieldRole::irrelevant || begins_with_any_of(name, prefixes) ||
      name.starts_with("x-amz-checksum-"))
    return FieldRole::irrelevant;
  if (name == "cookie" || name.starts_with(cookie_prefix) || is_secret_field(name, Secrets()))
    return FieldRole::credential;
  if (known == FieldRole::selecting) return FieldRole::selecting;
  if (is_named_per_request(name)) return FieldRole::unknown;
  FieldRole role = FieldRole::unknown;
  for (const std::string_view word : words_of_name(name)) {
    const FieldRole said = role_of_word(word);
    if (said == FieldRole::credential) return said;
    if (said == FieldRole::selecting) role = said;
  }
  return role;
}

bool is_named_per_request(std::string_view name) {
  const auto words = words_of_name(name);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (is_among(words[i], per_request_words)) return true;
    const bool id = i + 1 < words.size() && words[i + 1] == "id";
    if (id && is_among(words[i], words_before_id)) return true;
  }
  return false;
}

bool looks_generated(std::string_view value) {
  if (is_time(value)) return true;
  while (!value.empty()) {
    const auto ends = [](char octet) { return !is_digit(octet) && !is_letter(octet); };
    const auto end = static_cast<std::size_t>(std::ranges::find_if(value, ends) - value.begin());
    if (is_generated_word(value.substr(0, end))) return true;
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  return false;
}

std::string compared_value(std::string_view name, std::string_view value) {
  if (name == "content-type") return normalised_type(value);
  if (name == "accept" || name == "accept-language" || name == "accept-charset") {
    std::string list = normalised_list(value);
    // RFC 9110, 12.5: as if it had not been sent.
    return list == "*/*" || list == "*" ? std::string() : list;
  }
  if (name == "host" || name == "x-forwarded-host") return telling_host(value);
  if (name == "origin" || name == "referer") {
    // Of a page that came from here, wherever "here" is this time.
    const std::size_t slashes = value.find("://");
    if (slashes == value.npos) return std::string(value);
    const std::string_view rest = value.substr(slashes + 3);
    const std::string host = telling_host(rest.substr(0, rest.find('/')));
    if (!host.empty()) return std::string(value);
    return "//" + std::string(rest.substr(std::min(rest.find('/'), rest.size())));
  }
  return std::string(value);
}

std::string telling_host(std::string_view authority) {
  const std::size_t colon = authority.rfind(':');
  const std::size_t bracket = authority.rfind(']');
  const bool has_port = colon != authority.npos && (bracket == authority.npos || colon > bracket);
  std::string host = lowered(trimmed(authority.substr(0, has_port ? colon : authority.npos)));
  if (host.ends_with('.')) host.pop_back();
  const bool names_a_machine = host.find('.') == host.npos || host == "host.docker.internal";
  return is_ip_address(host) || names_a_machine ? std::string() : host;
}

}  // namespace understudy::http
