// What protocols know of TLS. The handshakes and records themselves are the driver's: a machine is
// always fed plain text.
#pragma once

#include <cstdint>
#include <string>

namespace understudy {

/// Whether clients may, or must, speak TLS.
enum class TlsOffer : std::uint8_t { none, optional, required };

/// The TLS that stands between a client and a server machine.
struct TlsSession {
  /// `tls-server-end-point` of RFC 5929: the hash of the certificate that was shown. Raw octets.
  std::string end_point;
};

/// What the relay of a recorded connection can do and has been told to.
struct TlsRelay {
  bool offered_to_client = false;  ///< a client that asks for TLS can have it
  bool client_has_it = false;      ///< it began with it
  bool wanted_of_server = false;   ///< the server is to be asked for it, and nothing said before
  bool server_has_it = false;      ///< it began with it
};

/// How a service is reached over TLS as its client.
struct TlsUpstream {
  enum class Check : std::uint8_t {
    nothing,  ///< encrypted, by whomever
    chain,    ///< a certificate of a known authority
    name      ///< and of the host's name
  };
  bool wanted = false;
  Check check = Check::name;
  bool at_once = false;     ///< without asking for it in the protocol first
  std::string authorities;  ///< PEM file of who is believed; empty: the system's
  std::string certificate;  ///< PEM file that tells who we are; empty: nobody
  std::string key;          ///< PEM file; empty: in `certificate`

  friend bool operator==(const TlsUpstream&, const TlsUpstream&) = default;
};

}  // namespace understudy
