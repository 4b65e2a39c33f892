// Which of the statements that were followed could be computed, and why the others could not.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "protocols/sql/emulator/server_rules.hpp"
#include "protocols/sql/tree/tree.hpp"
#include "understudy/emulator.hpp"

namespace understudy::sql::emulator {

/// Whether it is of the kinds that are counted: what reads and changes rows.
[[nodiscard]] bool is_about_rows(const tree::Statement& statement);

class CoverageBook {
 public:
  /// `why_not`: empty where it was computed.
  void note(std::string_view pattern, const std::string& why_not);
  /// The reasons of most requests first.
  [[nodiscard]] Emulator::Coverage coverage(const ServerRules& rules) const;

 private:
  struct Missed {
    std::uint64_t requests = 0;
    std::map<std::string, std::uint64_t, std::less<>> patterns;
  };
  std::uint64_t requests_ = 0, computed_ = 0;
  std::map<std::string, Missed> missed_;
};

}  // namespace understudy::sql::emulator
