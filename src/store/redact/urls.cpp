// Secrets within URLs: the password of a user, and what stands behind the name of a secret in a
// query or a fragment.
#include <algorithm>
#include <charconv>

#include "understudy/secret_texts.hpp"

namespace understudy {
namespace {

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned octet = 0;
    const char* const digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(digits, digits + 2, octet, 16).ptr == digits + 2) {
      decoded += static_cast<char>(octet);
      i += 2;
    } else {
      decoded += text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

/// Copies a text, parts of it replaced.
class Replacing {
 public:
  Replacing(std::string_view text, const Secrets& secrets) : text_(text), secrets_(secrets) {}

  void replace(std::size_t begin, std::size_t end) {
    const std::string secret = percent_decoded(text_.substr(begin, end - begin));
    if (secret.empty() || Secrets::is_placeholder(secret)) return;
    cleaned_.append(text_, copied_, begin - copied_);
    cleaned_ += secrets_.placeholder(secret);
    copied_ = end;
  }

  /// `name=value` and what follows it, up to `end`.
  void replace_pairs(std::size_t begin, std::size_t end) {
    while (begin < end) {
      const std::size_t next = std::min(text_.find_first_of("&;?#", begin), end);
      const std::size_t equals = std::min(text_.find('=', begin), next);
      if (equals < next && is_secret_of_url(percent_decoded(text_.substr(begin, equals - begin)),
                                            text_.substr(equals + 1, next - equals - 1), secrets_))
        replace(equals + 1, next);
      begin = next + 1;
    }
  }

  std::optional<std::string> take() {
    if (copied_ == 0) return std::nullopt;
    return cleaned_.append(text_, copied_);
  }

 private:
  std::string_view text_;
  const Secrets& secrets_;
  std::string cleaned_;
  std::size_t copied_ = 0;
};

}  // namespace

bool is_secret_of_url(std::string_view name, std::string_view value, const Secrets& secrets) {
  constexpr std::size_t shortest_code = 8;  // an authorisation code; shorter ones are of countries
  if (secrets.is_secret_name(name) || name == "key" || name == "Key") return true;
  return (name == "code" || name == "Code") && value.size() >= shortest_code;
}

std::optional<std::string> without_secrets_of_urls(std::string_view text, const Secrets& secrets) {
  if (secrets.shows()) return std::nullopt;
  constexpr std::string_view slashes = "://", behind = " \t\r\n\"'<>\\`{}|";
  Replacing replacing(text, secrets);
  for (std::size_t at = text.find(slashes); at != std::string_view::npos;
       at = text.find(slashes, at)) {
    at += slashes.size();
    const std::size_t end = std::min(text.find_first_of(behind, at), text.size());
    const std::size_t path = std::min(text.find_first_of("/?#", at), end);
    const std::string_view authority = text.substr(at, path - at);
    const std::size_t user_end = authority.rfind('@'), colon = authority.find(':');
    if (user_end != std::string_view::npos && colon < user_end)
      replacing.replace(at + colon + 1, at + user_end);
    const std::size_t query = std::min(text.find_first_of("?#", path), end);
    // Another URL within the query is a part of it.
    if (query < end) replacing.replace_pairs(query + 1, end);
    at = std::max(at, query);
  }
  return replacing.take();
}

std::optional<std::string> without_secrets_of_query(std::string_view target,
                                                    const Secrets& secrets) {
  if (secrets.shows()) return std::nullopt;
  Replacing replacing(target, secrets);
  const std::size_t query = target.find_first_of("?#");
  if (query != std::string_view::npos) replacing.replace_pairs(query + 1, target.size());
  return replacing.take();
}

}  // namespace understudy
