// What is defined in a service (tables, views, functions, …), asked for over a connection of the
// recorder's own, before any traffic.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/document.hpp"
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

/// Which rows are read beside the catalogue, and how many.
struct RowBounds {
  std::uint64_t rows = 10'000;  ///< of one table; one with more is not read. 0: no rows at all
  std::uint64_t octets = 64ULL << 20;     ///< of all of them as text
  std::vector<std::string> tables = {};   ///< names, with or without schema; empty: all
  std::vector<std::string> exclude = {};  ///< these not
  std::vector<std::string> redact = {};  ///< `table.column`: its values are replaced as secrets are
};

/// The rows of one table as a file that people read and the service's own client loads.
struct HeldTable {
  std::string name;  ///< with schema
  std::string text;
};

/// What the tables held when the catalogue was read, in the same state of the database.
struct HeldRows {
  /// {tables: [name …], not_read: {name: why}} and what else the protocol has to say of them; null
  /// where no rows were asked for, or nothing of them could be read.
  Document facts;
  std::vector<HeldTable> tables;  ///< those of `facts`, in that order
  std::string problem;            ///< why there are none, in one line
};

struct Catalogue {
  /// A schema file (see Analyser::declare) that people read, in an order that follows from what is
  /// defined alone. It begins with comments, two of which compile understands: see below. Empty
  /// where nothing could be read.
  std::string text;
  std::string problem;  ///< why not all of it was read, in one line; empty where it was
  HeldRows rows = {};
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
  /// Changes nothing there. Blocks for half a minute at most, and a minute for rows; keeps 16 MB at
  /// most, and what `bounds` says. `secrets` replaces what statements and rows hold of passwords. A
  /// reader that can't read rows reads none.
  [[nodiscard]] virtual Catalogue read(const CatalogueLogin& login, const Secrets& secrets,
                                       const RowBounds& bounds) const = 0;
};

}  // namespace understudy
