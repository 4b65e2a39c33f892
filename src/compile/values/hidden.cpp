#include "compile/values/hidden.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "match/value_type.hpp"

namespace understudy::compile {
namespace {

constexpr std::size_t head = 8, tail = 12, octets_of_uuid = 16;
constexpr std::size_t shortest_base64 = 16;
constexpr char between = ' ';

bool is_digit(char octet) noexcept {
  return octet >= '0' && octet <= '9';
}
char lower(char octet) noexcept {
  return octet >= 'A' && octet <= 'Z' ? static_cast<char>(octet - 'A' + 'a') : octet;
}
bool is_hex(char octet) noexcept {
  return is_digit(octet) || (lower(octet) >= 'a' && lower(octet) <= 'f');
}

int value_of_base64(char octet) noexcept {
  if (octet >= 'A' && octet <= 'Z') return octet - 'A';
  if (octet >= 'a' && octet <= 'z') return octet - 'a' + 26;
  if (is_digit(octet)) return octet - '0' + 52;
  if (octet == '+' || octet == '-') return 62;
  return octet == '/' || octet == '_' ? 63 : -1;
}

/// Without what is recognised: that is replaced where it varies.
std::string without_tokens(std::string_view text) {
  std::vector<match::Token> tokens;
  match::find_tokens(text, tokens);
  std::string rest;
  std::size_t copied = 0;
  for (const match::Token& token : tokens) {
    rest.append(text.substr(copied, token.begin - copied)) += between;
    // But for what is encoded in it.
    if (token.kind == match::ValueKind::jwt || token.kind == match::ValueKind::token)
      rest.append(text.substr(token.begin, token.size)) += between;
    copied = token.begin + token.size;
  }
  return rest.append(text.substr(copied));
}

/// Appends the runs of hexadecimal digits; hyphens between them do not count.
void take_hex(std::string_view text, std::string& found) {
  std::string run;
  const auto finish = [&] {
    if (run.size() >= head) found.append(run) += between;
    run.clear();
  };
  for (const char octet : text) {
    if (is_hex(octet))
      run += lower(octet);
    else if (octet != '-')
      finish();
  }
  finish();
}

void take_octets(std::string_view octets, std::string& found) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (const char octet : octets) {
    found += digits[static_cast<std::uint8_t>(octet) >> 4U];
    found += digits[static_cast<std::uint8_t>(octet) & 15U];
  }
  found += between;
}

/// Decodes the runs of base 64: a text in one is looked through for digits.
void take_base64(std::string_view text, std::string& found) {
  for (std::size_t at = 0; at < text.size();) {
    std::string decoded;
    std::uint32_t bits = 0, count = 0;
    const std::size_t begin = at;
    for (; at < text.size() && value_of_base64(text[at]) >= 0; ++at) {
      bits = bits << 6U | static_cast<std::uint32_t>(value_of_base64(text[at]));
      if ((count += 6) < 8) continue;
      count -= 8;
      decoded += static_cast<char>(bits >> count);
    }
    if (at - begin >= shortest_base64) {
      take_hex(decoded, found);
      if (decoded.size() == octets_of_uuid) take_octets(decoded, found);
    }
    at += at == begin ? 1 : 0;
  }
}

void collect(const Document& node, std::string& found) {
  if (node.is_structured()) {
    for (const auto& item : node) collect(item, found);
  } else if (node.is_binary()) {
    const auto& octets = node.get_binary();
    const std::string text(octets.begin(), octets.end());
    take_octets(text, found);
    take_hex(without_tokens(text), found);
  } else if (node.is_string()) {
    const std::string rest = without_tokens(node.get_ref<const std::string&>());
    std::string plain;
    take_hex(rest, plain);
    take_base64(rest, plain);
    found += plain;
  }
}

}  // namespace

std::string suspicious_text(const Document& answer) {
  std::string found;
  collect(answer, found);
  return found;
}

void HiddenValues::add(std::string_view folded) {
  const match::ValueKind kind = match::kind_of_folded(folded);
  const std::string_view digits = folded.substr(1);
  if (kind != match::ValueKind::uuid && kind != match::ValueKind::hex &&
      kind != match::ValueKind::object_id)
    return;
  parts_.emplace(digits.substr(0, head));
  parts_.emplace(digits.substr(digits.size() - std::min(tail, digits.size())));
}

bool HiddenValues::in(std::string_view suspicious) const {
  if (parts_.empty()) return false;
  for (const std::size_t size : {head, tail})
    for (std::size_t at = 0; at + size <= suspicious.size(); ++at)
      if (parts_.contains(std::string(suspicious.substr(at, size)))) return true;
  return false;
}

}  // namespace understudy::compile
