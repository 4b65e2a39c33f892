// The recording role of a protocol: watches both directions of one relayed
// connection and tells what was said.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "understudy/bytes.hpp"
#include "understudy/exchange.hpp"
#include "understudy/limits.hpp"
#include "understudy/output.hpp"
#include "understudy/secrets.hpp"
#include "understudy/tls.hpp"

namespace understudy {

enum class Direction : std::uint8_t { from_client, from_server };

/// Where an observer stands. `lost` and `opaque` are final: from then on it only relays.
enum class Sync : std::uint8_t {
  in_sync,
  opaque,  ///< the connection became something that is not decoded (TLS, a tunnel)
  lost     ///< the bytes made no sense; never guessed at again
};

/// What the recorder is to send on. Everything is relayed untouched except the few octets by
/// which TLS or compression would be negotiated: those an observer may answer or change.
struct Relay {
  Output to_server;
  Output to_client;
  /// TLS begins with that side when the output is sent; `begin_tls` is called when it stands, or
  /// can't. For that side there is no further output before.
  bool server_tls = false;
  bool client_tls = false;
  std::size_t octets_of_tls = 0;  ///< at the end of the chunk, which belong to the client's TLS
};

struct SessionOpened {
  Document facts;  ///< becomes SessionHeader::facts; at most once, before the first exchange
};
struct Warned {
  std::string text;  ///< for the person who records; names what was not understood and what follows
  /// What was not understood may have changed the service. Not needed where the sync is lost.
  bool lost_change = false;
};
using Observed = std::variant<SessionOpened, Exchange, Warned>;

/// One connection. No sockets, clock, threads or logging; never throws on any input.
class Observer {
 public:
  virtual ~Observer() = default;
  /// Called once, before anything is fed: how secrets are replaced.
  virtual void use(const Secrets& /*secrets*/) {}
  /// Called before anything is fed where it is known: the service's own address, `host:port`.
  virtual void set_upstream(std::string_view /*authority*/) {}
  /// Called before anything is fed: where TLS is spoken.
  virtual void use(const TlsRelay& /*tls*/) {}
  /// After Relay::server_tls or client_tls: TLS stands with that side, or, where `problem` is not
  /// empty, it can't, and the connection is closed behind what is put out now for the other side.
  virtual void begin_tls(Direction /*with*/, std::string_view /*problem*/, Relay& /*relay*/) {}
  /// Whether everything is relayed untouched from here on, so that it may be relayed before it is
  /// shown.
  [[nodiscard]] virtual bool only_watches() const noexcept { return false; }
  /// Shows one chunk before it is forwarded and appends to `relay` what is to be forwarded. After
  /// `lost` or `opaque` that is always the chunk itself.
  virtual void feed(Direction from, Bytes chunk, Moment at, Relay& relay) = 0;
  /// That side will send no more. Completes answers that end with the connection.
  virtual void feed_eof(Direction from, Moment at) = 0;
  /// The connection is over although the server has not ended it: the client has left, or the
  /// recorder is stopped. The last call.
  virtual void abandon(Moment /*at*/) {}
  /// The next thing learned, oldest first; nothing where more bytes are needed.
  virtual std::optional<Observed> next() = 0;
  [[nodiscard]] virtual Sync sync() const noexcept = 0;
};

}  // namespace understudy
