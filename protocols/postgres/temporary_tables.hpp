// Temporary tables are a connection's own: what is in them follows from what this connection did
// with them, whatever others do. So a hash of that is part of each question that names one, kept
// with the session's settings, which a rollback undoes as it undoes the rows.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/settings.hpp"
#include "protocols/sql/statement.hpp"
#include "understudy/bytes.hpp"

namespace understudy::postgres {

/// What statements of one pattern do with temporary tables.
struct TemporaryUse {
  std::vector<std::string> names;  ///< in lower case
  bool any = false;                ///< perhaps with others than those that it names
  bool writes = false, creates = false, drops = false;
  bool until_commit = false;  ///< ON COMMIT DROP
  bool alone = false;         ///< with no other table, and nothing else matters to it

  [[nodiscard]] bool empty() const noexcept { return names.empty() && !any; }
};

/// Of a pattern: encode(TemporaryUse).
[[nodiscard]] std::string temporary_key(std::string_view pattern);
[[nodiscard]] std::string encode(const TemporaryUse& use);
[[nodiscard]] TemporaryUse decode_temporary_use(Bytes octets);

/// Compile: which tables are made temporary anywhere in a recording.
class TemporaryTables {
 public:
  void learn(std::string_view sql);
  [[nodiscard]] bool none() const noexcept { return created_.empty(); }
  /// When all is learned. `found`: what the statement reads and writes.
  [[nodiscard]] TemporaryUse use_of(std::string_view sql, const sql::Dependencies& found) const;

 private:
  std::set<std::string, std::less<>> created_;
};

/// What a statement's question says of the session's temporary tables; empty where it has none of
/// those that matter.
[[nodiscard]] std::string temporary_part(const TemporaryUse& use, const Settings& settings);

/// Whether all that the statement is about is in tables of the session's own, and none of the
/// values of `canonical` is one that programs make anew in each run: those are compared by what
/// follows every write in its order, not by a hash.
[[nodiscard]] bool is_of_session(const TemporaryUse& use, std::string_view canonical,
                                 const Settings& settings);

/// Takes note of a statement that was answered without error. `known`: by what was recorded.
void follow(const TemporaryUse& use, std::string_view canonical, bool known, bool in_block,
            Settings& settings);

}  // namespace understudy::postgres
