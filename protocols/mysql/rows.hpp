// Result rows: a lenenc string a cell with 0xFB for NULL in the text protocol
// ("ProtocolText::ResultsetRow"); 0x00, a NULL bitmap that begins at its third
// bit, then values by type in the binary protocol ("ProtocolBinary::ResultsetRow").
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/mysql/columns.hpp"

namespace understudy::mysql {

/// A cell in its text form; nothing for NULL. The view borrows from the row's packet or from the
/// store that was handed in.
using Cell = std::optional<std::string_view>;

/// Cells of one text row, borrowed from `packet`. False where it does not fit `columns` cells.
[[nodiscard]] bool decode_text_row(Bytes packet, std::size_t columns, std::vector<Cell>& cells);

/// Cells of one binary row as the text protocol would send them, FLOAT and DOUBLE without loss.
/// `store` holds what had to be printed and must live as long as the cells.
[[nodiscard]] bool decode_binary_row(Bytes packet, std::span<const Column> columns,
                                     std::vector<Cell>& cells, std::vector<std::string>& store);

/// A FLOAT or DOUBLE cell, however exact, as the text protocol prints it.
[[nodiscard]] std::string print_floating(const Column& column, std::string_view text);

void encode_text_row(std::span<const Cell> cells, ByteWriter& writer);
/// A cell that is no value of its column's type counts as NULL and makes the result false.
bool encode_binary_row(std::span<const Column> columns, std::span<const Cell> cells,
                       ByteWriter& writer);

/// One integer of the binary protocol as text, for rows and for the parameters of COM_STMT_EXECUTE.
enum class Sign : std::uint8_t { signed_, unsigned_ };
[[nodiscard]] std::string read_integer(ByteReader& reader, FieldType type, Sign sign);

}  // namespace understudy::mysql
