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

std::optional<std::string> rename_text(std::string_view text, const Rename& rename) {
  std::vector<Token> tokens;
  find_tokens(text, tokens);
  std::string result;
  std::size_t copied = 0;
  for (const Token& token : tokens) {
    const std::string_view spelled = text.substr(token.begin, token.size);
    const std::string* other = rename(fold(token.kind, spelled));
    if (other == nullptr) continue;
    result += text.substr(copied, token.begin - copied);
    result += respell(*other, spelled);
    copied = token.begin + token.size;
  }
  if (copied == 0) return std::nullopt;
  return result += text.substr(copied);
}

/// The digits of a number. A whole one has no point, so that a time in seconds is the same as a
/// score, say, and as the text that it was made of.
std::string digits_of(const Document& number) {
  std::string digits = json_text(number);
  if (number.is_number_float() && digits.ends_with(".0")) digits.resize(digits.size() - 2);
  return digits;
}

/// A number stays one, of its kind, where the new digits are one.
Document rename_number(const Document& number, const Rename& rename) {
  const auto text = rename_text(digits_of(number), rename);
  if (!text) return number;
  Document parsed = parse_json(*text);
  if (!parsed.is_number()) return number;
  return number.is_number_float() ? Document(parsed.get<double>()) : parsed;
}

/// The text of a leaf that may hold generated values.
std::string text_of_leaf(const Document& leaf) {
  if (leaf.is_string()) return leaf.get_ref<const std::string&>();
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
  return rename_text(text, rename).value_or(std::string(text));
}

Document renamed(const Document& document, const Rename& rename) {
  if (document.is_string())
    return renamed(std::string_view(document.get_ref<const std::string&>()), rename);
  if (document.is_number()) return rename_number(document, rename);
  if (!document.is_structured()) return document;
  Document copy = document;
  for (auto& item : copy) item = renamed(item, rename);
  return copy;
}

std::string renamed(const Protocol& protocol, std::string_view canonical, const Rename& rename) {
  return protocol.map_values(
      canonical, [&](std::string_view value, ValueRole) { return rename_text(value, rename); });
}

void collect_values(std::string_view text, std::vector<std::string>& folded) {
  std::vector<Token> tokens;
  find_tokens(text, tokens);
  for (const Token& token : tokens)
    folded.push_back(fold(token.kind, text.substr(token.begin, token.size)));
}

void collect_values(const Document& document, std::vector<std::string>& folded) {
  if (document.is_structured()) {
    for (const auto& item : document) collect_values(item, folded);
    return;
  }
  collect_values(std::string_view(text_of_leaf(document)), folded);
}

}  // namespace understudy::match
