#include "protocols/postgres/backend.hpp"

#include <algorithm>

namespace understudy::postgres {
namespace {

constexpr std::uint32_t null_field_length = 0xFFFFFFFF;

std::string c_string(ByteReader& reader) {
  return std::string(as_text(reader.until(0)));
}

}  // namespace

std::string_view field(const Fields& fields, char code) noexcept {
  for (const auto& [key, value] : fields)
    if (key == code) return value;
  return {};
}

bool has_field(const Fields& fields, char code) noexcept {
  return std::ranges::find(fields, code, &Fields::value_type::first) != fields.end();
}

bool decode_row_description(Bytes body, std::vector<Column>& columns) {
  ByteReader reader(body);
  const auto count = reader.be<std::uint16_t>();
  if (reader.failed() || count > reader.remaining() / 19) return false;
  columns.clear();
  for (std::uint16_t i = 0; i < count && !reader.failed(); ++i) {
    Column& column = columns.emplace_back();
    column.name = c_string(reader);
    column.table = reader.be<std::uint32_t>();
    column.attribute = reader.be<std::uint16_t>();
    column.type = reader.be<std::uint32_t>();
    column.length = static_cast<std::int16_t>(reader.be<std::uint16_t>());
    column.modifier = static_cast<std::int32_t>(reader.be<std::uint32_t>());
    const auto format = reader.be<std::uint16_t>();
    if (format > 1) return false;
    column.format = static_cast<Format>(format);
  }
  return reader.complete();
}

bool decode_data_row(Bytes body, Cells& cells) {
  ByteReader reader(body);
  const auto count = reader.be<std::uint16_t>();
  if (reader.failed() || count > reader.remaining() / 4) return false;
  cells.clear();
  for (std::uint16_t i = 0; i < count; ++i) {
    const auto length = reader.be<std::uint32_t>();
    if (length == null_field_length)
      cells.emplace_back(std::nullopt);
    else
      cells.emplace_back(as_text(reader.take(length)));
  }
  return reader.complete();
}

bool decode_fields(Bytes body, Fields& fields) {
  ByteReader reader(body);
  while (true) {
    const auto code = reader.be<std::uint8_t>();
    if (code == 0) return reader.complete();
    fields.emplace_back(static_cast<char>(code), c_string(reader));
    if (reader.failed()) return false;
  }
}

bool decode_parameter_description(Bytes body, std::vector<Oid>& types) {
  ByteReader reader(body);
  const auto count = reader.be<std::uint16_t>();
  if (reader.failed() || count > reader.remaining() / 4) return false;
  types.clear();
  for (std::uint16_t i = 0; i < count; ++i) types.push_back(reader.be<std::uint32_t>());
  return reader.complete();
}

bool decode_parameter_status(Bytes body, std::string& name, std::string& value) {
  ByteReader reader(body);
  name = c_string(reader);
  value = c_string(reader);
  return reader.complete();
}

bool decode_command_complete(Bytes body, std::string& tag) {
  ByteReader reader(body);
  tag = c_string(reader);
  return reader.complete();
}

bool decode_copy_response(Bytes body, CopyResponse& response) {
  ByteReader reader(body);
  const auto format = reader.be<std::uint8_t>();
  const auto count = reader.be<std::uint16_t>();
  if (reader.failed() || format > 1 || count > reader.remaining() / 2) return false;
  response = {static_cast<Format>(format), {}};
  for (std::uint16_t i = 0; i < count; ++i)
    response.columns.push_back(reader.be<std::uint16_t>() == 1 ? Format::binary : Format::text);
  return reader.complete();
}

void encode_empty(char type, Octets& out) {
  FrameWriter(out, type).finish();
}

void encode_row_description(const std::vector<Column>& columns, Octets& out) {
  FrameWriter writer(out, 'T');
  writer.be(static_cast<std::uint16_t>(columns.size()));
  for (const Column& column : columns) {
    writer.c_string(column.name);
    writer.be(column.table);
    writer.be(column.attribute);
    writer.be(column.type);
    writer.be(static_cast<std::uint16_t>(column.length));
    writer.be(static_cast<std::uint32_t>(column.modifier));
    writer.be(static_cast<std::uint16_t>(column.format));
  }
  writer.finish();
}

void encode_command_complete(std::string_view tag, Octets& out) {
  FrameWriter writer(out, 'C');
  writer.c_string(tag);
  writer.finish();
}

void encode_fields(char type, const Fields& fields, Octets& out) {
  FrameWriter writer(out, type);
  for (const auto& [code, value] : fields) {
    writer.byte(static_cast<std::uint8_t>(code));
    writer.c_string(value);
  }
  writer.byte(0);
  writer.finish();
}

void encode_parameter_status(std::string_view name, std::string_view value, Octets& out) {
  FrameWriter writer(out, 'S');
  writer.c_string(name);
  writer.c_string(value);
  writer.finish();
}

void encode_parameter_description(const std::vector<Oid>& types, Octets& out) {
  FrameWriter writer(out, 't');
  writer.be(static_cast<std::uint16_t>(types.size()));
  for (const Oid type : types) writer.be(type);
  writer.finish();
}

void encode_ready_for_query(char status, Octets& out) {
  FrameWriter writer(out, 'Z');
  writer.byte(static_cast<std::uint8_t>(status));
  writer.finish();
}

void encode_notification(std::uint32_t process_id, std::string_view channel,
                         std::string_view payload, Octets& out) {
  FrameWriter writer(out, 'A');
  writer.be(process_id);
  writer.c_string(channel);
  writer.c_string(payload);
  writer.finish();
}

void encode_backend_key_data(std::uint32_t process_id, Bytes key, Octets& out) {
  FrameWriter writer(out, 'K');
  writer.be(process_id);
  writer.bytes(key);
  writer.finish();
}

void encode_copy_response(char type, const CopyResponse& response, Octets& out) {
  FrameWriter writer(out, type);
  writer.byte(static_cast<std::uint8_t>(response.format));
  writer.be(static_cast<std::uint16_t>(response.columns.size()));
  for (const Format format : response.columns) writer.be(static_cast<std::uint16_t>(format));
  writer.finish();
}

void encode_authentication(std::uint32_t code, Bytes data, Octets& out) {
  FrameWriter writer(out, 'R');
  writer.be(code);
  writer.bytes(data);
  writer.finish();
}

void encode_cell(std::optional<std::string_view> cell, ByteWriter& writer) {
  if (!cell) return writer.be(null_field_length);
  writer.be(static_cast<std::uint32_t>(cell->size()));
  writer.text(*cell);
}

}  // namespace understudy::postgres
