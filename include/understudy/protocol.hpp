// The registry entry of a protocol.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/analyser.hpp"
#include "understudy/catalogue.hpp"
#include "understudy/emulator.hpp"
#include "understudy/observer.hpp"
#include "understudy/server_machine.hpp"
#include "understudy/snapshot.hpp"
#include "understudy/values.hpp"

namespace understudy {

enum class Recognition : std::uint8_t { no, yes, need_more };

/// One immortal, stateless, thread-safe instance per protocol.
class Protocol {
 public:
  virtual ~Protocol() = default;
  /// As in understudy.yaml and as the URL scheme: "redis", "postgres", "mysql", "http".
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  [[nodiscard]] virtual std::uint16_t default_port() const noexcept = 0;
  /// What a client names that asks for this protocol in its TLS hello (ALPN); empty: nothing.
  [[nodiscard]] virtual std::string_view alpn() const noexcept { return {}; }
  /// False where requests of one connection may be handled side by side. Else they are handled one
  /// after the other, whatever their times: what was sent early waited.
  [[nodiscard]] virtual bool handles_in_order() const noexcept { return true; }
  /// Whether a connection that begins with `first` (never empty) speaks this protocol. Always `no`
  /// where the server speaks first: such a protocol can't share a port.
  [[nodiscard]] virtual Recognition recognise(Bytes first) const noexcept = 0;
  [[nodiscard]] virtual std::unique_ptr<Observer> new_observer(const Limits& limits) const = 0;
  [[nodiscard]] virtual std::unique_ptr<ServerMachine> new_server(
      const ServiceTable& table, const ServerContext& context) const = 0;
  [[nodiscard]] virtual std::unique_ptr<Analyser> new_analyser() const = 0;
  /// With the password that the service asks for, or an empty one. Null where the protocol can't
  /// tell what a service holds.
  [[nodiscard]] virtual std::unique_ptr<Snapshot> new_snapshot(
      std::string_view /*password*/) const {
    return nullptr;
  }
  /// Null where the protocol has no definitions, or can't tell them.
  [[nodiscard]] virtual const CatalogueReader* catalogue_reader() const noexcept { return nullptr; }
  /// Made of what another one knew, see Emulator::knowledge(); of null, or {profile: that of the
  /// analyser} alone, it knows nothing of what there is. It outlives what is made of it: emulators
  /// of one document may share what they make of it. Null where the protocol computes no answers.
  [[nodiscard]] virtual std::unique_ptr<Emulator> new_emulator(
      const Document& /*knowledge*/) const {
    return nullptr;
  }
  /// The request document that a person means by one line: a statement, a command, "GET /path".
  [[nodiscard]] virtual Document request_from_text(std::string_view line) const = 0;
  /// A canonical request as a person reads it, for reports and for comparing near misses.
  [[nodiscard]] virtual Document describe(std::string_view canonical) const = 0;
  /// A canonical request with each of its values replaced by what `map` gives. A value is text as
  /// the application wrote it, whole or with more around it (`session:4f0c…`, a path, a JSON body).
  /// A protocol that does not say where its values stand has none that may vary.
  [[nodiscard]] virtual std::string map_values(std::string_view canonical, const ValueMap&) const {
    return std::string(canonical);
  }
  /// By what the answer to a request orders or compares what is there: names of columns, or one of
  /// the two below. Where a client makes other values there than the recorded ones, in another
  /// order, the answer may be another one.
  [[nodiscard]] virtual std::vector<std::string> ordered_by(std::string_view /*canonical*/) const {
    return {};
  }
  static constexpr std::string_view by_anything = "*", by_numbers = "#";
  /// A request that adds one or more rows, all made alike, and does nothing else: for each row the
  /// request that would add it alone. Empty for any other request.
  [[nodiscard]] virtual std::vector<Identity> rows_of(std::string_view /*canonical*/,
                                                      std::string_view /*qualifier*/) const {
    return {};
  }
  /// The answer to such a request of `rows` rows, made of `answer`, which is that to `recorded`
  /// rows. Null where it says more than their number.
  [[nodiscard]] virtual Document answer_of_rows(const Document& /*answer*/,
                                                std::size_t /*recorded*/,
                                                std::size_t /*rows*/) const {
    return {};
  }
  /// One line for a list of requests: the statement, the command, "GET /path".
  [[nodiscard]] virtual std::string summarise(const Document& request) const = 0;
};

/// The protocols that a program knows; protocols/registry.hpp has the built-in ones.
using Protocols = std::span<const Protocol* const>;

/// Null for an unknown name.
[[nodiscard]] inline const Protocol* find_protocol(Protocols protocols,
                                                   std::string_view name) noexcept {
  for (const Protocol* protocol : protocols)
    if (protocol->name() == name) return protocol;
  return nullptr;
}

[[nodiscard]] inline std::vector<std::string> names_of(Protocols protocols) {
  std::vector<std::string> names;
  for (const Protocol* protocol : protocols) names.emplace_back(protocol->name());
  return names;
}

}  // namespace understudy
