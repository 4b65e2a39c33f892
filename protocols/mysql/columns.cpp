#include "protocols/mysql/columns.hpp"

#include <algorithm>
#include <limits>

#include "protocols/mysql/charset.hpp"
#include "protocols/mysql/lenenc.hpp"

namespace understudy::mysql {

namespace {

constexpr std::uint64_t fixed_fields = 0x0C;
constexpr std::uint32_t unlimited_length = std::numeric_limits<std::uint32_t>::max();

std::string read_text(ByteReader& reader) {
  return std::string(as_text(read_lenenc_bytes(reader)));
}

}  // namespace

bool Column::is_octets() const noexcept {
  return charset == binary_collation;
}

bool decode_column(Bytes packet, const Negotiated& negotiated, Column& column) {
  ByteReader reader(packet);
  (void)read_lenenc_bytes(reader);
  column.schema = read_text(reader);
  column.table = read_text(reader);
  column.org_table = read_text(reader);
  column.name = read_text(reader);
  column.org_name = read_text(reader);
  if ((negotiated.mariadb & mariadb_capability::extended_metadata) != 0)
    column.extended = read_text(reader);
  if (read_lenenc(reader) != fixed_fields) return false;
  column.charset = static_cast<std::uint16_t>(reader.le(2));
  column.length = static_cast<std::uint32_t>(reader.le(4));
  column.type = static_cast<FieldType>(reader.le(1));
  column.flags = static_cast<std::uint16_t>(reader.le(2));
  column.decimals = static_cast<std::uint8_t>(reader.le(1));
  (void)reader.take(2);
  return !reader.failed();
}

void encode_column(const Column& column, const Negotiated& negotiated, ByteWriter& writer) {
  write_lenenc_text(writer, "def");
  for (const std::string* text :
       {&column.schema, &column.table, &column.org_table, &column.name, &column.org_name})
    write_lenenc_text(writer, *text);
  if ((negotiated.mariadb & mariadb_capability::extended_metadata) != 0)
    write_lenenc_text(writer, column.extended);
  writer.byte(fixed_fields);
  writer.le(column.charset, 2);
  writer.le(column.length, 4);
  writer.byte(static_cast<std::uint8_t>(column.type));
  writer.le(column.flags, 2);
  writer.byte(column.decimals);
  writer.le(0, 2);
}

void to_neutral(Column& column, std::uint16_t collation) {
  const Charset* charset = charset_of(collation);
  if (column.charset != collation || column.is_octets() || charset == nullptr) return;
  if (column.length != unlimited_length) {
    if (column.length % charset->max_octets != 0) return;
    column.length /= charset->max_octets;
  }
  column.charset = 0;
}

void to_wire(Column& column, std::uint16_t collation) {
  if (column.is_octets()) return;
  std::uint64_t characters = column.length;
  if (column.charset != 0 && column.length != unlimited_length) {
    const Charset* own = charset_of(column.charset);
    if (own != nullptr) characters /= own->max_octets;
  }
  const Charset* charset = charset_of(collation);
  column.charset = collation;
  if (column.length == unlimited_length) return;
  const std::uint64_t octets = characters * (charset == nullptr ? 1 : charset->max_octets);
  column.length = static_cast<std::uint32_t>(std::min<std::uint64_t>(octets, unlimited_length));
}

Document cell_document(const Column& column, std::string_view text) {
  if (!is_integer(column.type)) return document_of(text);
  const char* end = text.data() + text.size();
  std::int64_t number = 0;
  if (const auto [stop, error] = std::from_chars(text.data(), end, number);
      error == std::errc{} && stop == end && std::to_string(number) == text)
    return number;
  std::uint64_t large = 0;
  if (const auto [stop, error] = std::from_chars(text.data(), end, large);
      error == std::errc{} && stop == end && std::to_string(large) == text)
    return large;
  return document_of(text);
}

std::string cell_text(const Document& cell) {
  if (cell.is_number_unsigned()) return std::to_string(cell.get<std::uint64_t>());
  if (cell.is_number_integer()) return std::to_string(cell.get<std::int64_t>());
  if (cell.is_number_float()) return double_text(cell.get<double>(), floating_decimals);
  if (cell.is_boolean()) return cell.get<bool>() ? "1" : "0";
  return octets_of(cell);
}

}  // namespace understudy::mysql
