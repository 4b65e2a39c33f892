// What the observer knows of a connection's statements, portals and rows under way.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocols/postgres/answer.hpp"
#include "protocols/postgres/conversation.hpp"
#include "protocols/postgres/objects.hpp"
#include "protocols/postgres/recording.hpp"

namespace understudy::postgres {

struct WatchedStatement {
  std::string text;
  std::vector<Oid> types;                      ///< declared, or as ParameterDescription told
  std::optional<std::vector<Column>> columns;  ///< as described; nothing for no description
  bool described = false, executed = false;
  Moment described_at;
};

/// Rows as they came, until their columns are known.
struct RowsUnderWay {
  std::optional<std::vector<Column>> columns;  ///< with the formats in which the rows come
  std::vector<Row> rows;                       ///< octets of those formats
};

struct WatchedPortal {
  std::shared_ptr<WatchedStatement> statement;
  Parameters parameters;  ///< text forms
  RowsUnderWay rows;
  StatementAnswer answer;
  Moment began, ended;
  std::uint64_t place = 0;  ///< see Recording::place()
  bool fetched = false, done = false;
  bool holdable = false;
};

/// The statement with a bound portal's parameters; types are the statement's.
[[nodiscard]] StatementRequest request_of(const WatchedPortal& portal);

/// Text forms of the parameters of a Bind. Octets of a binary form that can't be printed stay.
[[nodiscard]] Parameters parameters_of(const Asked& bind, const std::vector<Oid>& types);

/// Moves the rows into `answer`, cells as text where every one of a column can be printed. False
/// where they don't fit the columns, or there are rows and no columns.
[[nodiscard]] bool finish_rows(RowsUnderWay& rows, StatementAnswer& answer);

/// Errors about a connection's own statements and portals: nothing of the database.
[[nodiscard]] bool is_protocol_error(const Fields& error) noexcept;

/// Adds the difference to the `position` of an error, counted in characters.
void shift_position(Fields& error, std::int64_t by);

}  // namespace understudy::postgres
