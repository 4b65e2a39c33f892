// An image as the packets of one client: its capabilities, character set,
// sequence ids, status flags, text or binary rows.
#pragma once

#include <cstdint>
#include <vector>

#include "protocols/mysql/capabilities.hpp"
#include "protocols/mysql/conversation.hpp"
#include "protocols/mysql/image.hpp"
#include "protocols/sql/statement_secrets.hpp"
#include "understudy/output.hpp"

namespace understudy::mysql {

struct RenderContext {
  Negotiated negotiated;
  std::uint16_t collation = 0;  ///< of results; 0: the columns' own
  Encoding encoding = Encoding::text;
  std::uint16_t status = 0;                        ///< of the connection, more_results included
  const sql::StatementSecrets* secrets = nullptr;  ///< of the statement; null for none
};

/// `state` is session state for clients of SESSION_TRACK, see encode_ok.
void render_ok(const OkPacket& ok, std::uint8_t header, std::string_view state,
               std::uint8_t& sequence, Output& output);
void render_error(const ErrorPacket& error, std::uint8_t& sequence, Output& output);
/// What ends column definitions or rows: EOF, or OK in its place.
void render_end(const RenderContext& context, std::uint16_t flags, std::uint16_t warnings,
                std::uint8_t& sequence, Output& output);

/// Where the rows of a result set go.
enum class Rows : std::uint8_t {
  all,     ///< a whole result set
  cursor,  ///< only its head; the rows are fetched later
};

/// `stop` replaces the end of the rows. False where the client can't be given what the image says
/// (a character set that is not known); nothing is written then.
[[nodiscard]] bool render_rows(const RowsEntry& entry, const ErrorPacket* stop, Rows rows,
                               const RenderContext& context, std::uint8_t& sequence,
                               Output& output);

/// Up to `count` rows of `entry` from the octet `position` of its packets on, moved behind them.
/// True where rows are left. `position` 0 is the first row.
[[nodiscard]] bool render_fetch(const RowsEntry& entry, std::size_t& position, std::uint64_t count,
                                const RenderContext& context, std::uint8_t& sequence,
                                Output& output);

/// The columns of `entry` as this client is told them.
[[nodiscard]] std::vector<Column> columns_of(const RowsEntry& entry, const RenderContext& context);
void render_columns(const std::vector<Column>& columns, const RenderContext& context,
                    std::uint8_t& sequence, Output& output);

}  // namespace understudy::mysql
