#include "protocols/mysql/auth.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>

namespace understudy::mysql {

namespace {

std::string digest(const EVP_MD* algorithm, std::string_view first, std::string_view second = {}) {
  const std::string input = std::string(first) + std::string(second);
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned length = 0;
  EVP_Digest(input.data(), input.size(), hash.data(), &length, algorithm, nullptr);
  return std::string(reinterpret_cast<const char*>(hash.data()), length);
}

std::string exclusive_or(std::string left, std::string_view right) {
  for (std::size_t i = 0; i < left.size(); ++i) left[i] = static_cast<char>(left[i] ^ right[i]);
  return left;
}

}  // namespace

std::string native_scramble(std::string_view password, const Nonce& nonce) {
  if (password.empty()) return {};
  const std::string once = digest(EVP_sha1(), password);
  return exclusive_or(once, digest(EVP_sha1(), as_text(nonce), digest(EVP_sha1(), once)));
}

std::string sha2_scramble(std::string_view password, const Nonce& nonce) {
  if (password.empty()) return {};
  const std::string once = digest(EVP_sha256(), password);
  return exclusive_or(once, digest(EVP_sha256(), digest(EVP_sha256(), once), as_text(nonce)));
}

bool verify_answer(std::string_view plugin, std::string_view password, const Nonce& nonce,
                   std::string_view answer) {
  const std::string expected = plugin == caching_sha2_password ? sha2_scramble(password, nonce)
                                                               : native_scramble(password, nonce);
  return expected.size() == answer.size() &&
         CRYPTO_memcmp(expected.data(), answer.data(), expected.size()) == 0;
}

}  // namespace understudy::mysql
