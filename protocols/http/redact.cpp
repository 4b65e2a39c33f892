#include "protocols/http/redact.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "protocols/http/ascii.hpp"
#include "protocols/http/json_text.hpp"
#include "protocols/http/signed.hpp"

namespace understudy::http {
namespace {

constexpr std::string_view mark = "redacted:";
constexpr std::size_t digits = 8;

bool is_placeholder(std::string_view text) {
  return text.size() == mark.size() + digits && text.starts_with(mark) &&
         std::ranges::all_of(text.substr(mark.size()), [](char c) { return hex_value(c) >= 0; });
}

/// FNV-1a, folded to 32 bits: enough to tell values apart, too little to give them back.
std::uint32_t hash_of(std::string_view text) noexcept {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char octet : text) {
    hash ^= static_cast<unsigned char>(octet);
    hash *= 0x100000001B3U;
  }
  return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

/// "user[api-key]" and "Api_Key" are one name: the innermost, letters and digits only.
std::string folded(std::string_view name) {
  if (name.ends_with(']')) {
    name.remove_suffix(1);
    name.remove_prefix(std::min(name.rfind('[') + 1, name.size()));
  }
  std::string result;
  for (const char octet : name)
    if (octet != '-' && octet != '_' && octet != '.') result += lower(octet);
  return result;
}

template <std::size_t n>
bool is_one_of(std::string_view name, const std::array<std::string_view, n>& names) {
  return std::ranges::find(names, name) != names.end();
}

constexpr std::array<std::string_view, 24> secret_names = {"password",
                                                           "passwd",
                                                           "pwd",
                                                           "passphrase",
                                                           "secret",
                                                           "token",
                                                           "clientsecret",
                                                           "accesstoken",
                                                           "refreshtoken",
                                                           "idtoken",
                                                           "authtoken",
                                                           "sessiontoken",
                                                           "csrftoken",
                                                           "apikey",
                                                           "apitoken",
                                                           "accesskey",
                                                           "privatekey",
                                                           "secretkey",
                                                           "secretaccesskey",
                                                           "newpassword",
                                                           "oldpassword",
                                                           "bearertoken",
                                                           "authenticitytoken",
                                                           "passwordconfirmation"};

// Only where a URL or a form carries them: in JSON these words mean other things.
constexpr std::array<std::string_view, 10> secret_query_names = {"key",
                                                                 "sig",
                                                                 "signature",
                                                                 "auth",
                                                                 "xamzsignature",
                                                                 "xamzcredential",
                                                                 "xamzsecuritytoken",
                                                                 "xgoogsignature",
                                                                 "xgoogcredential",
                                                                 "subscriptionkey"};

/// `a=1; b=2` with the values replaced.
std::string redacted_cookies(std::string_view value) {
  std::string result;
  for_each_part(value, ';', [&](std::string_view pair) {
    if (!result.empty()) result += "; ";
    const std::size_t equals = std::min(pair.find('='), pair.size());
    result += pair.substr(0, equals);
    if (equals < pair.size()) result += '=' + placeholder(pair.substr(equals + 1));
  });
  return result;
}

std::string redacted_set_cookie(std::string_view value) {
  const std::string_view pair = value.substr(0, value.find(';'));
  return redacted_cookies(pair) + std::string(value.substr(pair.size()));
}

/// `Bearer abc` with the credentials replaced; what does not begin with a scheme is all
/// credentials.
std::string redacted_credentials(std::string_view value) {
  if (auto signer = signer_of(value, [](std::string_view name) { return placeholder(name); }))
    return *std::move(signer);
  const std::size_t space = value.find(' ');
  const auto is_letter = [](char c) { return (lower(c) >= 'a' && lower(c) <= 'z') || c == '-'; };
  if (space == std::string_view::npos || !std::ranges::all_of(value.substr(0, space), is_letter))
    return placeholder(value);
  return std::string(value.substr(0, space + 1)) + placeholder(trimmed(value.substr(space + 1)));
}

bool is_authorization(std::string_view name) noexcept {
  return iequals(name, "authorization") || iequals(name, "proxy-authorization");
}

std::string redacted_url(std::string_view url) {
  const std::size_t question = url.find('?');
  if (question == std::string_view::npos) return std::string(url);
  const Query query = parse_query(url.substr(question + 1, url.find('#') - question - 1));
  const Query redacted = redacted_query(query);
  if (redacted == query) return std::string(url);
  return std::string(url.substr(0, question + 1)) + encode_query(redacted);
}

}  // namespace

std::string placeholder(std::string_view secret) {
  if (secret.empty() || is_placeholder(secret)) return std::string(secret);
  std::string text(mark);
  const std::uint32_t hash = hash_of(secret);
  for (int shift = 28; shift >= 0; shift -= 4) text += "0123456789abcdef"[(hash >> shift) & 15U];
  return text;
}

bool is_secret_field(std::string_view name) {
  const std::string plain = folded(name);
  constexpr std::array<std::string_view, 6> parts = {"token",    "secret",    "apikey",
                                                     "password", "signature", "authkey"};
  return is_authorization(name) || std::ranges::any_of(parts, [&](std::string_view part) {
           return plain.find(part) != std::string::npos;
         });
}

bool is_secret_name(std::string_view name) {
  return is_one_of(folded(name), secret_names);
}

std::string redacted_field(std::string_view name, std::string_view value) {
  if (iequals(name, "cookie")) return redacted_cookies(value);
  if (iequals(name, "set-cookie")) return redacted_set_cookie(value);
  if (iequals(name, "location") || iequals(name, "content-location") || iequals(name, "referer"))
    return redacted_url(value);
  if (is_authorization(name)) return redacted_credentials(value);
  return is_secret_field(name) ? placeholder(value) : std::string(value);
}

Query redacted_query(Query query) {
  for (auto& [key, value] : query) {
    const bool secret = is_secret_name(key) || is_one_of(folded(key), secret_query_names);
    if (value && secret) value = placeholder(*value);
  }
  return query;
}

std::string redacted_json(std::string_view text) {
  return replace_strings(text, [](std::string_view key, std::string_view value) {
    return is_secret_name(key) && !value.empty() ? std::optional(placeholder(value)) : std::nullopt;
  });
}

}  // namespace understudy::http
