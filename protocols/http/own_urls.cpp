#include "protocols/http/own_urls.hpp"

#include <algorithm>
#include <array>

#include "protocols/http/ascii.hpp"

namespace understudy::http {
namespace {

bool continues_authority(char c) noexcept {
  const char folded = lower(c);
  return (folded >= 'a' && folded <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
         c == '_' || c == '@';
}

/// How the two slashes before an authority are written, and how the colon within it then is.
struct Spelling {
  std::string_view slashes, colon;
};

constexpr std::array<Spelling, 6> url_spellings = {{{"//", ":"},
                                                    {"\\/\\/", ":"},  // JSON of some programs
                                                    {"%2F%2F", "%3A"},
                                                    {"%2f%2f", "%3a"},
                                                    // A query within a URL of a query.
                                                    {"%252F%252F", "%253A"},
                                                    {"%252f%252f", "%253a"}}};

std::string spelled(std::string_view authority, std::string_view colon) {
  const std::size_t at = authority.find(':');
  if (at == authority.npos) return std::string(authority);
  std::string result(authority.substr(0, at));
  result += colon;
  return result.append(authority.substr(at + 1));
}

/// Whether `behind` is the rest of a longer authority.
bool goes_on(std::string_view behind, const Spelling& spelling) noexcept {
  if (behind.empty()) return false;
  const std::string_view colon = spelling.colon;
  const bool port = behind.starts_with(colon) && behind.size() > colon.size() &&
                    behind[colon.size()] >= '0' && behind[colon.size()] <= '9';
  return continues_authority(behind[0]) || port;
}

/// By what stands before an authority; null where it is none.
const Spelling* spelling_behind(std::string_view text) noexcept {
  const auto found = std::ranges::find_if(
      url_spellings, [text](const Spelling& spelling) { return text.ends_with(spelling.slashes); });
  return found == url_spellings.end() ? nullptr : &*found;
}

/// `to` in place of `from` where that is the whole authority of a URL.
std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  const std::string_view host = from.substr(0, from.find(':'));
  std::string result;
  std::size_t copied = 0;
  for (std::size_t at = text.find(host); at != std::string_view::npos;
       at = text.find(host, at + host.size())) {
    const Spelling* spelling = spelling_behind(text.substr(copied, at - copied));
    if (spelling == nullptr) continue;
    const std::string searched = spelled(from, spelling->colon);
    const std::string_view rest = text.substr(at);
    if (!rest.starts_with(searched) || goes_on(rest.substr(searched.size()), *spelling)) continue;
    result.append(text, copied, at - copied);
    result += spelled(to, spelling->colon);
    copied = at + searched.size();
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
    if (result.find(authority.substr(0, authority.find(':'))) != std::string::npos)
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
