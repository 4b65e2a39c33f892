// What the two loops drive: a connection that is served, one that is relayed,
// and what stands behind a listening port. Without sockets, so that each loop
// is tested with a few lines.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/serve.hpp"
#include "net/tls_context.hpp"
#include "store/config.hpp"
#include "understudy/bytes.hpp"
#include "understudy/observer.hpp"
#include "understudy/output.hpp"

namespace understudy::net {

using engine::Next;

/// One live connection that is answered. Used by one thread.
class Served {
 public:
  virtual ~Served() = default;
  [[nodiscard]] virtual Next start() = 0;
  /// TLS stands: before `start`, or after Next::start_tls.
  virtual void begin_tls(const TlsSession& /*session*/) {}
  /// After Next::start_tls: how many octets at the end of what was fed belong to TLS.
  [[nodiscard]] virtual std::size_t octets_of_tls() const noexcept { return 0; }
  /// Answers every request that is complete.
  [[nodiscard]] virtual Next feed(Bytes chunk) = 0;
  [[nodiscard]] virtual Next feed_eof() = 0;
  /// What others have for it and time, see engine::ServedConnection.
  [[nodiscard]] virtual Next wake() { return Next::read; }
  [[nodiscard]] virtual bool is_attentive() const noexcept { return false; }
  [[nodiscard]] virtual std::optional<std::chrono::steady_clock::time_point> wake_at()
      const noexcept {
    return std::nullopt;
  }
  virtual void on_ring(std::function<void()> /*ring*/) {}
  /// The client is in the middle of something that takes no client long.
  [[nodiscard]] virtual bool is_awaiting_rest() const noexcept { return false; }
  /// To be sent and cleared after every call above.
  [[nodiscard]] virtual Output& output() noexcept = 0;
};

/// One live connection that is relayed and watched.
class Recorded {
 public:
  virtual ~Recorded() = default;
  /// Called first: where TLS is spoken.
  virtual void use(const TlsRelay& /*tls*/) {}
  /// See Observer.
  virtual void begin_tls(Direction /*with*/, std::string_view /*problem*/, Relay& /*relay*/) {}
  /// Shown a chunk before it is forwarded; appends what is to be forwarded to `relay`.
  virtual void feed(Direction from, Bytes chunk, Relay& relay) = 0;
  virtual void feed_eof(Direction from) = 0;
  /// Whether chunks are relayed untouched from here on, and only shown, to `watch` in place of
  /// `feed`.
  [[nodiscard]] virtual bool only_watches() { return false; }
  virtual void watch(Direction /*from*/, Bytes /*chunk*/) {}
};

/// The services behind one listening port, told apart by what the client says first where there are
/// several. Immutable and shared by all threads.
class Port {
 public:
  static constexpr std::size_t undecided = static_cast<std::size_t>(-1);
  static constexpr std::size_t nobody = static_cast<std::size_t>(-2);

  virtual ~Port() = default;
  /// Whether the client must speak before it is known which service is meant.
  [[nodiscard]] virtual bool shared() const noexcept = 0;
  /// Which service a connection that begins with `first` means: an index, `undecided`, `nobody`.
  [[nodiscard]] virtual std::size_t choose(Bytes first) const noexcept = 0;
  /// What its clients are offered; null: no TLS.
  [[nodiscard]] virtual std::shared_ptr<const TlsServer> tls() const noexcept { return nullptr; }
  /// Whether clients speak first, so that they may begin with TLS.
  [[nodiscard]] virtual bool client_speaks_first() const noexcept { return true; }
  /// How long a client may take for what takes no client long: a TLS handshake, and what
  /// Served::is_awaiting_rest says.
  [[nodiscard]] virtual std::chrono::milliseconds patience() const noexcept {
    return std::chrono::seconds(30);
  }
  /// Whether its clients say whom they want, see connect.hpp.
  [[nodiscard]] virtual bool is_proxy() const noexcept { return false; }
  /// The service that stands for that host, which is spoken to over TLS or not: an index, or
  /// `nobody`.
  [[nodiscard]] virtual std::size_t choose_host(const store::Endpoint& /*host*/,
                                                bool /*has_tls*/) const {
    return nobody;
  }
  /// Something that a person should read about this port.
  virtual void note(const std::string& text) const = 0;
};

/// A port whose services are answered. `open` is called by several threads at once.
class ServedPort : public Port {
 public:
  [[nodiscard]] virtual std::unique_ptr<Served> open(std::size_t service) const = 0;
};

/// A port whose services are relayed.
class RecordedPort : public Port {
 public:
  [[nodiscard]] virtual store::Endpoint upstream(std::size_t service) const = 0;
  /// How it is spoken to over TLS; null: plainly.
  [[nodiscard]] virtual std::shared_ptr<const TlsClient> upstream_tls(
      std::size_t /*service*/) const {
    return nullptr;
  }
  /// Of a protocol with several names in TLS (HTTP): what asks the upstream for the best one too,
  /// and what offers a client nothing but that. Null where there is one name, or no TLS.
  [[nodiscard]] virtual std::shared_ptr<const TlsClient> best_upstream_tls(
      std::size_t /*service*/) const {
    return nullptr;
  }
  [[nodiscard]] virtual std::shared_ptr<const TlsServer> best_tls() const noexcept {
    return nullptr;
  }
  /// Whether that TLS comes before everything else.
  [[nodiscard]] virtual bool upstream_tls_at_once(std::size_t /*service*/) const { return true; }
  [[nodiscard]] virtual std::unique_ptr<Recorded> open(std::size_t service) const = 0;
  /// The service has been reached.
  virtual void note_reached(std::size_t /*service*/) const {}
  /// Something that a person should read about one of the services.
  virtual void warn(std::size_t service, const std::string& text) const = 0;
};

}  // namespace understudy::net
