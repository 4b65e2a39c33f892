// Names and values beside each other in text that is in no format of ours: GraphQL, XML, logs.
#include <algorithm>

#include "store/redact/shape.hpp"
#include "understudy/secret_texts.hpp"

namespace understudy {
namespace {

bool is_name_octet(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

/// Where a value stands in `text`.
struct Place {
  std::size_t begin = 0, size = 0;
};

/// `"x"`, `'x'`, and GraphQL's `"""x"""`.
Place quoted(std::string_view text, std::size_t quote) noexcept {
  constexpr std::string_view block = "\"\"\"";
  if (text.substr(quote).starts_with(block)) {
    const std::size_t begin = quote + block.size();
    return {begin, std::min(text.find(block, begin), text.size()) - begin};
  }
  for (std::size_t i = quote + 1; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == text[quote])
      return {quote + 1, i - quote - 1};
  }
  return {};
}

/// What stands in an element, from behind the name in its tag.
Place content_of_element(std::string_view text, std::size_t end) noexcept {
  constexpr std::string_view cdata = "<![CDATA[";
  for (char quote = 0; end < text.size() && (quote != 0 || text[end] != '>'); ++end) {
    if (quote == 0 && (text[end] == '<' || text.substr(end).starts_with("/>"))) return {};
    if (text[end] == quote)
      quote = 0;
    else if (quote == 0 && (text[end] == '"' || text[end] == '\''))
      quote = text[end];
  }
  if (end >= text.size()) return {};
  ++end;
  while (end < text.size() && redact::is_blank(text[end])) ++end;
  if (text.substr(end).starts_with(cdata)) {
    end += cdata.size();
    return {end, std::min(text.find("]]>", end), text.size()) - end};
  }
  return {end, std::min(text.find('<', end), text.size()) - end};
}

/// Whether only blanks, or the mark of a list, stand before `at` in its line.
bool begins_line(std::string_view text, std::size_t at) noexcept {
  while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t' || text[at - 1] == '-')) --at;
  return at == 0 || text[at - 1] == '\n';
}

/// The rest of a line `name: x`; not what begins something else than a plain text in YAML, or a
/// variable.
Place rest_of_line(std::string_view text, std::size_t at) noexcept {
  if (std::string_view("$[{|>&*!#,)").find(text[at]) != std::string_view::npos) return {};
  std::size_t end = std::min(text.find_first_of("\r\n", at), text.size());
  while (end > at && redact::is_blank(text[end - 1])) --end;
  return {at, end - at};
}

/// The default of a variable: `$password: String! = "x"`, from behind the colon.
Place default_of_variable(std::string_view text, std::size_t at) noexcept {
  const std::size_t equals = text.find_first_not_of(
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_![] ", at);
  if (equals == std::string_view::npos || text[equals] != '=') return {};
  const std::size_t quote = text.find_first_not_of(" \t", equals + 1);
  return quote != std::string_view::npos && text[quote] == '"' ? quoted(text, quote) : Place{};
}

/// Behind `name` in `name: "x"`, `"name": "x"`, `name="x"`, `name=x`, `<name>x</name>`.
Place value_behind(std::string_view text, std::size_t begin, std::size_t end) noexcept {
  if (end >= text.size()) return {};
  // An element, its name perhaps behind a prefix.
  if (begin > 0 && (text[begin - 1] == '<' || (text[begin - 1] == ':' && text[end] == '>')) &&
      text[end] != ':')
    return content_of_element(text, end);
  if (text[end] == '>') return {};
  if (begin > 1 && text[begin - 1] == ':' && redact::is_blank(text[end])) {
    const std::size_t open = text.find_last_of("<> \"'=", begin - 1);
    if (open != std::string_view::npos && text[open] == '<') return content_of_element(text, end);
  }
  const std::size_t name_end = end;
  if (text[end] == '"' || text[end] == '\'') ++end;
  const auto skip_blanks = [&] {
    while (end < text.size() && (text[end] == ' ' || text[end] == '\t')) ++end;
  };
  skip_blanks();
  if (end >= text.size() || (text[end] != ':' && text[end] != '=')) return {};
  const bool assigned = text[end] == '=';
  ++end;
  const bool spaced = end < text.size() && (text[end] == ' ' || text[end] == '\t');
  skip_blanks();
  if (end >= text.size()) return {};
  if (text[end] == '"' || text[end] == '\'') return quoted(text, end);
  if (!assigned && begin > 0 && text[begin - 1] == '$') return default_of_variable(text, end);
  if (!assigned && spaced && end > name_end && begins_line(text, begin))
    return rest_of_line(text, end);
  if (!assigned) return {};
  const std::size_t stop = text.find_first_of(" \t\r\n&;,<>\"')}]", end);
  return {end, std::min(stop, text.size()) - end};
}

std::optional<std::string> cleaned_once(std::string_view text, const Secrets& secrets) {
  std::string cleaned;
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (!is_name_octet(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && is_name_octet(text[end])) ++end;
    // What can have no value behind it is no name, which spares most words the look.
    const bool may_be = end < text.size() &&
                        std::string_view(":=>\"' \t\r\n").find(text[end]) != std::string_view::npos;
    const Place value = may_be ? value_behind(text, i, end) : Place{};
    const bool secret = value.size > 0 && secrets.is_secret_name(text.substr(i, end - i));
    i = end;
    if (!secret || Secrets::is_placeholder(text.substr(value.begin, value.size))) continue;
    cleaned.append(text, copied, value.begin - copied);
    cleaned += secrets.placeholder(text.substr(value.begin, value.size));
    copied = value.begin + value.size;
    i = copied;
  }
  if (copied > 0) cleaned.append(text, copied);
  auto in_tags = without_secrets_of_markup(copied > 0 ? cleaned : text, Markup::other, secrets);
  const std::string_view rest = in_tags ? *in_tags : copied > 0 ? cleaned : text;
  if (auto shapes = secrets.without_shapes(rest)) return shapes;
  if (in_tags) return in_tags;
  return copied > 0 ? std::optional(std::move(cleaned)) : std::nullopt;
}

}  // namespace

std::optional<std::string> Secrets::without_assignments(std::string_view text) const {
  if (shown_) return std::nullopt;
  return redact::until_clean(text,
                             [this](std::string_view one) { return cleaned_once(one, *this); });
}

}  // namespace understudy
