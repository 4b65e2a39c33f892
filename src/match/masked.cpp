#include "match/masked.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "understudy/document_text.hpp"

namespace understudy::match {
namespace {

/// Stands at both ends of a hole, and twice for itself.
constexpr char hole = '\x1A';

void append_between(std::string& mask, std::string_view text) {
  for (const char octet : text) {
    mask += octet;
    if (octet == hole) mask += hole;
  }
}

std::string with_placeholders_renamed(std::string text, const Respell& respell) {
  std::vector<std::string> placeholders;
  find_placeholders(text, placeholders);
  std::size_t from = 0;
  for (const std::string& folded : placeholders) {
    const std::string spelled = folded.substr(1);
    const std::size_t at = text.find(spelled, from);
    const auto other = respell(folded, spelled);
    if (other) text.replace(at, spelled.size(), *other);
    from = at + (other ? other->size() : spelled.size());
  }
  return text;
}

std::optional<std::string> rename_values(std::string_view text, const Respell& respell) {
  std::vector<Token> tokens;
  find_tokens(text, tokens);
  std::string result;
  std::size_t copied = 0;
  for (const Token& token : tokens) {
    const std::string_view spelled = text.substr(token.begin, token.size);
    const auto other = respell(fold(token.kind, spelled), spelled);
    if (!other) continue;
    result += text.substr(copied, token.begin - copied);
    result += *other;
    copied = token.begin + token.size;
  }
  if (copied == 0) return std::nullopt;
  return result += text.substr(copied);
}

std::optional<std::string> rename_text(std::string_view text, const Respell& respell) {
  if (text.find(Secrets::mark) == std::string_view::npos) return rename_values(text, respell);
  std::string other = with_placeholders_renamed(std::string(text), respell);
  if (auto renamed = rename_values(other, respell)) return renamed;
  return other == text ? std::nullopt : std::optional(std::move(other));
}

/// The digits of a number. A whole one has no point, so that a time in seconds is the same as a
/// score, say, and as the text that it was made of.
std::string digits_of(const Document& number) {
  std::string digits = json_text(number);
  if (number.is_number_float() && digits.ends_with(".0")) digits.resize(digits.size() - 2);
  return digits;
}

/// A number stays one, of its kind, where the new digits are one.
Document rename_number(const Document& number, const Respell& respell) {
  const auto text = rename_text(digits_of(number), respell);
  if (!text) return number;
  Document parsed = parse_json(*text);
  if (!parsed.is_number()) return number;
  return number.is_number_float() ? Document(parsed.get<double>()) : parsed;
}

/// What an octet string holds besides text does not hide the text in it: a serialised object, say.
std::string_view text_in(const Document& binary) {
  const auto& octets = binary.get_binary();
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

Document rename_binary(const Document& binary, const Respell& respell) {
  const auto octets = rename_text(text_in(binary), respell);
  return octets ? Document::binary({octets->begin(), octets->end()}) : binary;
}

/// In the spelling of what it stands in place of.
Respell spelled_alike(const Rename& rename) {
  return [&rename](const std::string& folded, std::string_view spelled) {
    const std::string* other = rename(folded);
    return other == nullptr ? std::optional<std::string>() : respell(*other, spelled);
  };
}

/// The text of a leaf that may hold generated values.
std::string text_of_leaf(const Document& leaf) {
  if (leaf.is_string()) return leaf.get_ref<const std::string&>();
  if (leaf.is_binary()) return std::string(text_in(leaf));
  return leaf.is_number() ? digits_of(leaf) : std::string();
}

}  // namespace

Masked mask(const Protocol& protocol, std::string_view canonical) {
  Masked masked;
  std::vector<Token> tokens;
  std::uint32_t number_of_value = 0;
  masked.mask = protocol.map_values(canonical, [&](std::string_view value, ValueRole role) {
    ++number_of_value;
    std::uint32_t number_of_token = 0;
    tokens.clear();
    find_tokens(value, tokens);
    if (tokens.empty() && value.find(hole) == std::string_view::npos)
      return std::optional<std::string>();
    std::string result;
    std::size_t copied = 0;
    for (const Token& token : tokens) {
      std::string folded = fold(token.kind, value.substr(token.begin, token.size));
      auto first = std::ranges::find(masked.values, folded, &MaskedValue::folded);
      const auto number = is_time(token.kind) ? 0 : first - masked.values.begin();
      append_between(result, value.substr(copied, token.begin - copied));
      result += fmt::format("{}{}{}{}", hole, folded.front(), number, hole);
      copied = token.begin + token.size;
      masked.values.push_back({std::move(folded), role, number_of_value, ++number_of_token});
    }
    append_between(result, value.substr(copied));
    return std::optional(std::move(result));
  });
  return masked;
}

std::string template_of(std::string_view mask) {
  const std::string_view pattern = pattern_of(mask);
  std::string text;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const std::size_t end = pattern[at] == hole ? pattern.find(hole, at + 1) : at;
    if (end == at) {
      text += static_cast<unsigned char>(pattern[at]) < 0x20 ? '?' : pattern[at];
      continue;
    }
    text += fmt::format("<{}>", name_of(kind_of_folded(pattern.substr(at + 1, 1))));
    at = std::min(end, pattern.size());
  }
  return text;
}

std::string renamed(std::string_view text, const Rename& rename) {
  return rename_text(text, spelled_alike(rename)).value_or(std::string(text));
}

Document respelled(const Document& document, const Respell& respell) {
  if (document.is_string()) {
    const auto& text = document.get_ref<const std::string&>();
    return rename_text(text, respell).value_or(text);
  }
  if (document.is_number()) return rename_number(document, respell);
  if (document.is_binary()) return rename_binary(document, respell);
  if (!document.is_structured()) return document;
  Document copy = document;
  for (auto& item : copy) item = respelled(item, respell);
  return copy;
}

Document renamed(const Document& document, const Rename& rename) {
  return respelled(document, spelled_alike(rename));
}

std::string renamed(const Protocol& protocol, std::string_view canonical, const Rename& rename) {
  return protocol.map_values(canonical, [&](std::string_view value, ValueRole) {
    return rename_text(value, spelled_alike(rename));
  });
}

std::vector<SpelledValue> spelled_values(const Protocol& protocol, std::string_view canonical) {
  std::vector<SpelledValue> values;
  static_cast<void>(protocol.map_values(canonical, [&](std::string_view value, ValueRole) {
    std::vector<Token> tokens;
    find_tokens(value, tokens);
    for (const Token& token : tokens) {
      const std::string_view spelled = value.substr(token.begin, token.size);
      values.push_back({fold(token.kind, spelled), std::string(spelled)});
    }
    return std::optional<std::string>();
  }));
  return values;
}

void collect_values(std::string_view text, std::vector<std::string>& folded) {
  std::vector<Token> tokens;
  find_tokens(text, tokens);
  for (const Token& token : tokens)
    folded.push_back(fold(token.kind, text.substr(token.begin, token.size)));
}

void collect_placeholders(const Document& document, std::vector<std::string>& folded) {
  if (document.is_structured())
    for (const auto& item : document) collect_placeholders(item, folded);
  else if (document.is_string())
    find_placeholders(document.get_ref<const std::string&>(), folded);
}

void collect_values(const Document& document, std::vector<std::string>& folded) {
  if (document.is_structured()) {
    for (const auto& item : document) collect_values(item, folded);
    return;
  }
  collect_values(std::string_view(text_of_leaf(document)), folded);
}

}  // namespace understudy::match
