// Replays what was recorded against the finished table, unchanged and perturbed.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compile/model/steps.hpp"
#include "match/chains.hpp"
#include "table/mapped_table.hpp"
#include "table/service_section.hpp"

namespace understudy::compile {

/// An answer that would be given as certain, but is not what was recorded for this state.
struct WrongAnswer {
  table::RequestId request;
  match::Version state = 0;  ///< of the answer among those of the request
  StepId step;               ///< the exchange that was replayed
  std::string answered_at;   ///< `file:line` of the exchange whose answer was given
  std::string difference;    ///< "answered '…' in place of '…'"
};

struct Replay {
  std::uint64_t asked = 0;
  std::uint64_t certain = 0;  ///< answered with a certain grade, as recorded for this state
  std::uint64_t guess = 0;    ///< answered as a guess: uncertain, volatile, or an unknown state
  std::uint64_t miss = 0;     ///< no such request in the table
  /// Given as certain, but not what was recorded for this state.
  std::uint64_t wrong = 0;
  std::vector<WrongAnswer> wrong_answers{};  ///< each entry of the table once
  /// Where connections were interleaved otherwise: the session files of those that were concurrent.
  std::vector<std::string> interleaved{};

  Replay& operator+=(const Replay& other) noexcept;
  /// Of 100; 100 where nothing was asked.
  [[nodiscard]] double percent_certain() const noexcept;
};

enum class Perturbation : std::uint8_t {
  none,              ///< identity: every exchange as recorded
  interleaved,       ///< the connections in other orders, several of them
  one_connection,    ///< all of a recording on one connection
  many_connections,  ///< on sixteen in turn
  repeated_reads,    ///< every read three times
  omitted_reads      ///< every fifth read left out
};

/// `section` is the table made of `service`. Each recording starts from a fresh state. In an order
/// that was not recorded nobody knows the truth of a state that was not: such a read is a guess.
/// All but the identity take the first `sample` exchanges only.
[[nodiscard]] Replay replay(const LoadedService& service, const table::ServiceSection& section,
                            Perturbation perturbation, std::size_t sample = 100'000);

/// Of each step of a service whether the recording does not prove that it was answered in the state
/// in which it stands (TracedStep::uncertain): there its answer is not the truth. Empty: none.
using Uncertain = table::ListBy<StepId, bool>;

struct TestedReplay {
  std::string_view name;   ///< as in understudy.yaml and JSON: "identity", "interleaved", …
  std::string_view title;  ///< for a person
  Replay replay;
};

/// All of the perturbations, the identity first.
[[nodiscard]] std::vector<TestedReplay> self_test(const LoadedService& service,
                                                  const table::ServiceSection& section,
                                                  const Uncertain& uncertain = {},
                                                  std::size_t sample = 100'000);

/// Of each service: all services together as they were recorded, with other values of the same
/// kinds in place of those that vary. Each takes its first `sample` exchanges.
[[nodiscard]] std::vector<TestedReplay> test_fresh_values(std::span<const LoadedService> services,
                                                          const table::MappedTable& table,
                                                          std::span<const Uncertain> uncertain = {},
                                                          std::size_t sample = 100'000);

/// The least percentage of certain answers by the name of a replay.
using Bars = std::map<std::string, double>;

/// "as recorded: 98.0 % certain, at least 100 % expected", for each that is missed. The identity's
/// bar is 100 where none is given.
[[nodiscard]] std::vector<std::string> missed_bars(const std::vector<TestedReplay>& tests,
                                                   const Bars& bars);

}  // namespace understudy::compile
