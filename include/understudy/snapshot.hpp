// What a service holds before any traffic, asked for over a connection of the recorder's own.
#pragma once

#include <string_view>
#include <vector>

#include "understudy/bytes.hpp"
#include "understudy/exchange.hpp"
#include "understudy/output.hpp"

namespace understudy {

/// One connection: asks, is fed the answers, and says what it found as the exchanges of a session
/// that comes before all others. It changes nothing. Bounded in what it asks for and keeps; what is
/// more stays unknown. No sockets, clock or threads.
class Snapshot {
 public:
  virtual ~Snapshot() = default;
  /// What is to be sent; who sends it clears it.
  [[nodiscard]] virtual Output& output() noexcept = 0;
  virtual void feed(Bytes chunk) = 0;
  /// Nothing more is to be sent or fed.
  [[nodiscard]] virtual bool is_done() const noexcept = 0;
  /// Without moments. Empty where nothing could be found out.
  [[nodiscard]] virtual std::vector<Exchange> take() = 0;
  /// Why not all of it was found out, for a person; empty where it was.
  [[nodiscard]] virtual std::string_view problem() const noexcept = 0;
};

}  // namespace understudy
