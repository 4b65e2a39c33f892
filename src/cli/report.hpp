// What was answered, with which certainty, and what went wrong.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/journal.hpp"
#include "net/mock_server.hpp"
#include "understudy/document.hpp"

namespace understudy::cli {

/// Collects incidents while a server runs. Equal ones are kept once and counted; of different ones
/// the first thousand are kept, the rest only counted.
class Incidents {
 public:
  struct Entry {
    engine::Incident incident;
    std::uint64_t times = 0;
  };

  /// Called from serving threads, one call at a time. Gives how often this very incident has
  /// happened by now; 0 where it is not kept.
  std::uint64_t add(const engine::Incident& incident);
  [[nodiscard]] std::vector<Entry> entries() const;
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
  std::unordered_map<std::string, std::size_t> index_;  ///< of entries_, by all that is compared
  std::uint64_t dropped_ = 0;
};

/// Whether there were misses, or guesses that were not allowed.
[[nodiscard]] bool strictness_broken(const std::vector<net::ServiceReport>& services,
                                     engine::Strictness strictness);

/// Several lines for a terminal: answers by grade, what was never asked for, the verdict.
[[nodiscard]] std::string report_text(const std::vector<net::ServiceReport>& services,
                                      const Incidents& incidents, engine::Strictness strictness);

[[nodiscard]] Document report_document(const std::vector<net::ServiceReport>& services,
                                       const Incidents& incidents, engine::Strictness strictness);

}  // namespace understudy::cli
