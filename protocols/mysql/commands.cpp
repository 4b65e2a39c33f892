#include "protocols/mysql/commands.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/mysql/lenenc.hpp"
#include "protocols/mysql/parameters.hpp"

namespace understudy::mysql {

namespace {

// Those that are looked up by their name and octets.
struct PlainCommand {
  std::uint8_t code;
  std::string_view name;
};
constexpr PlainCommand plain_commands[] = {
    {0x07, "COM_REFRESH"},     {0x08, "COM_SHUTDOWN"},        {0x0C, "COM_PROCESS_KILL"},
    {0x12, "COM_BINLOG_DUMP"}, {0x13, "COM_TABLE_DUMP"},      {0x15, "COM_REGISTER_SLAVE"},
    {0x1D, "COM_DAEMON"},      {0x1E, "COM_BINLOG_DUMP_GTID"}};

}  // namespace

Reply reply_to(Command command) noexcept {
  switch (command) {
    case Command::quit:
    case Command::stmt_send_long_data:
    case Command::stmt_close:
      return Reply::none;
    case Command::init_db:
    case Command::create_db:
    case Command::drop_db:
    case Command::refresh:
    case Command::shutdown:
    case Command::process_kill:
    case Command::debug:
    case Command::ping:
    case Command::stmt_reset:
    case Command::set_option:
    case Command::reset_connection:
      return Reply::ok;
    case Command::query:
    case Command::process_info:
    case Command::stmt_execute:
    case Command::stmt_bulk_execute:
      return Reply::results;
    case Command::field_list:
      return Reply::columns;
    case Command::statistics:
      return Reply::text;
    case Command::change_user:
      return Reply::handshake;
    case Command::stmt_prepare:
      return Reply::prepared;
    case Command::stmt_fetch:
      return Reply::rows;
  }
  return Reply::ok;  // or an error, which is what most servers say to a command that they don't
                     // know
}

std::string command_name(std::uint8_t code) {
  const auto known = std::ranges::find(plain_commands, code, &PlainCommand::code);
  return known != std::end(plain_commands) ? std::string(known->name)
                                           : fmt::format("0x{:02x}", code);
}

std::string to_hex(std::string_view octets) {
  std::string text;
  for (const char octet : octets) text += fmt::format("{:02x}", static_cast<unsigned char>(octet));
  return text;
}

namespace {

enum class Names : std::uint8_t { absent, present };

// Types (and with query attributes names) of parameters, in place.
bool read_types(ByteReader& reader, std::size_t count, Names names,
                std::vector<ParameterType>& types) {
  types.clear();
  for (std::size_t i = 0; i < count && !reader.failed(); ++i) {
    ParameterType type;
    type.type = static_cast<FieldType>(reader.le(1));
    type.is_unsigned = (reader.le(1) & 0x80) != 0;
    if (names == Names::present) (void)read_lenenc_bytes(reader);
    types.push_back(type);
  }
  return !reader.failed();
}

// Skips one value of a query attribute.
void skip_value(ByteReader& reader, FieldType type) {
  if (is_integer(type))
    (void)reader.take(integer_width(type));
  else if (type == FieldType::float_)
    (void)reader.take(4);
  else if (type == FieldType::double_)
    (void)reader.take(8);
  else if (type == FieldType::null)
    return;
  else
    (void)read_lenenc_bytes(reader);
}

bool is_null(Bytes bitmap, std::size_t index) noexcept {
  return (bitmap[index / 8] >> (index % 8) & 1) != 0;
}

}  // namespace

std::optional<std::string_view> query_text(Bytes body, const Negotiated& negotiated) {
  if (!negotiated.has(capability::query_attributes)) return as_text(body);
  ByteReader reader(body);
  const auto count = static_cast<std::size_t>(read_lenenc(reader));
  (void)read_lenenc(reader);
  if (reader.failed() || count > reader.remaining()) return std::nullopt;
  if (count > 0) {
    const Bytes nulls = reader.take((count + 7) / 8);
    std::vector<ParameterType> types;
    if (reader.le(1) != 1 || !read_types(reader, count, Names::present, types)) return std::nullopt;
    for (std::size_t i = 0; i < count; ++i)
      if (!is_null(nulls, i)) skip_value(reader, types[i].type);
  }
  if (reader.failed()) return std::nullopt;
  return as_text(reader.rest());
}

std::uint32_t statement_id(Bytes body) noexcept {
  ByteReader reader(body);
  return static_cast<std::uint32_t>(reader.le(4));
}

bool append_long_data(Bytes body, std::size_t count, std::size_t cap, Binding& binding) {
  ByteReader reader(body);
  (void)reader.take(4);
  const auto index = static_cast<std::size_t>(reader.le(2));
  if (reader.failed() || index >= count) return false;
  binding.long_data.resize(count);
  std::string& data =
      binding.long_data[index] ? *binding.long_data[index] : binding.long_data[index].emplace();
  if (reader.remaining() > cap - std::min(cap, data.size())) return false;
  data += as_text(reader.rest());
  return true;
}

bool decode_execution(Bytes body, std::size_t count, const Negotiated& negotiated, Binding& binding,
                      Execution& execution) {
  ByteReader reader(body);
  execution.statement = static_cast<std::uint32_t>(reader.le(4));
  execution.flags = static_cast<std::uint8_t>(reader.le(1));
  (void)reader.take(4);  // the iteration count, always 1
  execution.parameters.clear();
  if (reader.failed()) return false;
  const bool attributes = negotiated.has(capability::query_attributes);
  std::size_t sent = count;
  if (attributes && (count > 0 || (execution.flags & parameter_count_available) != 0))
    sent = static_cast<std::size_t>(read_lenenc(reader));
  if (sent == 0 && count == 0) return !reader.failed();
  if (reader.failed() || sent < count || sent > reader.remaining() * 8) return false;
  const Bytes nulls = reader.take((sent + 7) / 8);
  if (reader.le(1) == 1 &&
      !read_types(reader, sent, attributes ? Names::present : Names::absent, binding.types))
    return false;
  if (reader.failed() || binding.types.size() < count) return false;
  binding.long_data.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    Parameter& parameter = execution.parameters.emplace_back();
    if (binding.long_data[i])
      set_string(parameter, binding.types[i].type, *binding.long_data[i]);
    else if (!is_null(nulls, i))
      read_parameter(reader, binding.types[i], parameter);
  }
  return !reader.failed();
}

}  // namespace understudy::mysql
