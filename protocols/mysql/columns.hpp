// Column definitions ("Protocol::ColumnDefinition41") on the wire and as
// session files spell them.
//   lenenc catalog "def" · schema · table · org_table · name · org_name ·
//   lenenc 0x0C · charset u16 · length u32 · type u8 · flags u16 · decimals u8 · 2 filler
// MariaDB's extended metadata adds one lenenc block behind org_name.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocols/mysql/capabilities.hpp"
#include "protocols/mysql/types.hpp"
#include "understudy/analyser.hpp"
#include "understudy/byte_reader.hpp"
#include "understudy/byte_writer.hpp"
#include "understudy/document.hpp"

namespace understudy::mysql {

/// A column as it is meant: text of the client's own character set has charset 0 and a length in
/// characters, so that one recording serves clients of every character set.
struct Column {
  std::string schema = {}, table = {}, org_table = {}, name = {}, org_name = {};
  std::uint16_t charset = 0;
  std::uint32_t length = 0;
  FieldType type = FieldType::var_string;
  std::uint16_t flags = 0;
  std::uint8_t decimals = 0;
  std::string extended =
      {};  ///< MariaDB's extended metadata as on the wire: kind u8 · lenenc text, repeated

  [[nodiscard]] bool has(std::uint16_t flag) const noexcept { return (flags & flag) != 0; }
  [[nodiscard]] bool is_octets() const noexcept;  ///< the octets of a cell are no text
  bool operator==(const Column&) const = default;
};

/// A connection whose column definitions carry MariaDB's extended metadata.
inline constexpr Negotiated with_extended_metadata = {0, mariadb_capability::extended_metadata};

/// What a column's spelling leaves out because the session says it.
struct ColumnContext {
  std::string database;
  bool mariadb = true;
};

/// As on the wire; see `to_neutral`. False where `packet` is no column definition.
[[nodiscard]] bool decode_column(Bytes packet, const Negotiated& negotiated, Column& column);
/// The payload of a column definition as it is, without a default value.
void encode_column(const Column& column, const Negotiated& negotiated, ByteWriter& writer);

/// From the wire of a connection whose results come in `collation`, to what is meant.
void to_neutral(Column& column, std::uint16_t collation);
/// And back, for a client of `collation`.
void to_wire(Column& column, std::uint16_t collation);

[[nodiscard]] Document column_document(const Column& column, const ColumnContext& context);
/// Appends to `problems` what is not understood; `path` is the JSON pointer of `document`.
[[nodiscard]] Column column_from_document(const Document& document, const ColumnContext& context,
                                          const std::string& path, std::vector<Problem>& problems);

/// A cell's octets (text in UTF-8) as session files hold them: integers as integers.
[[nodiscard]] Document cell_document(const Column& column, std::string_view text);
/// And back; `cell` is not null.
[[nodiscard]] std::string cell_text(const Document& cell);

}  // namespace understudy::mysql
