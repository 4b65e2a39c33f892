#include "protocols/postgres/scram.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <iterator>
#include <vector>

namespace understudy::postgres {
namespace {

constexpr int iterations = 4096;
using Digest = std::array<std::uint8_t, 32>;

std::string base64(Bytes octets) {
  std::string text(4 * ((octets.size() + 2) / 3) + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), octets.data(),
                                     static_cast<int>(octets.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text) {
  if (text.size() % 4 != 0 || text.empty() || text.size() > 4096) return std::nullopt;
  std::vector<std::uint8_t> octets(text.size() / 4 * 3);
  if (EVP_DecodeBlock(octets.data(), reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size())) < 0)
    return std::nullopt;
  for (std::size_t i = text.size(); i > 0 && text[i - 1] == '='; --i) octets.pop_back();
  return octets;
}

Digest hmac(Bytes key, std::string_view text) {
  Digest digest{};
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), nullptr);
  return digest;
}

Digest sha256(Bytes octets) {
  Digest digest{};
  EVP_Digest(octets.data(), octets.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return digest;
}

/// The value of `name=` in a comma-separated SCRAM message.
std::string_view attribute(std::string_view message, char name) noexcept {
  while (!message.empty()) {
    const std::string_view part = message.substr(0, message.find(','));
    if (part.size() >= 2 && part[0] == name && part[1] == '=') return part.substr(2);
    message.remove_prefix(std::min(part.size() + 1, message.size()));
  }
  return {};
}

std::string md5_hex(std::string_view text) {
  std::array<std::uint8_t, 16> digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_md5(), nullptr);
  std::string hex;
  for (const std::uint8_t octet : digest) fmt::format_to(std::back_inserter(hex), "{:02x}", octet);
  return hex;
}

}  // namespace

ScramServer::ScramServer(std::string password, Bytes entropy)
    : password_(std::move(password)),
      nonce_(base64(entropy.first(18))),
      salt_(as_text(entropy.subspan(18, 12))) {}

std::optional<std::string> ScramServer::first(std::string_view client_first) {
  // gs2-header: "n,," or "y,,", perhaps with an authorisation identity between the commas.
  const std::size_t flag_end = client_first.find(',');
  const std::size_t header_end =
      flag_end == std::string_view::npos ? flag_end : client_first.find(',', flag_end + 1);
  if (header_end == std::string_view::npos || (client_first[0] != 'n' && client_first[0] != 'y'))
    return std::nullopt;
  gs2_header_ = client_first.substr(0, header_end + 1);
  client_first_bare_ = client_first.substr(header_end + 1);
  const std::string_view client_nonce = attribute(client_first_bare_, 'r');
  if (client_nonce.empty()) return std::nullopt;
  nonce_ = std::string(client_nonce) + nonce_;
  server_first_ = fmt::format("r={},s={},i={}", nonce_, base64(as_bytes(salt_)), iterations);
  return server_first_;
}

std::optional<std::string> ScramServer::final(std::string_view client_final) {
  const std::size_t proof_at = client_final.rfind(",p=");
  if (proof_at == std::string_view::npos || server_first_.empty()) return std::nullopt;
  const auto proof = from_base64(client_final.substr(proof_at + 3));
  const std::string_view without_proof = client_final.substr(0, proof_at);
  if (!proof || proof->size() != Digest{}.size() || attribute(without_proof, 'r') != nonce_ ||
      attribute(without_proof, 'c') != base64(as_bytes(gs2_header_)))
    return std::nullopt;
  Digest salted{};
  PKCS5_PBKDF2_HMAC(password_.data(), static_cast<int>(password_.size()),
                    reinterpret_cast<const unsigned char*>(salt_.data()),
                    static_cast<int>(salt_.size()), iterations, EVP_sha256(),
                    static_cast<int>(salted.size()), salted.data());
  const std::string message =
      fmt::format("{},{},{}", client_first_bare_, server_first_, without_proof);
  const Digest stored_key = sha256(hmac(salted, "Client Key"));
  const Digest signature = hmac(stored_key, message);
  Digest client_key{};
  for (std::size_t i = 0; i < client_key.size(); ++i)
    client_key[i] = static_cast<std::uint8_t>((*proof)[i] ^ signature[i]);
  const Digest presented = sha256(client_key);
  if (CRYPTO_memcmp(presented.data(), stored_key.data(), stored_key.size()) != 0)
    return std::nullopt;
  return "v=" + base64(hmac(hmac(salted, "Server Key"), message));
}

std::string md5_response(std::string_view user, std::string_view password, Bytes salt) {
  const std::string inner = md5_hex(std::string(password).append(user));
  return "md5" + md5_hex(inner + std::string(as_text(salt)));
}

}  // namespace understudy::postgres
