// What a comparison of an emulator with its server has found, and how it is told.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sql_statements.hpp"

namespace differential {

struct Tally {
  std::uint64_t asked = 0, computed = 0, refused = 0, wrong = 0;
  std::map<std::string, std::uint64_t> reasons = {};  ///< why it was not computed
};

class EmulatorScore {
 public:
  explicit EmulatorScore(std::string_view suite) : suite_(suite) {}

  /// By the kind of the statements.
  Tally& operator[](const std::string& kind) { return tallies_[kind]; }
  /// A statement as a failure shows it among those before it.
  void remember(std::string line) { history_.push_back(std::move(line)); }
  [[nodiscard]] bool remembers(std::string_view line) const;
  void forget() { history_.clear(); }
  /// Tells of the first few of a kind.
  void fail(const SqlStatement& statement, std::string_view what, const std::string& mine,
            const std::string& theirs);
  /// The status to exit with: 0 where nothing failed and each kind was computed.
  [[nodiscard]] int report(std::uint64_t transactions) const;

 private:
  std::string_view suite_;
  std::vector<std::string> history_;
  std::map<std::string, Tally> tallies_;
  std::map<std::string, int> shown_;
  std::uint64_t failures_ = 0;
};

}  // namespace differential
