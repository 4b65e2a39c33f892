// Tags that give a name and a value: `<input name="csrf_token" value="x">`.
#include <algorithm>

#include "store/redact/shape.hpp"
#include "understudy/secret_texts.hpp"

namespace understudy {
namespace {

/// Where something stands in a text.
struct Range {
  std::size_t begin = 0, end = 0;
};

bool is_one_of(std::string_view name, std::string_view one, std::string_view other) noexcept {
  const auto equals = [&](std::string_view word) {
    return std::ranges::equal(name, word, [](char c, char w) { return (c | 0x20) == w; });
  };
  return equals(one) || equals(other);
}

/// A tag from behind its `<`; `end` is at its `>`, or at the end of the text.
struct Tag {
  std::size_t end = 0;
  bool names_secret = false;
  bool is_alone = false;  ///< `<a/>`
  Range value;
};

/// `= "value"` at `at`, which is set behind it.
Range value_at(std::string_view text, std::size_t& at) noexcept {
  const auto skip_blanks = [&] {
    while (at < text.size() && redact::is_blank(text[at])) ++at;
  };
  skip_blanks();
  if (at >= text.size() || text[at] != '=') return {};
  ++at;
  skip_blanks();
  if (at >= text.size()) return {};
  if (text[at] == '"' || text[at] == '\'') {
    const std::size_t end = std::min(text.find(text[at], at + 1), text.size());
    const Range value{at + 1, end};
    at = std::min(end + 1, text.size());
    return value;
  }
  const std::size_t begin = at;
  at = std::min(text.find_first_of(" \t\r\n>", at), text.size());
  return {begin, at};
}

Tag tag_at(std::string_view text, std::size_t at, const Secrets& secrets) {
  Tag tag;
  at = std::min(text.find_first_of(" \t\r\n/>", at), text.size());
  while (at < text.size() && text[at] != '>' && text[at] != '<') {
    if (redact::is_blank(text[at]) || text[at] == '/') {
      tag.is_alone = text[at++] == '/';
      continue;
    }
    const std::size_t begin = at;
    at = std::min(text.find_first_of("= \t\r\n/><", at), text.size());
    const std::string_view name = text.substr(begin, at - begin);
    const Range value = value_at(text, at);
    if (at == begin) ++at;  // a stray `=`
    if (is_one_of(name, "name", "key"))
      tag.names_secret |= secrets.is_secret_name(text.substr(value.begin, value.end - value.begin));
    if (is_one_of(name, "value", "content")) tag.value = value;
  }
  tag.end = at;
  return tag;
}

}  // namespace

std::optional<std::string> without_secrets_of_markup(std::string_view text, Markup markup,
                                                     const Secrets& secrets) {
  if (secrets.shows()) return std::nullopt;
  std::string cleaned;
  std::size_t copied = 0;
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at)) {
    const Tag tag = tag_at(text, ++at, secrets);
    at = tag.end;
    if (!tag.names_secret) continue;
    Range secret = tag.value;
    const bool opens = !tag.is_alone && tag.end < text.size() && text[tag.end] == '>';
    if (secret.end == 0 && markup == Markup::other && opens)
      secret = {tag.end + 1, std::min(text.find('<', tag.end), text.size())};
    const std::string_view value = text.substr(secret.begin, secret.end - secret.begin);
    if (value.empty() || Secrets::is_placeholder(value)) continue;
    cleaned.append(text, copied, secret.begin - copied);
    cleaned += secrets.placeholder(value);
    copied = secret.end;
    at = std::max(at, copied);
  }
  if (copied == 0) return std::nullopt;
  return cleaned.append(text, copied);
}

}  // namespace understudy
