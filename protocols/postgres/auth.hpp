// Authentication of a client: nothing asked by default; cleartext, md5 or
// SCRAM-SHA-256 (with TLS also -PLUS) where the service's settings give a password.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/backend.hpp"
#include "protocols/postgres/scram.hpp"
#include "understudy/document.hpp"

namespace understudy::postgres {

/// Codes of an Authentication message ("AuthenticationOk", …); `auth_unknown` is none of them.
inline constexpr std::uint32_t auth_ok = 0, auth_cleartext = 3, auth_md5 = 5, auth_sasl = 10,
                               auth_sasl_continue = 11, auth_sasl_final = 12,
                               auth_unknown = 0xFFFFFFFF;

enum class AuthStatus : std::uint8_t { in_progress, accepted, refused };

/// `settings["auth"]` = {user, password, method: trust | password | md5 | scram-sha-256}.
class Authentication {
 public:
  Authentication(const Document& settings, const std::array<std::uint8_t, 32>& entropy);

  /// The connection has TLS: see TlsSession.
  void bind_to(std::string end_point) { end_point_ = std::move(end_point); }
  /// Asks, or accepts at once; AuthenticationOk is written with acceptance.
  [[nodiscard]] AuthStatus start(std::string user, Octets& out);
  /// A PasswordMessage, SASLInitialResponse or SASLResponse.
  [[nodiscard]] AuthStatus answer(Bytes body, Octets& out);
  /// The FATAL error of a refusal.
  [[nodiscard]] Fields refusal() const;

 private:
  enum class Method : std::uint8_t { trust, cleartext, md5, scram };

  [[nodiscard]] AuthStatus finish(bool accepted, Octets& out) const;
  [[nodiscard]] AuthStatus answer_scram(Bytes body, Octets& out);

  Method method_ = Method::trust;
  std::optional<std::string> expected_user_;
  std::string password_, user_, end_point_;
  std::array<std::uint8_t, 32> entropy_;
  std::optional<ScramServer> scram_;
  bool scram_began_ = false;
};

}  // namespace understudy::postgres
