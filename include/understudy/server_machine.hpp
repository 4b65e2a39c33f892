// The serving role of a protocol: one live connection, bytes in, events out.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "understudy/bytes.hpp"
#include "understudy/document.hpp"
#include "understudy/grade.hpp"
#include "understudy/limits.hpp"
#include "understudy/message.hpp"
#include "understudy/output.hpp"
#include "understudy/request.hpp"
#include "understudy/secrets.hpp"
#include "understudy/service_table.hpp"
#include "understudy/tls.hpp"

namespace understudy {

/// What a machine may know of the world. Borrowed members outlive the machine.
struct ServerContext {
  std::uint64_t connection_id = 1;         ///< unique among live connections
  std::array<std::uint8_t, 32> entropy{};  ///< fresh random octets: salts, nonces, cancel keys
  const Document* settings = nullptr;      ///< the service's entry of understudy.yaml; never null
  Limits limits;
  Secrets secrets;
  bool rules = false;             ///< whole_request() may be asked for
  TlsOffer tls = TlsOffer::none;  ///< a client without it is told that it is required
};

/// All received octets are consumed; feed more.
struct NeedBytes {
  /// A client that says nothing for so long is told so by feed_silence(); 0: it may take its time.
  std::chrono::milliseconds silence{0};
};
/// The peer was told that TLS begins, or needs not be told: after the output is sent the driver
/// makes the handshake, then calls begin_tls() and feeds plain text. Only where ServerContext::tls
/// offers it.
struct StartTls {
  std::size_t octets = 0;  ///< at the end of the last chunk, which belong to TLS already
};
/// Send the output, then close the connection.
struct Close {};
/// Answered by the machine alone, nothing to reply. `what` names it for the log; static storage.
struct Synthesised {
  std::string_view what;
};
/// Something that a person should read: a client of the wrong protocol, a malformed message.
struct Noted {
  std::string text;
  bool missed = false;  ///< an answer was there that could not be sent: the client has none
};

/// Nothing more is read or answered for so long. What has been put out is sent before.
struct Pause {
  std::chrono::milliseconds time{0};
};

/// A client names the scope that its connection is in from now on, or has one put back. Answered
/// like a Request: by an Answer without image where it was done, by a Miss where it was refused and
/// nothing has changed. Not counted: what the client asked for with it is the machine's to answer.
struct ScopeCall {
  enum class Action : std::uint8_t {
    enter,
    reset,  ///< to the state before its first write, in all services
    drop    ///< reset it, and forget the name as soon as no connection is in it
  } action = Action::enter;
  /// Borrowed like a Request. Empty: to enter, the scope of a connection that names none; else the
  /// one that the connection is in.
  std::string_view name;
};

using ServerEvent =
    std::variant<NeedBytes, Request, ScopeCall, StartTls, Close, Synthesised, Noted, Listen, Pause,
                 Message>;  // a Message is said to those that listen: nothing to reply

/// The answer to a Request or ScopeCall. `image` is what the protocol's Analyser made of the
/// recorded answer, borrowed from the mapped table for as long as the connection lives; empty where
/// the grade is `synthesised`, which means: not in the table, answer it yourself as you said you
/// could.
struct Answer {
  Grade grade = Grade::exact;
  Bytes image;
  /// To Control::begin only: a watched dependency has changed since it was watched. The engine has
  /// forgotten the watches and begun nothing.
  bool conflict = false;
  /// To a Request with a message: how many heard it, by each name by which they listen; its own
  /// connection included, whose machine delivers it to itself.
  std::size_t receivers = 0;
};

/// No answer. Becomes an error of the client's own protocol; the connection stays usable.
struct Miss {
  std::string summary;  ///< one line: what was asked and that no recording answers it
  std::string detail;   ///< the nearest recorded request and what differs; may be empty
  std::string hint;     ///< what to do about it
};

/// One live connection. No sockets, clock, threads or logging; never throws on any input.
class ServerMachine {
 public:
  virtual ~ServerMachine() = default;
  /// TLS stands: what is fed from now on is its plain text. Before `start` where the client began
  /// with TLS, else after a StartTls.
  virtual void begin_tls(const TlsSession& /*session*/) {}
  /// Called once, first: protocols whose server speaks first queue their greeting.
  virtual void start() {}
  virtual void feed(Bytes chunk) = 0;
  virtual void feed_eof() = 0;
  /// The client has said nothing for as long as the last NeedBytes let it.
  virtual void feed_silence() {}
  /// The next event. After a Request or a ScopeCall exactly one `reply` must follow before `next`
  /// is called again.
  virtual ServerEvent next() = 0;
  virtual void reply(const Answer& answer) = 0;
  virtual void reply(const Miss& miss) = 0;
  /// Another connection said something that this one listens to. Between two calls of `next`, also
  /// while a Request with patience waits for its reply.
  virtual void deliver(const Delivery& /*delivery*/) {}
  /// Whether something that was delivered has ended the pause under way; once.
  [[nodiscard]] virtual bool take_awakening() noexcept { return false; }
  /// The request that waits for its reply with everything that the client sent, for rules; null
  /// where the described canonical request is all. With Secrets::shown() it has secrets as they
  /// were sent and is written nowhere.
  [[nodiscard]] virtual Document whole_request(const Secrets& /*secrets*/) const { return nullptr; }
  /// The client is in the middle of something that takes no client long: a head, a login. One that
  /// stays there is let go.
  [[nodiscard]] virtual bool is_awaiting_rest() const noexcept { return false; }
  /// What is to be sent; the driver sends it and clears it.
  [[nodiscard]] virtual Output& output() noexcept = 0;
};

}  // namespace understudy
