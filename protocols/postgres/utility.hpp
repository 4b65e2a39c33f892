// The statements that address a connection's own objects and settings, taken
// apart: PREPARE, EXECUTE, DECLARE, FETCH, MOVE, SET, SHOW and what ends with a name.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/settings.hpp"
#include "protocols/postgres/types.hpp"
#include "protocols/sql/statement.hpp"

namespace understudy::postgres {

struct PrepareStatement {
  std::string name;
  std::vector<Oid> types;  ///< 0 for a type that is not built in
  std::string_view query;  ///< borrowed
};
[[nodiscard]] std::optional<PrepareStatement> parse_prepare(std::string_view sql, sql::Mode mode);

struct ExecuteStatement {
  std::string name;
  std::vector<std::optional<std::string>> arguments;  ///< text; nothing for NULL
  std::vector<Oid> types;                             ///< by the literals' classes
};
/// Nothing where an argument is more than a literal.
[[nodiscard]] std::optional<ExecuteStatement> parse_execute(std::string_view sql, sql::Mode mode);

struct DeclareCursor {
  std::string name;
  bool holdable = false, binary = false;
  bool scroll = false;     ///< SCROLL: may be moved backward for certain
  std::string_view query;  ///< borrowed
};
[[nodiscard]] std::optional<DeclareCursor> parse_declare(std::string_view sql, sql::Mode mode);

enum class FetchKind : std::uint8_t { forward, backward, absolute, relative };

struct FetchStatement {
  static constexpr std::int64_t all = INT64_MAX;
  std::string name;
  bool move = false;  ///< MOVE: as FETCH, without rows
  FetchKind kind = FetchKind::forward;
  std::int64_t count = 1;  ///< of rows, or the row of absolute and relative
};
/// What of `text` stands before its part `rest`.
[[nodiscard]] inline std::string_view before(std::string_view text, std::string_view rest) {
  return rest.empty() ? text : text.substr(0, static_cast<std::size_t>(rest.data() - text.data()));
}
[[nodiscard]] std::optional<FetchStatement> parse_fetch(std::string_view sql, sql::Mode mode);
/// What it does to the cursor, the same however it was spelled: `fetch forward 1`, `move absolute
/// -1`, `fetch backward all`.
[[nodiscard]] std::string movement_of(const FetchStatement& fetch);

/// Of NOTIFY; empty where it has none.
[[nodiscard]] std::string payload_of_notify(std::string_view sql, sql::Mode mode);

/// SET and RESET. The name is in lower case; the value as it would be given to set_config.
struct SetStatement {
  std::string name;
  std::string value;
  bool local = false;
  bool to_default = false;      ///< RESET x, SET x TO DEFAULT; the name `all` for RESET ALL
  bool interval_zone = false;   ///< SET TIME ZONE with a number or an interval
  std::string read_only = {};   ///< on or off, of the modes of a transaction
  std::int32_t parameter = -1;  ///< of set_config, where its value is bound
};
/// Nothing for forms without a setting (SET CONSTRAINTS, …).
[[nodiscard]] std::optional<SetStatement> parse_set(std::string_view sql, sql::Mode mode);

/// SET CONSTRAINTS, which has a tag of its own.
[[nodiscard]] bool is_set_constraints(std::string_view sql, sql::Mode mode);

/// What BEGIN and START TRANSACTION say of their transaction, as SET TRANSACTION would; nothing
/// where they say nothing.
[[nodiscard]] std::optional<SetStatement> parse_begin(std::string_view sql, sql::Mode mode);

/// Changes the settings as the server does. `value`: how it spells the one that is set, where that
/// is known.
void apply_set(const SetStatement& set, bool in_transaction, Settings& settings,
               std::optional<std::string> value = {});

/// SELECT [pg_catalog.]set_config('name', 'value' or $n, is_local) and nothing else.
[[nodiscard]] std::optional<SetStatement> parse_set_config(std::string_view sql, sql::Mode mode);

/// Puts in the value of a bound set_config.
void fill_in(SetStatement& set, const std::vector<std::optional<std::string>>& parameters);

/// The setting of SHOW, in lower case: `timezone` for TIME ZONE, `transaction_isolation` for
/// TRANSACTION ISOLATION LEVEL; empty where there is none.
[[nodiscard]] std::string parse_show(std::string_view sql, sql::Mode mode);

/// The last name of DEALLOCATE [PREPARE] x, CLOSE x; the keyword ALL as nothing.
[[nodiscard]] std::optional<std::string> parse_last_name(std::string_view sql, sql::Mode mode);

/// Characters of UTF-8 text.
[[nodiscard]] inline std::int64_t characters_in(std::string_view text) noexcept {
  return std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
}

/// Whether it is the connection's scope that is set.
[[nodiscard]] inline bool names_scope(const SetStatement& set) noexcept {
  return set.name == scope_setting;
}

}  // namespace understudy::postgres
