#include "protocols/http/own_urls.hpp"

#include <algorithm>

#include "protocols/http/ascii.hpp"

namespace understudy::http {
namespace {

bool continues_authority(char c) noexcept {
  const char folded = lower(c);
  return (folded >= 'a' && folded <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
         c == '_' || c == '@';
}

/// Whether the `size` octets at `at` are the whole authority of a URL: behind `//`, or `\/\/` as
/// some write it in JSON, or percent-encoded, as in a query.
bool is_authority(std::string_view text, std::size_t at, std::size_t size) noexcept {
  const std::string_view before = text.substr(0, at), behind = text.substr(at + size);
  if (!before.ends_with("//") && !before.ends_with("\\/\\/") && !before.ends_with("%2F%2F") &&
      !before.ends_with("%2f%2f"))
    return false;
  if (behind.empty()) return true;
  const bool port = behind.size() > 1 && behind[0] == ':' && behind[1] >= '0' && behind[1] <= '9';
  return !continues_authority(behind[0]) && !port;
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string result;
  std::size_t copied = 0;
  for (std::size_t at = text.find(from); at != std::string_view::npos;
       at = text.find(from, at + from.size())) {
    if (!is_authority(text, at, from.size())) continue;
    result.append(text, copied, at - copied);
    result += to;
    copied = at + from.size();
  }
  return result.append(text, copied);
}

}  // namespace

std::vector<std::string> spellings_of(std::string_view authority) {
  std::vector<std::string> spellings;
  if (authority.empty()) return spellings;
  spellings.emplace_back(authority);
  const std::size_t colon = authority.find(':');
  for (const std::string_view default_port : {":80", ":443"})
    if (authority.ends_with(default_port))
      spellings.emplace_back(authority.substr(0, authority.size() - default_port.size()));
    else if (colon == std::string_view::npos)
      spellings.push_back(std::string(authority) + std::string(default_port));
  return spellings;
}

std::string with_own_authority(std::string_view text, const std::vector<std::string>& known) {
  std::string result(text);
  for (const std::string& authority : known)
    if (result.find(authority) != std::string::npos)
      result = replaced(result, authority, own_authority);
  return result;
}

std::string with_live_authority(std::string_view text, std::string_view host) {
  return replaced(text, own_authority, host.empty() ? "localhost" : host);
}

bool has_own_authority(std::string_view text) noexcept {
  return text.find(own_authority) != std::string_view::npos;
}

}  // namespace understudy::http
