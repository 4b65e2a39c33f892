#include "cli/url_login.hpp"

#include <algorithm>

#include "store/url.hpp"

namespace understudy::cli {

using store::percent_decoded;

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
