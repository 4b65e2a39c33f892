#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

#include "store/redact/matcher.hpp"
#include "store/redact/shape.hpp"
#include "understudy/secrets.hpp"

namespace understudy {
namespace {

constexpr std::string_view mark = Secrets::mark;
constexpr std::size_t unkeyed_digits = 8;
constexpr std::size_t keyed_octets = 16;
/// The signature of a token whose signature was replaced begins so. In base64url, as it must be.
constexpr std::string_view signature_mark = "redacted";
constexpr std::size_t signature_octets = 24;

using Digest = std::array<std::uint8_t, 32>;

Digest keyed_hash(const Secrets::Key& key, std::string_view text) {
  Digest digest{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  return digest;
}

/// FNV-1a, folded to 32 bits: what placeholders were made of before mock sets had keys.
std::uint32_t unkeyed_hash(std::string_view text) noexcept {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char octet : text) {
    hash ^= static_cast<unsigned char>(octet);
    hash *= 0x100000001B3U;
  }
  return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

void append_hex(std::string& text, std::uint8_t octet) {
  constexpr std::string_view digits = "0123456789abcdef";
  text += digits[octet >> 4];
  text += digits[octet & 15U];
}

/// Of a number of octets that three divides, so that nothing is padded.
std::string base64url(const std::uint8_t* octets, std::size_t count) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  for (std::size_t i = 0; i + 2 < count; i += 3) {
    const auto group = static_cast<unsigned>(octets[i] << 16 | octets[i + 1] << 8 | octets[i + 2]);
    for (int shift = 18; shift >= 0; shift -= 6)
      text += digits[group >> static_cast<unsigned>(shift) & 63U];
  }
  return text;
}

bool has_placeholder_size(std::string_view text, std::size_t digits) noexcept {
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == mark.size() + digits && text.starts_with(mark) &&
         std::ranges::all_of(text.substr(mark.size()), is_digit);
}

bool is_replaced_token(std::string_view text) noexcept {
  const std::size_t signature = text.rfind('.') + 1;
  return redact::is_json_web_token(text) && text.substr(signature).starts_with(signature_mark);
}

}  // namespace

bool Secrets::is_unkeyed_placeholder(std::string_view text) noexcept {
  return has_placeholder_size(text, unkeyed_digits);
}

bool Secrets::is_placeholder(std::string_view text) noexcept {
  return is_unkeyed_placeholder(text) || has_placeholder_size(text, 2 * keyed_octets) ||
         is_replaced_token(text);
}

std::string Secrets::placeholder(std::string_view secret) const {
  if (secret.empty() || shown_ || is_placeholder(secret)) return std::string(secret);
  if (matcher_ && matcher_->is_plain(secret)) return std::string(secret);
  std::string text(mark);
  if (!key_) {
    const std::uint32_t hash = unkeyed_hash(secret);
    for (unsigned shift = 32; shift > 0; shift -= 8)
      append_hex(text, static_cast<std::uint8_t>(hash >> (shift - 8)));
    return text;
  }
  const Digest digest = keyed_hash(*key_, secret);
  if (redact::is_json_web_token(secret)) {
    text = secret.substr(0, secret.rfind('.') + 1);
    return text.append(signature_mark).append(base64url(digest.data(), signature_octets));
  }
  for (std::size_t i = 0; i < keyed_octets; ++i) append_hex(text, digest[i]);
  return text;
}

}  // namespace understudy
