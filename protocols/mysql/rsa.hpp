// The password of caching_sha2_password where there is no TLS: its octets and a NUL, XOR the nonce
// over and over, encrypted with RSA (OAEP, SHA-1) for the server's public key, which is PEM.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/mysql/handshake.hpp"

struct evp_pkey_st;  // EVP_PKEY of OpenSSL

namespace understudy::mysql {

/// Nothing where `public_key` is none. `password` has its NUL.
[[nodiscard]] std::optional<std::string> encrypt_password(std::string_view password,
                                                          const Nonce& nonce,
                                                          const std::string& public_key);

/// A key pair of ours.
class RsaKey {
 public:
  /// Made when it is first needed, and kept until the process ends. Thread-safe.
  [[nodiscard]] static const RsaKey& own();

  /// PEM; empty where OpenSSL can't make one.
  [[nodiscard]] const std::string& public_key() const noexcept { return public_key_; }
  /// With its NUL; nothing where it was encrypted for another key.
  [[nodiscard]] std::optional<std::string> decrypt_password(std::string_view encrypted,
                                                            const Nonce& nonce) const;

 private:
  RsaKey();
  std::unique_ptr<evp_pkey_st, void (*)(evp_pkey_st*)> key_;
  std::string public_key_;
};

}  // namespace understudy::mysql
