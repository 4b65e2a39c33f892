#include "protocols/postgres/scram.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <charconv>
#include <iterator>
#include <vector>

namespace understudy::postgres {
namespace {

constexpr int iterations = 4096;
constexpr int most_rounds = 1'000'000;  // what a server may have us compute
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

/// `Hi` of RFC 5802.
Digest salted_password(const std::string& password, Bytes salt, int rounds) {
  Digest salted{};
  PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), salt.data(),
                    static_cast<int>(salt.size()), rounds, EVP_sha256(),
                    static_cast<int>(salted.size()), salted.data());
  return salted;
}

/// `left` has the size of a digest.
Digest exclusive_or(Bytes left, const Digest& right) {
  Digest result{};
  for (std::size_t i = 0; i < result.size(); ++i)
    result[i] = static_cast<std::uint8_t>(left[i] ^ right[i]);
  return result;
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

ScramServer::ScramServer(std::string password, Bytes entropy, std::string end_point)
    : password_(std::move(password)),
      nonce_(base64(entropy.first(18))),
      salt_(as_text(entropy.subspan(18, 12))),
      end_point_(std::move(end_point)) {}

std::optional<std::string> ScramServer::first(std::string_view client_first, bool binds) {
  // gs2-header: "n,,", "y,," or "p=…,,", perhaps with an authorisation identity between the commas.
  const std::size_t flag_end = client_first.find(',');
  const std::size_t header_end =
      flag_end == std::string_view::npos ? flag_end : client_first.find(',', flag_end + 1);
  if (header_end == std::string_view::npos) return std::nullopt;
  const std::string_view flag = client_first.substr(0, flag_end);
  const bool sound =
      binds ? flag == "p=tls-server-end-point" : flag == "n" || (flag == "y" && end_point_.empty());
  if (!sound) return std::nullopt;
  if (!binds) end_point_.clear();
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
      attribute(without_proof, 'c') != base64(as_bytes(gs2_header_ + end_point_)))
    return std::nullopt;
  const Digest salted = salted_password(password_, as_bytes(salt_), iterations);
  const std::string message =
      fmt::format("{},{},{}", client_first_bare_, server_first_, without_proof);
  const Digest stored_key = sha256(hmac(salted, "Client Key"));
  const Digest client_key = exclusive_or(*proof, hmac(stored_key, message));
  const Digest presented = sha256(client_key);
  if (CRYPTO_memcmp(presented.data(), stored_key.data(), stored_key.size()) != 0)
    return std::nullopt;
  return "v=" + base64(hmac(hmac(salted, "Server Key"), message));
}

ScramClient::ScramClient(std::string password, Bytes nonce)
    : password_(std::move(password)), nonce_(base64(nonce)) {}

std::string ScramClient::first() const {
  return "n,,n=,r=" + nonce_;  // the server knows the user from the StartupMessage
}

std::optional<std::string> ScramClient::final(std::string_view server_first) const {
  const std::string_view nonce = attribute(server_first, 'r');
  const auto salt = from_base64(attribute(server_first, 's'));
  const std::string_view count = attribute(server_first, 'i');
  int rounds = 0;
  const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), rounds);
  const bool is_sound = nonce.starts_with(nonce_) && nonce.size() > nonce_.size() && salt &&
                        error == std::errc() && rounds > 0 && rounds <= most_rounds;
  if (!is_sound) return std::nullopt;
  const Digest client_key = hmac(salted_password(password_, *salt, rounds), "Client Key");
  const std::string without_proof = fmt::format("c={},r={}", base64(as_bytes("n,,")), nonce);
  const std::string message =
      fmt::format("{},{},{}", first().substr(3), server_first, without_proof);
  const Digest proof = exclusive_or(client_key, hmac(sha256(client_key), message));
  return fmt::format("{},p={}", without_proof, base64(proof));
}

std::string md5_response(std::string_view user, std::string_view password, Bytes salt) {
  const std::string inner = md5_hex(std::string(password).append(user));
  return "md5" + md5_hex(inner + std::string(as_text(salt)));
}

}  // namespace understudy::postgres
