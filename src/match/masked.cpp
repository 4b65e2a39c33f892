#include "match/masked.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>

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

/// Whether a part of a value, by its number, may be renamed as a whole, whatever it looks like.
using MayRename = std::function<bool(std::uint32_t part, std::string_view text)>;

bool any_part(std::uint32_t /*part*/, std::string_view /*text*/) {
  return true;
}

/// What stands in place of each value, from left to right: a part that is renamed as a whole comes
/// before what is recognised in it.
class Replacements {
 public:
  Replacements(std::string_view text, const Respell& respell, const MayRename& may_rename)
      : text_(text), respell_(respell) {
    const std::vector<Part> parts = parts_of(text);
    for (std::uint32_t i = 0; i < parts.size(); ++i) {
      const std::string_view part = text.substr(parts[i].begin, parts[i].size);
      if (may_rename(i, part)) add({parts[i].begin, parts[i].size, ValueKind::text});
    }
    std::vector<Token> tokens;
    find_tokens(text, tokens);
    for (const Token& token : tokens) add(token);
  }

  [[nodiscard]] std::optional<std::string> apply() const {
    if (others_.empty()) return std::nullopt;
    std::string result;
    std::size_t copied = 0;
    for (const auto& [begin, other] : others_) {
      result += text_.substr(copied, begin - copied);
      result += other.text;
      copied = begin + other.size;
    }
    return result += text_.substr(copied);
  }

 private:
  struct Other {
    std::size_t size = 0;
    std::string text;
  };

  void add(const Token& token) {
    const auto behind = others_.upper_bound(token.begin);
    if (behind != others_.begin()) {
      const auto& [begin, other] = *std::prev(behind);
      if (begin + other.size > token.begin) return;
    }
    const std::string_view spelled = text_.substr(token.begin, token.size);
    if (auto other = respell_(fold(token.kind, spelled), spelled))
      others_.emplace(token.begin, Other{token.size, *std::move(other)});
  }

  std::string_view text_;
  const Respell& respell_;
  std::map<std::size_t, Other> others_;  // by where they begin
};

std::optional<std::string> rename_text(std::string_view text, const Respell& respell,
                                       const MayRename& may_rename = any_part) {
  if (text.find(Secrets::mark) == std::string_view::npos)
    return Replacements(text, respell, may_rename).apply();
  std::string other = with_placeholders_renamed(std::string(text), respell);
  if (auto renamed = Replacements(other, respell, may_rename).apply()) return renamed;
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

/// What an byte string holds besides text does not hide the text in it: a serialised object, say.
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

/// Finds what of the values of one request may vary.
class HoleFinder {
 public:
  HoleFinder(const Protocol& protocol, std::string_view canonical, Places places)
      : places_(places) {
    if (!places.empty()) pattern_ = pattern_of(mask(protocol, canonical).mask);
  }

  void advance() noexcept { ++number_; }

  /// Of the next value, from left to right.
  std::vector<Token> next(std::string_view value) {
    advance();
    std::vector<Token> holes;
    if (!places_.empty()) {
      const std::vector<Part> parts = parts_of(value);
      for (std::uint32_t i = 0; i < parts.size(); ++i)
        if (is_place(i)) holes.push_back({parts[i].begin, parts[i].size, ValueKind::text});
    }
    const std::size_t whole = holes.size();
    std::vector<Token> tokens;
    find_tokens(value, tokens);
    for (const Token& token : tokens)
      if (std::none_of(holes.begin(), holes.begin() + static_cast<std::ptrdiff_t>(whole),
                       [&](const Token& part) { return overlap(part, token); }))
        holes.push_back(token);
    std::ranges::sort(holes, {}, &Token::begin);
    return holes;
  }

  [[nodiscard]] bool is_place(std::uint32_t part) const {
    return match::is_place(places_, place_hash(pattern_, number_, part));
  }
  [[nodiscard]] std::uint32_t number() const noexcept { return number_; }

 private:
  static bool overlap(const Token& a, const Token& b) noexcept {
    return a.begin < b.begin + b.size && b.begin < a.begin + a.size;
  }

  Places places_;
  std::string pattern_;
  std::uint32_t number_ = 0;
};

}  // namespace

Masked mask(const Protocol& protocol, std::string_view canonical, Places places) {
  Masked masked;
  HoleFinder finder(protocol, canonical, places);
  masked.mask = protocol.map_values(canonical, [&](std::string_view value, ValueRole role) {
    const std::vector<Token> tokens = finder.next(value);
    std::uint32_t number_of_token = 0;
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
      masked.values.push_back({std::move(folded), role, finder.number(), ++number_of_token});
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

std::string renamed(const Protocol& protocol, std::string_view canonical, const Rename& rename,
                    Places places) {
  HoleFinder finder(protocol, canonical, places);
  const Respell respell = spelled_alike(rename);
  return protocol.map_values(canonical, [&](std::string_view value, ValueRole) {
    finder.advance();
    return rename_text(value, respell, [&](std::uint32_t part, std::string_view text) {
      return !places.empty() && (!is_commonplace(text) || finder.is_place(part));
    });
  });
}

std::vector<SpelledValue> spelled_values(const Protocol& protocol, std::string_view canonical,
                                         Places places) {
  std::vector<SpelledValue> values;
  HoleFinder finder(protocol, canonical, places);
  static_cast<void>(protocol.map_values(canonical, [&](std::string_view value, ValueRole) {
    for (const Token& token : finder.next(value)) {
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
