#include "protocols/http/operation.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "protocols/http/ascii.hpp"
#include "protocols/http/body.hpp"
#include "protocols/http/target.hpp"

namespace understudy::http {
namespace {

constexpr std::array<std::string_view, 6> naming_fields = {
    "x-amz-target", "soapaction", "x-action", "x-operation", "x-rpc-method", "mcp-method"};
constexpr std::array<std::string_view, 9> naming_members = {
    "method", "op", "action", "operation", "operationName", "Action", "command", "cmd", "function"};

constexpr std::array<std::string_view, 8> safe_methods = {"GET",   "HEAD",   "OPTIONS", "TRACE",
                                                          "QUERY", "SEARCH", "REPORT",  "PROPFIND"};

/// Last segments of paths to which questions are put that are too long for a URL.
constexpr std::array<std::string_view, 9> questions = {
    "search", "_search", "_msearch", "_count", "_mget", "query", "lookup", "count", "_query"};

constexpr std::array<std::string_view, 20> asking = {
    "get",   "list", "describe", "query", "scan",   "search", "find",  "fetch", "read",  "lookup",
    "count", "show", "select",   "view",  "exists", "head",   "batch", "mget",  "multi", "ping"};

/// With one of these in its name it does more than ask.
constexpr std::array<std::string_view, 38> doing = {
    "and",     "or",      "create", "update",    "delete",  "remove", "set",   "put",
    "insert",  "add",     "incr",   "increment", "next",    "pop",    "take",  "claim",
    "reserve", "lock",    "lease",  "acquire",   "consume", "ack",    "mark",  "ensure",
    "upsert",  "receive", "write",  "modify",    "change",  "new",    "reset", "clear",
    "start",   "stop",    "run",    "execute",   "send",    "else"};

/// `BatchGetItem`, `get_item`, `user.info/getAll` as words in lower case.
std::vector<std::string> words_of_operation(std::string_view name) {
  std::vector<std::string> words;
  bool begins = true;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char octet = name[i];
    const bool letter = lower(octet) >= 'a' && lower(octet) <= 'z';
    if (!letter) {
      begins = true;
      continue;
    }
    const bool upper = octet != lower(octet);
    const bool after_lower = i > 0 && name[i - 1] == lower(name[i - 1]);
    if (begins || (upper && after_lower)) words.emplace_back();
    words.back() += lower(octet);
    begins = false;
  }
  return words;
}

bool is_asking_name(std::string_view name) {
  // `DynamoDB_20120810.GetItem`, `urn:shop#ListOrders`, `tools/list`
  const std::size_t end = name.find_last_not_of("\"");
  if (end == name.npos) return false;
  name = name.substr(0, end + 1);
  name.remove_prefix(name.find_last_of(".#/:\"") + 1);
  const auto words = words_of_operation(name);
  if (words.empty() || !is_among(words.front(), asking)) return false;
  const bool several = words.front() == "batch" || words.front() == "multi";
  if (several && (words.size() < 2 || !is_among(words[1], asking))) return false;
  return std::ranges::none_of(words, [](const std::string& word) { return is_among(word, doing); });
}

/// A name, not a text that somebody wrote.
bool is_name(const Document& value) {
  constexpr std::size_t longest = 100;
  if (!value.is_string()) return false;
  const std::string& text = value.get_ref<const std::string&>();
  return !text.empty() && text.size() <= longest && text.find(' ') == text.npos;
}

std::string named_by(const Document& body) {
  if (body.is_object())
    for (const std::string_view member : naming_members)
      if (const auto found = body.find(std::string(member)); found != body.end() && is_name(*found))
        return std::string(member) + '=' + found->get<std::string>();
  // Pairs of a form.
  if (body.is_array())
    for (const Document& pair : body)
      if (pair.is_array() && pair.size() == 2 && is_name(pair[0]) && is_name(pair[1]) &&
          is_among(pair[0].get<std::string>(), naming_members))
        return pair[0].get<std::string>() + '=' + pair[1].get<std::string>();
  return {};
}

/// `/shop.Orders/GetOrder`, as Twirp, Connect and gRPC-Web call their methods.
bool is_asking_method(const std::vector<std::string>& path) {
  return path.size() >= 2 && path[path.size() - 2].find('.') != std::string::npos &&
         is_asking_name(path.back());
}

bool is_graphql_query(const Asked& asked) {
  const Document body = describe_body(asked.body).body;
  const std::string query = body.is_object() ? octets_of(body.value("query", Document())) : "";
  return !query.empty() && query.find("mutation") == std::string::npos &&
         query.find("subscription") == std::string::npos;
}

}  // namespace

std::string operation_of(const Asked& asked) {
  for (const std::string_view name : naming_fields)
    if (const Field* field = find(asked.headers, name); field != nullptr && !field->value.empty())
      return std::string(name) + '=' + field->value;
  if (asked.body.empty() || (asked.body.front() != 'j' && asked.body.front() != 'f')) return {};
  return named_by(describe_body(asked.body).body);
}

bool only_asks(const Asked& asked, std::string_view operation) {
  if (is_among(asked.method, safe_methods)) return true;
  if (asked.method != "POST") return false;
  const auto path = segments_of(asked.path);
  if (!path.empty() && path.back() == "graphql") return is_graphql_query(asked);
  if (!operation.empty()) return is_asking_name(operation.substr(operation.find('=') + 1));
  return !path.empty() && (is_among(path.back(), questions) || is_asking_method(path));
}

bool signs_in(const Asked& asked) {
  constexpr std::array<std::string_view, 17> names = {
      "login",  "log-in",  "log_in",  "signin",       "sign-in",  "sign_in",
      "logout", "log-out", "signout", "sign-out",     "session",  "sessions",
      "token",  "tokens",  "refresh", "authenticate", "authorize"};
  const auto path = segments_of(asked.path);
  return std::ranges::any_of(
      path, [&](const std::string& segment) { return is_among(lowered(segment), names); });
}

bool is_identifier(std::string_view segment) {
  const bool has_digit = std::ranges::any_of(segment, [](char c) { return c >= '0' && c <= '9'; });
  const bool is_version = segment.size() >= 2 && segment.front() == 'v' &&
                          std::ranges::all_of(segment.substr(1), [](char c) {
                            return (c >= '0' && c <= '9') || c == '.';
                          });
  return has_digit && !is_version;
}

std::string template_of(const Asked& asked) {
  std::string text = asked.method + ' ';
  for (const std::string& segment : segments_of(asked.path))
    text += '/' + (is_identifier(segment) ? "*" : segment);
  return text.ends_with(' ') ? text + '/' : text;
}

}  // namespace understudy::http
