// What the server keeps of a connection's statements and portals.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocols/postgres/image.hpp"
#include "protocols/postgres/objects.hpp"
#include "protocols/postgres/request.hpp"
#include "protocols/postgres/shape.hpp"
#include "protocols/postgres/temporary_tables.hpp"
#include "protocols/sql/statement_secrets.hpp"
#include "understudy/output.hpp"

namespace understudy::postgres {

struct ServedStatement {
  std::string text;  ///< without its secrets
  sql::Statement parsed;
  sql::Verb verb;
  std::vector<Oid> declared;  ///< types of the parameters, as far as the client said
  std::vector<Oid> types;     ///< the same, else from the shape
  std::optional<Shape> shape;
  TemporaryUse temporary;
  std::vector<sql::SecretParameter> secret;  ///< parameters that are
  /// What sessions it was recorded in (sessions_key); nothing: in one like the first alone.
  std::optional<Bytes> sessions;
  std::vector<Oid> told;  ///< types of the columns that Describe told the client
  bool was_told = false;
};

/// A bound statement, and the rows of its answer that are still to be fetched. Also what a cursor
/// of DECLARE is: the server knows no difference either.
struct ServedPortal {
  std::shared_ptr<ServedStatement> statement;
  Parameters parameters;
  std::vector<Format> formats;  ///< of the results
  std::optional<Image> image;   ///< once answered
  std::string own_image;        ///< octets of an answer that is not the table's
  std::vector<Column> columns;  ///< of the image, decoded when needed
  std::size_t offset = 0;       ///< in image->rows, of the next row
  std::uint64_t fetched = 0;    ///< rows before that
  std::int64_t cursor_row = 0;  ///< of a cursor: 0 before the first row, rows + 1 behind the last
  bool done = false;            ///< CommandComplete was sent
  bool holdable = false;
  bool scroll = false;               ///< declared so: may be moved backward
  bool follows_recording = false;    ///< its place is where the recorded one was
  std::optional<Bytes> steps_ahead;  ///< of the image's, while the client does as was recorded

  /// Makes `octets` the portal's answer; false where they are no image.
  [[nodiscard]] bool answer_with(Bytes octets);
  void answer_with(const StatementAnswer& answer);
};

using ServedObjects = SessionObjects<ServedStatement, ServedPortal>;

/// What went wrong in sending rows, as an error for the client; nothing for success.
using SendFailure = std::optional<Fields>;

/// RowDescription or CopyOutResponse of the portal's answer, with the formats it was bound with.
[[nodiscard]] SendFailure send_description(ServedPortal& portal, Output& out);

/// The code of a failure that the real server would give as well: the portal was run to its end.
inline constexpr std::string_view portal_over = "55000";

/// Up to `max_rows` rows (0: all) with what ends them: CommandComplete, PortalSuspended, …
[[nodiscard]] SendFailure send_rows(ServedPortal& portal, std::uint32_t max_rows, Output& out);

/// All rows of the portal's answer as text, for FETCH.
[[nodiscard]] std::vector<Row> rows_of(const Image& image);

}  // namespace understudy::postgres
