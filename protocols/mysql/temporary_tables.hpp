// Temporary tables are a connection's own: what is in them follows from what this connection did
// with them, whatever others do. So a hash of that counts as a setting of the connection, for
// statements that name one.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "protocols/mysql/statements.hpp"
#include "protocols/sql/statement.hpp"

namespace understudy::mysql {

/// The setting's name.
inline constexpr std::string_view temporary_setting = "temporary tables";

class TemporaryTables {
 public:
  /// A statement succeeded. True where the state is another one than before.
  bool follow(std::string_view sql, sql::Mode mode, const StatementInfo& info,
              std::span<const sql::Value> values);
  /// The open transaction is undone, and with it what it did to them.
  bool roll_back();
  void clear() { *this = TemporaryTables(); }
  /// The setting's value: names that this connection gave to such tables, parted by blanks, `#` and
  /// a hash of what it did with them. Empty where there are none.
  [[nodiscard]] std::string state() const;

 private:
  void take(std::string_view what);

  std::set<std::string> names_;  ///< in small letters
  std::uint64_t history_ = 0;
};

/// What of a state matters to a statement of these words (in small letters): all, or nothing.
[[nodiscard]] bool names_temporary(std::string_view state, std::span<const std::string> words);

}  // namespace understudy::mysql
