// Temporary tables are a connection's own: what is in them follows from what this connection did
// with them, whatever others do. So a hash of that counts as a setting of the connection, for
// statements that name one.
#pragma once

#include <cstdint>
#include <map>
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
  /// The setting's value: `name#history` of each such table, parted by blanks. Empty where there
  /// are none.
  [[nodiscard]] std::string state() const;

 private:
  /// False where it defines none.
  bool define(std::string_view sql, sql::Mode mode, const StatementInfo& info);

  /// By name in small letters: a hash of what this connection did with it since it made it.
  std::map<std::string, std::uint64_t> tables_;
};

/// What of a state matters to a statement of these words, in small letters.
[[nodiscard]] std::string temporary_part(std::string_view state,
                                         std::span<const std::string> words);

}  // namespace understudy::mysql
