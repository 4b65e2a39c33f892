#include "cli/url_login.hpp"

#include <algorithm>
#include <charconv>

namespace understudy::cli {
namespace {

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    const char* const digits = text.data() + i + 1;
    const bool escape = text[i] == '%' && i + 2 < text.size() &&
                        std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2;
    decoded += escape ? static_cast<char>(value) : text[i];
    if (escape) i += 2;
  }
  return decoded;
}

}  // namespace

UrlLogin login_of_url(std::string_view url) {
  UrlLogin login;
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return login;
  const std::string_view rest = url.substr(scheme + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  const std::string_view behind = rest.substr(authority.size());
  const std::string_view path = behind.substr(0, behind.find_first_of("?#"));
  if (path.size() > 1) login.database = percent_decoded(path.substr(1));
  const std::size_t at = authority.rfind('@');
  if (at == std::string_view::npos) return login;
  const std::string_view who = authority.substr(0, at);
  const std::size_t colon = std::min(who.find(':'), who.size());
  login.user = percent_decoded(who.substr(0, colon));
  if (colon < who.size()) login.password = percent_decoded(who.substr(colon + 1));
  return login;
}

}  // namespace understudy::cli
