// What happened while serving: counters per grade and the events that a
// person must see. Shared by all threads.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "understudy/grade.hpp"

namespace understudy::engine {

/// How uncertain an answer may be. `normal` answers a guess and counts it as broken strictness;
/// `allow_guess` accepts it; `strict` turns it into a miss.
enum class Strictness : std::uint8_t { normal, allow_guess, strict };

struct Incident {
  enum class Kind : std::uint8_t { guess, miss, note } kind;
  std::string service;
  std::string summary;
  std::string detail;
  std::string hint;
};

/// Answers by grade of one service and thread-shared. Relaxed atomics: exact once traffic is over.
struct GradeCounters {
  std::array<std::atomic<std::uint64_t>, grade_names.size()> by_grade{};
  void count(Grade grade) noexcept {
    by_grade[static_cast<std::size_t>(grade)].fetch_add(1, std::memory_order_relaxed);
  }
};

/// Called as it happens, from any serving thread, one call at a time.
using IncidentSink = std::function<void(const Incident&)>;

}  // namespace understudy::engine
