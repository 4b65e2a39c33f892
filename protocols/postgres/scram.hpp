// Both sides of SCRAM-SHA-256 (RFC 5802, RFC 7677), the server's with channel
// binding of the kind tls-server-end-point (RFC 5929), and md5 passwords.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "understudy/bytes.hpp"

namespace understudy::postgres {

inline constexpr std::string_view scram_mechanism = "SCRAM-SHA-256",
                                  scram_plus_mechanism = "SCRAM-SHA-256-PLUS";

/// One exchange; made afresh for every connection.
class ScramServer {
 public:
  /// `entropy`: at least 30 octets; the first 18 make the nonce, the next 12 the salt. `end_point`:
  /// what a client may bind to; empty without TLS.
  ScramServer(std::string password, Bytes entropy, std::string end_point = {});

  /// server-first-message for a client-first-message; nothing for a malformed one, or for one that
  /// takes binding for not offered although it was. `binds`: the mechanism is that with binding.
  [[nodiscard]] std::optional<std::string> first(std::string_view client_first, bool binds = false);
  /// server-final-message for a client-final-message; nothing where the proof is wrong.
  [[nodiscard]] std::optional<std::string> final(std::string_view client_final);

 private:
  std::string password_, nonce_, salt_, end_point_;
  std::string client_first_bare_, server_first_, gs2_header_;
};

/// One exchange; without channel binding. A password that is no ASCII is taken as it is, without
/// SASLprep, which changes few of them.
class ScramClient {
 public:
  ScramClient(std::string password, Bytes nonce);

  /// client-first-message.
  [[nodiscard]] std::string first() const;
  /// client-final-message for a server-first-message; nothing for a malformed one.
  [[nodiscard]] std::optional<std::string> final(std::string_view server_first) const;

 private:
  std::string password_, nonce_;
};

/// "md5" + hex(md5(hex(md5(password + user)) + salt)), as a client answers
/// AuthenticationMD5Password.
[[nodiscard]] std::string md5_response(std::string_view user, std::string_view password,
                                       Bytes salt);

}  // namespace understudy::postgres
