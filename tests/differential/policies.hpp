// What each policy of answering makes of one replayed run, counted.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "understudy/grade.hpp"

namespace differential {

/// Answers to requests of one kind (reads, or writes).
struct Tally {
  std::uint64_t asked = 0;
  std::uint64_t certain = 0;  ///< certain and right
  std::uint64_t right_guess = 0, wrong_guess = 0;
  std::uint64_t miss = 0;
  std::uint64_t wrong = 0;       ///< certain, and not the truth
  std::uint64_t unknowable = 0;  ///< the recording has no such answer to that request
  std::uint64_t computed = 0;    ///< of the certain and right ones
  /// Where the recording has the request while its keys held the same (Redis), and of those the
  /// certain and right ones.
  std::uint64_t held = 0, held_certain = 0;
  std::uint64_t fifo_right = 0, fifo_wrong = 0;    ///< each recorded answer once, then the last
  std::uint64_t first_right = 0, first_wrong = 0;  ///< the first recorded answer for ever

  void add(const Tally& other);
};

/// The policies that other tools have: by request alone.
class Baselines {
 public:
  void record(const std::string& request, const std::string& answer);
  /// Of a request that was truly answered with `answer`.
  void count(const std::string& request, const std::string& answer, Tally& tally);

 private:
  struct Answers {
    std::vector<std::string> in_order;
    std::unordered_set<std::string> all;
    std::size_t next = 0;
  };
  std::unordered_map<std::string, Answers> answers_;
};

/// An answer of that grade, which is the true one or not.
void count(understudy::Grade grade, bool right, Tally& tally);

}  // namespace differential
