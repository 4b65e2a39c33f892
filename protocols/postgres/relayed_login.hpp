// The authentication of a recorded connection whose server speaks TLS. SCRAM's channel binding
// proves that both ends share one TLS, which here they do not: a client is not offered it. One that
// has TLS with the recorder would report that as an attack, so it is asked for its password, which
// goes no further than the recorder: that answers the server in its place.
#pragma once

#include <optional>
#include <string>

#include "protocols/postgres/frame.hpp"
#include "protocols/postgres/scram.hpp"
#include "understudy/observer.hpp"

namespace understudy::postgres {

/// Everything from the StartupMessage up to AuthenticationOk goes through it.
class RelayedLogin {
 public:
  explicit RelayedLogin(bool client_has_tls) : client_has_tls_(client_has_tls) {}

  /// `message`: all of the frame.
  void from_server(const Frame& frame, Bytes message, Relay& relay);
  void from_client(const Frame& frame, Bytes message, Relay& relay);
  [[nodiscard]] bool is_over() const noexcept { return over_; }

 private:
  void offer_without_binding(Bytes mechanisms, Relay& relay);
  void answer_server(Bytes password, Relay& relay);

  bool client_has_tls_;
  bool over_ = false;
  bool asked_for_password_ = false;
  std::optional<ScramClient> scram_;
};

}  // namespace understudy::postgres
