// The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677) without channel
// binding, and md5 passwords.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "understudy/bytes.hpp"

namespace understudy::postgres {

/// One exchange; made afresh for every connection.
class ScramServer {
 public:
  /// `entropy`: at least 30 octets; the first 18 make the nonce, the next 12 the salt.
  ScramServer(std::string password, Bytes entropy);

  /// server-first-message for a client-first-message; nothing for a malformed one.
  [[nodiscard]] std::optional<std::string> first(std::string_view client_first);
  /// server-final-message for a client-final-message; nothing where the proof is wrong.
  [[nodiscard]] std::optional<std::string> final(std::string_view client_final);

 private:
  std::string password_, nonce_, salt_;
  std::string client_first_bare_, server_first_, gs2_header_;
};

/// "md5" + hex(md5(hex(md5(password + user)) + salt)), as a client answers
/// AuthenticationMD5Password.
[[nodiscard]] std::string md5_response(std::string_view user, std::string_view password,
                                       Bytes salt);

}  // namespace understudy::postgres
