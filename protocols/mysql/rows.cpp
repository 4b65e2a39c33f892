#include "protocols/mysql/rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "protocols/mysql/lenenc.hpp"

namespace understudy::mysql {

namespace {

constexpr std::size_t row_bitmap_offset = 2;

std::string padded(std::string text, const Column& column) {
  if (!column.has(column_flag::zerofill) || text.size() >= column.length || text.starts_with('-'))
    return text;
  const std::size_t width = std::min<std::size_t>(column.length, 255);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

// The printed form of a value that is no string on the wire.
std::string read_printed(ByteReader& reader, const Column& column) {
  if (is_integer(column.type)) {
    const Sign sign = column.has(column_flag::unsigned_) ? Sign::unsigned_ : Sign::signed_;
    return padded(read_integer(reader, column.type, sign), column);
  }
  if (column.type == FieldType::float_)
    return padded(exact_float_text(std::bit_cast<float>(static_cast<std::uint32_t>(reader.le(4))),
                                   column.decimals),
                  column);
  if (column.type == FieldType::double_)
    return padded(exact_double_text(std::bit_cast<double>(reader.le(8)), column.decimals), column);
  return read_temporal(reader, column.type, column.decimals);
}

bool is_printed(FieldType type) noexcept {
  return is_integer(type) || is_temporal(type) || type == FieldType::float_ ||
         type == FieldType::double_;
}

// The low octets of an integer as its text says it; false where it says none.
bool write_integer(ByteWriter& writer, FieldType type, std::string_view text) {
  const char* end = text.data() + text.size();
  std::uint64_t value = 0;
  std::int64_t negative = 0;
  if (text.starts_with('-')) {
    const auto [stop, error] = std::from_chars(text.data(), end, negative);
    if (error != std::errc{} || stop != end) return false;
    value = static_cast<std::uint64_t>(negative);
  } else if (const auto [stop, error] = std::from_chars(text.data(), end, value);
             error != std::errc{} || stop != end) {
    return false;
  }
  writer.le(value, integer_width(type));
  return true;
}

bool write_floating(ByteWriter& writer, FieldType type, std::string_view text) {
  const char* end = text.data() + text.size();
  if (type == FieldType::float_) {
    float value = 0;
    if (std::from_chars(text.data(), end, value).ptr != end) return false;
    writer.le(std::bit_cast<std::uint32_t>(value), 4);
    return true;
  }
  double value = 0;
  if (std::from_chars(text.data(), end, value).ptr != end) return false;
  writer.le(std::bit_cast<std::uint64_t>(value), 8);
  return true;
}

bool write_value(ByteWriter& writer, const Column& column, std::string_view text) {
  if (is_integer(column.type)) return write_integer(writer, column.type, text);
  if (column.type == FieldType::float_ || column.type == FieldType::double_)
    return write_floating(writer, column.type, text);
  if (is_temporal(column.type)) return write_temporal(writer, column.type, text);
  write_lenenc_text(writer, text);
  return true;
}

}  // namespace

std::string read_integer(ByteReader& reader, FieldType type, Sign sign) {
  const std::size_t width = integer_width(type);
  const std::uint64_t value = reader.le(width);
  if (type == FieldType::year) return fmt::format("{:04}", value);
  if (sign == Sign::unsigned_) return std::to_string(value);
  const unsigned unused = static_cast<unsigned>(64 - 8 * width);
  return std::to_string(static_cast<std::int64_t>(value << unused) >> unused);
}

bool decode_text_row(Bytes packet, std::size_t columns, std::vector<Cell>& cells) {
  ByteReader reader(packet);
  cells.clear();
  for (std::size_t i = 0; i < columns; ++i) {
    if (reader.remaining() > 0 && packet[reader.offset()] == null_cell) {
      (void)reader.take(1);
      cells.emplace_back(std::nullopt);
    } else {
      cells.emplace_back(as_text(read_lenenc_bytes(reader)));
    }
  }
  return reader.complete();
}

bool decode_binary_row(Bytes packet, std::span<const Column> columns, std::vector<Cell>& cells,
                       std::vector<std::string>& store) {
  ByteReader reader(packet);
  cells.clear();
  store.clear();
  store.reserve(columns.size());
  if (reader.le(1) != 0) return false;
  const Bytes nulls = reader.take((columns.size() + row_bitmap_offset + 7) / 8);
  if (reader.failed()) return false;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::size_t bit = i + row_bitmap_offset;
    if ((nulls[bit / 8] >> (bit % 8) & 1) != 0) {
      cells.emplace_back(std::nullopt);
    } else if (is_printed(columns[i].type)) {
      cells.emplace_back(store.emplace_back(read_printed(reader, columns[i])));
    } else {
      cells.emplace_back(as_text(read_lenenc_bytes(reader)));
    }
  }
  return reader.complete();
}

std::string print_floating(const Column& column, std::string_view text) {
  const double value = double_of(text);
  return padded(column.type == FieldType::float_
                    ? float_text(static_cast<float>(value), column.decimals)
                    : double_text(value, column.decimals),
                column);
}

void encode_text_row(std::span<const Cell> cells, ByteWriter& writer) {
  for (const Cell& cell : cells) {
    if (cell)
      write_lenenc_text(writer, *cell);
    else
      writer.byte(null_cell);
  }
}

bool encode_binary_row(std::span<const Column> columns, std::span<const Cell> cells,
                       ByteWriter& writer) {
  writer.byte(0);
  const std::size_t bitmap = writer.position();
  const std::size_t bitmap_size = (columns.size() + row_bitmap_offset + 7) / 8;
  for (std::size_t i = 0; i < bitmap_size; ++i) writer.byte(0);
  std::vector<std::uint8_t> nulls(bitmap_size, 0);
  bool sound = true;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const bool written = cells[i] && write_value(writer, columns[i], *cells[i]);
    sound = sound && (written || !cells[i]);
    const std::size_t bit = i + row_bitmap_offset;
    if (!written) nulls[bit / 8] |= static_cast<std::uint8_t>(1U << (bit % 8));
  }
  for (std::size_t i = 0; i < bitmap_size; ++i) writer.patch_le(bitmap + i, nulls[i], 1);
  return sound;
}

}  // namespace understudy::mysql
