// The connection phase of a recorded connection behind the greeting, packet by packet. TLS on one
// side only shifts the sequence ids of the other one, and changes how a password travels that the
// server wants to see ("perform full authentication" of caching_sha2_password): in clear within
// TLS, else encrypted for a public key that is asked for. Both are brought from one form into the
// other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "protocols/mysql/frame.hpp"
#include "protocols/mysql/handshake.hpp"
#include "understudy/observer.hpp"

namespace understudy::mysql {

class RelayedLogin {
 public:
  void set_nonce(const Nonce& nonce) { nonce_ = nonce; }
  /// TLS stands with the client: its packets count on from its SSLRequest.
  void client_has_tls() {
    client_tls_ = true;
    --ahead_;
  }
  [[nodiscard]] bool has_client_tls() const noexcept { return client_tls_; }
  /// Whether packets go through here, and not untouched.
  [[nodiscard]] bool is_needed() const noexcept { return client_tls_ || server_tls_; }
  /// Puts out the SSLRequest that comes before `response`, the client's login.
  void ask_for_tls(const Packet& response, Relay& relay);
  [[nodiscard]] bool has_server_tls() const noexcept { return server_tls_; }
  /// The login, with the flag of TLS as the server's side has it.
  void send_response(Bytes payload, std::uint8_t sequence, Relay& relay);

  /// Behind the login. What to tell a person; empty for nothing.
  [[nodiscard]] std::string from_server(const Packet& packet, Relay& relay);
  [[nodiscard]] std::string from_client(const Packet& packet, Relay& relay);
  /// An ERR packet in answer to a packet of the client.
  static void refuse(std::uint8_t sequence, const std::string& why, Relay& relay);

 private:
  /// How the password that the server wants in full travels.
  enum class Full : std::uint8_t {
    no,
    as_it_comes,      ///< the same on both sides
    to_be_encrypted,  ///< the client sends it in clear
    key_awaited,      ///< of the server, for a password that came in clear
    to_be_decrypted   ///< the server is sent it in clear
  };

  void send(std::vector<std::uint8_t>& target, Bytes payload, std::uint8_t sequence);
  void to_client(Bytes payload, std::uint8_t sequence, Relay& relay);
  void to_server(Bytes payload, std::uint8_t sequence, Relay& relay);
  [[nodiscard]] std::string wants_full();
  [[nodiscard]] std::string encrypt(Bytes key, std::uint8_t sequence, Relay& relay);
  [[nodiscard]] std::string decrypt(Bytes encrypted, std::uint8_t sequence, Relay& relay);

  Nonce nonce_{};
  bool client_tls_ = false, server_tls_ = false;
  std::int8_t ahead_ = 0;  // of the server's sequence ids before the client's
  Full full_ = Full::no;
  std::string password_;  // that came in clear, while the key is awaited
};

}  // namespace understudy::mysql
