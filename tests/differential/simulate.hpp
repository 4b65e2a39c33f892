// Clients of a workload, interleaved statement by statement, on a truth.
#pragma once

#include <cstdint>
#include <functional>

#include "client.hpp"

namespace differential {

/// How many clients do how much, and in which order. Equal numbers, equal run.
struct Plan {
  std::uint64_t program = 0;  ///< seed of what the clients want
  std::uint64_t order = 0;    ///< seed of who comes next
  int clients = 4;
  int units = 12;          ///< of work for each
  bool perturbed = false;  ///< a fifth of the reads left out, a fifth more reads
};

struct Said {
  std::uint32_t client = 0;
  const Statement* statement = nullptr;  ///< valid during the call
  const Reply* reply = nullptr;
};
struct Listener {
  /// Called before a statement is executed: false where it is refused, which the client takes for
  /// an error. What was refused never happened.
  std::function<bool(std::uint32_t client, const Statement&)> accept;
  std::function<void(const Said&)> said;
};

using Execute = std::function<Reply(std::uint32_t client, const Statement&)>;

/// While a client is in a transaction the others only read (see Truth), where the workload does not
/// say otherwise.
void simulate(const Workload& workload, const Plan& plan, Execute execute,
              const Listener& listener);

}  // namespace differential
