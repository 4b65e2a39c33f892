// What is defined in a service (tables, views, functions, …), asked for over a connection of the
// recorder's own, before any traffic.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "understudy/secrets.hpp"
#include "understudy/tls.hpp"

namespace understudy {

/// Where and as whom a service is asked. Never stored, printed or logged.
struct CatalogueLogin {
  std::string host;
  std::uint16_t port = 0;
  std::string user, password, database;  ///< empty: as the service's own clients do without
  TlsUpstream tls = {};
};

struct Catalogue {
  /// A schema file (see Analyser::declare) that people read, in an order that follows from what is
  /// defined alone. It begins with comments, two of which compile understands: see below. Empty
  /// where nothing could be read.
  std::string text;
  std::string problem;  ///< why not all of it was read, in one line; empty where it was
};

/// The line that names the database to which a catalogue belongs; of one without it belongs to all.
inline constexpr std::string_view catalogue_database = "-- database: ";
/// A line that names what could not be read.
inline constexpr std::string_view catalogue_gap = "-- not read: ";

/// Immortal, stateless, thread-safe.
class CatalogueReader {
 public:
  /// Environment variables, as the service's own clients call them.
  struct Variables {
    const char *user, *password, *database;
  };
  virtual ~CatalogueReader() = default;
  [[nodiscard]] virtual Variables variables() const noexcept = 0;
  /// Changes nothing there. Blocks for half a minute at most; keeps 16 MB at most. `secrets`
  /// replaces what statements hold of passwords.
  [[nodiscard]] virtual Catalogue read(const CatalogueLogin& login,
                                       const Secrets& secrets) const = 0;
};

}  // namespace understudy
