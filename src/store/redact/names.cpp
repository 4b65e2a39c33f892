#include "store/redact/names.hpp"

#include <algorithm>
#include <array>

#include "store/redact/shape.hpp"

namespace understudy::redact {
namespace {

bool is_upper(char c) noexcept {
  return c >= 'A' && c <= 'Z';
}
bool is_lower_or_digit(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
/// "user[api-key]" is about its innermost name.
std::string_view innermost(std::string_view name) noexcept {
  while (name.ends_with("[]")) name.remove_suffix(2);
  if (!name.ends_with(']')) return name;
  name.remove_suffix(1);
  name.remove_prefix(std::min(name.rfind('[') + 1, name.size()));
  return name;
}

}  // namespace

Words words_of(std::string_view name) {
  Words words;
  std::string word;
  const auto finish = [&] {
    while (word.size() > 1 && is_digit(word.back())) word.pop_back();
    if (!word.empty() && !(word.size() == 1 && is_digit(word.front()))) words.push_back(word);
    word.clear();
  };
  name = innermost(name);
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (!is_upper(c) && !is_lower_or_digit(c)) {
      finish();
      continue;
    }
    const bool hump = is_upper(c) && i > 0 && is_lower_or_digit(name[i - 1]);
    const bool last_of_capitals = is_upper(c) && i > 0 && is_upper(name[i - 1]) &&
                                  i + 1 < name.size() && name[i + 1] >= 'a' && name[i + 1] <= 'z';
    if (hump || last_of_capitals) finish();
    word += is_upper(c) ? static_cast<char>(c + ('a' - 'A')) : c;
  }
  finish();
  return words;
}

namespace {

template <std::size_t n>
bool has(const std::array<std::string_view, n>& all, std::string_view word) {
  return std::ranges::find(all, word) != all.end();
}

constexpr std::array<std::string_view, 3> groups = {"passwords", "secrets", "credentials"};
constexpr std::array<std::string_view, 12> passwords = {
    "password", "passwd", "pwd",  "pswd", "pw",  "passphrase",
    "passcode", "secret", "totp", "otp",  "cvv", "cvc"};
constexpr std::array<std::string_view, 12> secret_words = {
    "jwt",       "bearer", "authorization", "signature", "credential", "apikey",
    "assertion", "csrf",   "xsrf",          "verifier",  "mnemonic",   "saml"};
// At the end of a word that was written in one.
constexpr std::array<std::string_view, 5> password_ends = {"password", "passwd", "passphrase",
                                                           "passcode", "secret"};
constexpr std::array<std::string_view, 11> secret_ends = {
    "apikey",     "accesskey",       "secretkey", "privatekey", "authkey", "licensekey",
    "signingkey", "subscriptionkey", "sharedkey", "sessionid",  "sessid"};
// Only where they end the name.
constexpr std::array<std::string_view, 4> secret_last = {"auth", "sig", "sid", "pass"};
// Names that are about a secret and hold none: token_type, password_changed_at, secret_of.
constexpr std::array<std::string_view, 45> about = {
    "type",     "types",     "at",       "on",      "in",       "by",     "count",   "length",
    "size",     "url",       "uri",      "link",    "endpoint", "policy", "enabled", "required",
    "disabled", "changed",   "updated",  "created", "expires",  "expiry", "expired", "expiration",
    "ttl",      "lifetime",  "age",      "name",    "hint",     "label",  "field",   "min",
    "max",      "algorithm", "alg",      "method",  "methods",  "status", "valid",   "version",
    "id",       "ids",       "strength", "scheme",  "of"};
// A token or a number of them that is none of a person's: next_page_token, max_tokens.
constexpr std::array<std::string_view, 25> harmless = {
    "page",       "next",   "prev",  "previous", "continuation", "sync", "cursor",
    "pagination", "start",  "end",   "max",      "min",          "num",  "number",
    "total",      "prompt", "input", "output",   "cached",       "stop", "completion",
    "reasoning",  "first",  "last",  "used"};
constexpr std::array<std::string_view, 20> kinds_of_key = {
    "api",     "access",       "private",  "secret",  "signing", "encryption", "shared",
    "master",  "account",      "storage",  "auth",    "service", "function",   "functions",
    "webhook", "subscription", "security", "license", "session", "ssh"};

template <std::size_t n>
bool ends_with_one(std::string_view word, const std::array<std::string_view, n>& ends) {
  return std::ranges::any_of(ends, [&](std::string_view end) { return word.ends_with(end); });
}

bool is_secret_at_the_end(const Words& words) {
  const std::string& last = words.back();
  const std::string_view before =
      words.size() < 2 ? std::string_view() : std::string_view(words[words.size() - 2]);
  if (last == "token" || last == "tokens") return !has(harmless, before);
  if (last.ends_with("token"))
    return std::ranges::none_of(harmless, [&](auto word) { return last.starts_with(word); });
  if (last == "key") return has(kinds_of_key, before);
  if (last == "id") return before == "session";
  return has(secret_last, last) || last == "session";
}

}  // namespace

Naming naming_by_words(std::string_view name) {
  const Words words = words_of(name);
  if (words.empty()) return Naming::plain;
  if (words.back() == "pin") return Naming::scalar;
  if (is_secret_at_the_end(words)) return Naming::text;
  if (words.size() > 1 && has(about, words.back())) return Naming::plain;
  // Access-Control-Allow-Credentials and its like say what a browser may do.
  if (words.size() > 2 && words[0] == "access" && words[1] == "control") return Naming::plain;
  if (has(groups, words.back())) return Naming::all_below;
  for (const std::string& word : words)
    if (has(passwords, word) || ends_with_one(word, password_ends)) return Naming::scalar;
  for (const std::string& word : words)
    if (has(secret_words, word) || ends_with_one(word, secret_ends)) return Naming::text;
  return Naming::plain;
}

}  // namespace understudy::redact
