#include "protocols/sql/connection_text.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace understudy::sql {
namespace {

struct Span {
  std::size_t begin = 0, end = 0;
};

std::size_t skip(std::string_view text, std::size_t at, std::string_view octets) noexcept {
  return std::min(text.find_first_not_of(octets, at), text.size());
}

std::size_t end_of_value(std::string_view text, std::size_t at, std::string_view ends) {
  for (; at < text.size() && ends.find(text[at]) == std::string_view::npos; ++at)
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
  return at;
}

/// The next value behind the name of a secret and `=`; empty for none.
Span assigned(std::string_view text, std::size_t from, std::string_view ends,
              const Secrets& secrets) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
  for (std::size_t i = text.find_first_of(letters, from); i < text.size();
       i = text.find_first_of(letters, i)) {
    const std::size_t name = i;
    i = skip(text, i, letters);
    std::size_t at = skip(text, i, " ");
    if (at >= text.size() || text[at] != '=') continue;
    at = skip(text, at + 1, " ");
    const bool quoted = at < text.size() && text[at] == '\'';
    if (quoted) ++at;
    const std::size_t end = end_of_value(text, at, quoted ? "'" : ends);
    if (end > at && secrets.is_secret_name(text.substr(name, i - name))) return {at, end};
    i = end;
  }
  return {};
}

/// Between `user:` and `@`. It should hold no `/`, but where nothing else can be meant it does.
Span password_of_address(std::string_view address) {
  const std::size_t user = address.find("://") + 3;
  const std::size_t path = std::min(address.find_first_of("/?", user), address.size());
  std::size_t at = address.substr(0, path).rfind('@');
  if (at == std::string_view::npos || at < user) {
    at = address.find('@', path);
    if (at == std::string_view::npos || address.find('?') < at) return {};
  }
  const std::size_t colon = address.find(':', user);
  return colon < at ? Span{colon + 1, at} : Span{};
}

}  // namespace

std::string connection_without_password(std::string_view connection, const Secrets& secrets,
                                        std::vector<std::string>& found) {
  const auto placeholder = [&](std::string_view secret) {
    if (!secret.empty() && !Secrets::is_placeholder(secret)) found.emplace_back(secret);
    return secrets.placeholder(secret);
  };
  const bool address = connection.find("://") != std::string_view::npos;
  // What an unquoted value ends with.
  const std::string_view ends = connection.starts_with('{') ? ",}\""
                                : address                   ? "& \t\r\n"
                                                            : " \t\r\n";
  std::string cleaned;
  std::size_t copied = 0;
  for (std::size_t i = 0; i < connection.size();) {
    const auto [begin, end] = assigned(connection, i, ends, secrets);
    if (begin == end) break;
    cleaned.append(connection, copied, begin - copied);
    cleaned += placeholder(connection.substr(begin, end - begin));
    copied = i = end;
  }
  cleaned.append(connection, copied);
  if (!address) return cleaned;
  const auto [begin, end] = password_of_address(cleaned);
  if (begin == end) return cleaned;
  return cleaned.replace(begin, end - begin, placeholder(cleaned.substr(begin, end - begin)));
}

bool ends_before_password(std::string_view begin, const Secrets& secrets) {
  const std::size_t last = begin.find_last_not_of(" '");
  begin = begin.substr(0, last == std::string_view::npos ? 0 : last + 1);
  if (!begin.ends_with('=')) return false;
  begin.remove_suffix(1);
  return secrets.is_secret_name(begin.substr(begin.find_last_of(" \t\r\n?&'") + 1));
}

}  // namespace understudy::sql
