#include "store/redact/shape.hpp"

#include <algorithm>
#include <array>

#include "understudy/secret_texts.hpp"

namespace understudy {
namespace redact {
namespace {

bool is_alphanumeric(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_base64url(char c) noexcept {
  return is_alphanumeric(c) || c == '-' || c == '_';
}
bool is_base64(char c) noexcept {
  return is_alphanumeric(c) || c == '+' || c == '/' || c == '=';
}

template <class Accepts>
std::size_t run_of(std::string_view text, std::size_t at, Accepts&& accepts) noexcept {
  std::size_t end = at;
  while (end < text.size() && accepts(text[end])) ++end;
  return end - at;
}

/// What a service's access tokens begin with, and how much follows at least.
struct Prefix {
  std::string_view text;
  std::size_t rest;
};

constexpr std::array<Prefix, 31> token_prefixes = {{
    {"AKIA", 16},     {"ASIA", 16},     {"ghp_", 30},        {"gho_", 30},    {"ghu_", 30},
    {"ghs_", 30},     {"ghr_", 30},     {"github_pat_", 40}, {"glpat-", 16},  {"sk_live_", 10},
    {"sk_test_", 10}, {"rk_live_", 10}, {"rk_test_", 10},    {"whsec_", 16},  {"xoxb-", 10},
    {"xoxp-", 10},    {"xoxa-", 10},    {"xoxs-", 10},       {"AIza", 30},    {"ya29.", 20},
    {"npm_", 30},     {"pypi-", 30},    {"hf_", 30},         {"dop_v1_", 40}, {"sk-ant-", 20},
    {"sk-proj-", 20}, {"xapp-", 10},    {"SG.", 16},         {"shpat_", 30},  {"shpss_", 30},
    {"sntrys_", 30},
}};

std::size_t token_at(std::string_view rest) noexcept {
  constexpr std::string_view first_letters = "ASgsrwxynphd";
  if (first_letters.find(rest.front()) == std::string_view::npos) return 0;
  for (const Prefix& prefix : token_prefixes) {
    if (!rest.starts_with(prefix.text)) continue;
    // Where the beginning has a point, the rest may have some.
    const bool has_points = prefix.text.ends_with('.');
    const std::size_t size = run_of(rest, prefix.text.size(), [&](char c) {
      return is_base64url(c) || (has_points && c == '.');
    });
    // Key ids of AWS are of one length, so that a word in capitals is none.
    const bool exact = prefix.text.starts_with('A') && prefix.rest == 16;
    if (exact ? size == prefix.rest : size >= prefix.rest) return prefix.text.size() + size;
  }
  return 0;
}

/// Three parts; five, which is an encrypted token, count as well.
std::size_t json_web_token_at(std::string_view rest) noexcept {
  if (!rest.starts_with("eyJ")) return 0;
  std::size_t end = run_of(rest, 0, is_base64url);
  for (int part = 1; part < 5; ++part) {
    if (end >= rest.size() || rest[end] != '.') return part >= 3 ? end : 0;
    const std::size_t size = run_of(rest, end + 1, is_base64url);
    if (part == 1 && size == 0) return 0;
    // The point behind a token that ends a sentence is none of its own.
    if (part > 2 && size == 0) return end;
    end += 1 + size;
  }
  return end;
}

/// From `-----BEGIN … PRIVATE KEY-----` to the end of the line that ends it.
std::size_t private_key_at(std::string_view rest) noexcept {
  constexpr std::string_view begin = "-----BEGIN ", end = "-----END ", dashes = "-----";
  if (!rest.starts_with(begin)) return 0;
  const std::size_t label = rest.find(dashes, begin.size());
  if (label == std::string_view::npos || label > 64) return 0;
  if (!rest.substr(0, label).ends_with("PRIVATE KEY") &&
      !rest.substr(0, label).ends_with("PRIVATE KEY BLOCK"))
    return 0;
  const std::size_t last = rest.find(end, label);
  if (last == std::string_view::npos) return rest.size();
  const std::size_t close = rest.find(dashes, last + end.size());
  return close == std::string_view::npos ? rest.size() : close + dashes.size();
}

/// `SCRAM-SHA-256$4096:salt$stored key:server key`.
std::size_t scram_verifier_at(std::string_view rest) noexcept {
  constexpr std::string_view begin = "SCRAM-SHA-256$";
  if (!rest.starts_with(begin)) return 0;
  std::size_t at = begin.size();
  const std::size_t iterations = run_of(rest, at, is_digit);
  at += iterations;
  for (const char separator : {':', '$', ':'}) {
    if (iterations == 0 || at >= rest.size() || rest[at] != separator) return 0;
    const std::size_t part = run_of(rest, at + 1, is_base64);
    if (part == 0) return 0;
    at += 1 + part;
  }
  return at;
}

/// The address of a Slack channel, to which anybody may post who knows it.
std::size_t slack_hook_at(std::string_view rest) noexcept {
  constexpr std::string_view begin = "hooks.slack.com/services/";
  if (!rest.starts_with(begin)) return 0;
  return begin.size() +
         run_of(rest, begin.size(), [](char c) { return is_alphanumeric(c) || c == '/'; });
}

bool has_card_prefix(std::string_view digits) noexcept {
  const auto number = [&](std::size_t count) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value * 10 + (digits[i] - '0');
    return value;
  };
  if (digits.size() == 15) return number(2) == 34 || number(2) == 37;
  if (digits.size() != 16) return false;
  return number(1) == 4 || (number(2) >= 51 && number(2) <= 55) ||
         (number(4) >= 2221 && number(4) <= 2720) || number(4) == 6011 || number(2) == 65;
}

bool passes_luhn(std::string_view digits) noexcept {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    int digit = digits[digits.size() - 1 - i] - '0';
    if (i % 2 == 1) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 == 0;
}

/// 15 or 16 digits, in groups of four at most parted by blanks or hyphens.
std::size_t card_number_at(std::string_view rest) noexcept {
  std::array<char, 16> digits{};
  std::size_t count = 0, end = 0;
  while (end < rest.size()) {
    if (is_digit(rest[end])) {
      if (count == digits.size()) return 0;
      digits[count++] = rest[end];
    } else if ((rest[end] != ' ' && rest[end] != '-') || end + 1 >= rest.size() ||
               !is_digit(rest[end + 1])) {
      break;
    }
    ++end;
  }
  if (end < rest.size() && is_alphanumeric(rest[end])) return 0;
  const std::string_view number(digits.data(), count);
  return has_card_prefix(number) && passes_luhn(number) ? end : 0;
}

}  // namespace

bool is_json_web_token(std::string_view text) noexcept {
  return json_web_token_at(text) == text.size() && std::ranges::count(text, '.') == 2;
}

std::size_t secret_at(std::string_view text, std::size_t at) noexcept {
  const std::string_view rest = text.substr(at);
  switch (rest.front()) {
    case 'e':
      return json_web_token_at(rest);
    case '-':
      return private_key_at(rest);
    case 'S':
      return std::max(scram_verifier_at(rest), token_at(rest));
    case 'h':
      return std::max(slack_hook_at(rest), token_at(rest));
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
      return card_number_at(rest);
    default:
      return token_at(rest);
  }
}

}  // namespace redact

namespace {

std::optional<std::string> without_tokens(std::string_view text, const Secrets& secrets) {
  std::string cleaned;
  std::size_t copied = 0;
  bool in_word = false;  // what is behind a letter, a digit or a point begins no word
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const std::size_t size = in_word ? 0 : redact::secret_at(text, i);
    const std::string_view secret = text.substr(i, size);
    in_word = redact::is_alphanumeric(c) || c == '_' || c == '.';
    if (size == 0) continue;
    in_word = false;
    i += size - 1;
    if (Secrets::is_placeholder(secret)) continue;
    cleaned.append(text, copied, i + 1 - size - copied);
    cleaned += secrets.placeholder(secret);
    copied = i + 1;
  }
  if (copied == 0) return std::nullopt;
  return cleaned.append(text, copied);
}

}  // namespace

std::optional<std::string> Secrets::without_shapes(std::string_view text) const {
  if (shown_) return std::nullopt;
  return redact::until_clean(text, [this](std::string_view one) {
    auto patterns = without_patterns(one);
    auto cleaned = without_tokens(patterns ? *patterns : one, *this);
    if (!cleaned) cleaned = std::move(patterns);
    auto urls = without_secrets_of_urls(cleaned ? *cleaned : one, *this);
    return urls ? std::move(urls) : std::move(cleaned);
  });
}

}  // namespace understudy
