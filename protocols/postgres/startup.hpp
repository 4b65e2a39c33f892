// The first messages of a client, which have no type octet: StartupMessage,
// SSLRequest, GSSENCRequest, CancelRequest; and NegotiateProtocolVersion.
//   int32 length (counts itself), int32 code or version, then key NUL value NUL … NUL
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/postgres/frame.hpp"
#include "understudy/bytes.hpp"
#include "understudy/document.hpp"

namespace understudy::postgres {

inline constexpr std::uint32_t ssl_request_code = 80877103, gssenc_request_code = 80877104,
                               cancel_request_code = 80877102;
inline constexpr std::uint16_t supported_minor = 2;  ///< of protocol 3

enum class StartupKind : std::uint8_t {
  need_more,
  invalid,
  ssl_request,
  gssenc_request,
  cancel_request,
  startup
};

/// A client's first message. `parameters` are in wire order, `_pq_.` options included.
struct Startup {
  StartupKind kind = StartupKind::need_more;
  std::size_t octets = 0;  ///< to be consumed
  std::uint16_t major = 0, minor = 0;
  std::vector<std::pair<std::string, std::string>> parameters;
  std::uint32_t process_id = 0;  ///< of a CancelRequest
  std::string secret_key;        ///< of a CancelRequest, 4 to 256 octets

  /// Empty where the client did not send it.
  [[nodiscard]] std::string_view parameter(std::string_view name) const noexcept;
};

[[nodiscard]] Startup decode_startup(Bytes pending);

/// The GUCs of a startup message: its parameters without user, database, replication, options and
/// `_pq_.…`, followed by the `-c name=value` of its options. An application_name without the scope
/// that it may name.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> settings_of(const Startup& startup);

/// Who wants to enter what, and with which settings: `user`, `database` and the GUCs of the
/// message. What only names the client is left out, and so is the scope.
[[nodiscard]] std::map<std::string, std::string> login_of(const Startup& startup);

/// The scope that a login names (docs/scopes.md), empty where it names none.
struct LoginScope {
  std::string scope;
  std::string problem;  ///< of `settings`, the service's entry of understudy.yaml
};
[[nodiscard]] LoginScope scope_of_login(const Startup& startup, const Document& settings);

/// Names of `_pq_.` options: none is known here.
[[nodiscard]] std::vector<std::string> protocol_options_of(const Startup& startup);

void encode_negotiate_protocol_version(std::uint16_t minor, const std::vector<std::string>& unknown,
                                       std::vector<std::uint8_t>& out);

}  // namespace understudy::postgres
