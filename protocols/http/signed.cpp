#include "protocols/http/signed.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "protocols/http/ascii.hpp"

namespace understudy::http {
namespace {

struct Parameter {
  std::string name;  ///< in lower case
  std::string_view value;
};

/// `a=1, b="x, y"`; the rest of what is no list of parameters is left out.
std::vector<Parameter> parameters_of(std::string_view text) {
  std::vector<Parameter> parameters;
  while (!text.empty()) {
    bool quoted = false;
    std::size_t end = 0;
    for (; end < text.size() && (quoted || text[end] != ','); ++end)
      if (text[end] == '"') quoted = !quoted;
    const std::string_view part = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = part.find('=');
    if (equals == part.npos) continue;
    std::string_view value = trimmed(part.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    parameters.push_back({lowered(trimmed(part.substr(0, equals))), value});
  }
  return parameters;
}

/// `AKID/20260101/eu-west-1/s3/aws4_request` without the date.
std::string scope_of_key(std::string_view value,
                         const std::function<std::string(std::string_view)>& placeholder) {
  std::string result;
  for_each_part(value, '/', [&](std::string_view part) {
    const bool date = part.size() == 8 && std::ranges::all_of(part, [](char octet) {
                        return octet >= '0' && octet <= '9';
                      });
    if (date && !result.empty()) return;
    result += result.empty() ? placeholder(part) : '/' + std::string(part);
  });
  return result;
}

constexpr std::array<std::string_view, 6> signatures = {"signature",       "response", "mac",
                                                        "oauth_signature", "hmac",     "sig"};
constexpr std::array<std::string_view, 9> names_of_signer = {
    "username", "keyid",       "id",    "oauth_consumer_key", "oauth_token", "app",
    "appid",    "accesskeyid", "apikey"};

}  // namespace

std::optional<std::string> signer_of(
    std::string_view credentials, const std::function<std::string(std::string_view)>& placeholder) {
  const std::size_t space = credentials.find(' ');
  if (space == credentials.npos) return std::nullopt;
  const std::string_view scheme = credentials.substr(0, space);
  const std::string_view rest = trimmed(credentials.substr(space + 1));
  if (iequals(scheme, "bearer") || iequals(scheme, "basic")) return std::nullopt;
  // As it was stored.
  if (rest.find("=redacted:") != rest.npos || rest.starts_with("redacted:"))
    return std::string(credentials);
  std::string signer(scheme);
  constexpr std::array<std::string_view, 5> pairs = {"aws", "sharedkey", "sharedkeylite", "hmac",
                                                     "hmac-sha256"};
  if (is_among(lowered(scheme), pairs) && rest.find('=') > rest.find(':') &&
      rest.find(':') != rest.npos)
    return signer + ' ' + placeholder(rest.substr(0, rest.find(':')));
  const auto parameters = parameters_of(rest);
  if (std::ranges::none_of(parameters, [](const Parameter& parameter) {
        return is_among(parameter.name, signatures);
      }))
    return std::nullopt;
  for (const auto& [name, value] : parameters) {
    if (name == "credential")
      signer += ' ' + name + '=' + scope_of_key(value, placeholder);
    else if (is_among(name, names_of_signer))
      signer += ' ' + name + '=' + placeholder(value);
    else if (name == "realm")
      signer += ' ' + name + '=' + std::string(value);
  }
  return signer;
}

}  // namespace understudy::http
