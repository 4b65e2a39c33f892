// Authentication plugins whose answer can be checked without TLS:
//   mysql_native_password: SHA1(password) XOR SHA1(nonce · SHA1(SHA1(password)))
//   caching_sha2_password, fast path: SHA256(password) XOR SHA256(SHA256(SHA256(password)) · nonce)
#pragma once

#include <string>
#include <string_view>

#include "protocols/mysql/handshake.hpp"

namespace understudy::mysql {

inline constexpr std::string_view native_password = "mysql_native_password";
inline constexpr std::string_view caching_sha2_password = "caching_sha2_password";

/// The answer that a client with `password` gives; empty for an empty password.
[[nodiscard]] std::string native_scramble(std::string_view password, const Nonce& nonce);
[[nodiscard]] std::string sha2_scramble(std::string_view password, const Nonce& nonce);

/// True where `answer` was made from `password` by `plugin`, one of the two above.
[[nodiscard]] bool verify_answer(std::string_view plugin, std::string_view password,
                                 const Nonce& nonce, std::string_view answer);

}  // namespace understudy::mysql
