// Which exchanges of a recording could have happened in another order: those of connections that
// were seen to work at the same time.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "compile/model/steps.hpp"

namespace understudy::compile {

/// Two connections are concurrent from the first to the last of their exchanges that overlapped in
/// time. What one program does on several connections one after the other is not: there each
/// exchange may follow from the one before it.
class Concurrency {
 public:
  /// Looks at the first `at_most` exchanges. `service` outlives it.
  Concurrency(const LoadedService& service, std::size_t at_most);

  /// Whether two exchanges of different connections could have come in the other order.
  [[nodiscard]] bool are_concurrent(StepId one, StepId other) const;
  /// Whether that holds of an exchange and any other one.
  [[nodiscard]] bool is_concurrent(StepId step) const;
  /// The session files of the connections that were concurrent with another one: numbers in
  /// LoadedService::sources.
  [[nodiscard]] const std::set<std::uint32_t>& sources() const noexcept { return sources_; }

 private:
  struct Span {
    std::uint64_t began, ended;  // ticks
  };
  [[nodiscard]] bool is_within(const Step& step, const Span& span) const noexcept;
  void note_overlap(const Step& one, const Step& other);

  const LoadedService& service_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, Span> spans_;  // the lesser connection first
  std::map<std::uint32_t, Span> whole_;                            // of a connection, all of them
  std::set<std::uint32_t> sources_;
};

}  // namespace understudy::compile
