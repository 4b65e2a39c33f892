// Arbitrary packets to every decoder; what a binary row says survives being written again.
#include <cstdlib>

#include "protocols/mysql/commands.hpp"
#include "protocols/mysql/handshake.hpp"
#include "protocols/mysql/responses.hpp"
#include "protocols/mysql/rows.hpp"

using namespace understudy;
using namespace understudy::mysql;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes packet(data, size);
  const Negotiated everything{0xFFFFFFFF, 0xFFFFFFFF};
  static_cast<void>(decode_greeting(packet));
  static_cast<void>(decode_handshake_response(packet, everything));
  static_cast<void>(decode_change_user(packet, everything));
  static_cast<void>(query_text(packet, everything));
  OkPacket ok;
  ErrorPacket error;
  Column column;
  static_cast<void>(decode_ok(packet, everything, ok));
  static_cast<void>(decode_error(packet, error));
  static_cast<void>(decode_column(packet, everything, column));
  for (std::size_t count = 0; count < 4; ++count) {
    Binding binding;
    Execution execution;
    static_cast<void>(decode_execution(packet, count, everything, binding, execution));
    static_cast<void>(decode_execution(packet, count, {}, binding, execution));
    static_cast<void>(append_long_data(packet, count, 1 << 16, binding));
  }
  if (size < 4) return 0;
  std::vector<Column> columns(3);
  for (std::size_t i = 0; i < 3; ++i)
    columns[i].type = static_cast<FieldType>(data[i]), columns[i].decimals = data[3] % 40;
  std::vector<mysql::Cell> cells;
  std::vector<std::string> store;
  if (!decode_binary_row(packet.subspan(4), columns, cells, store)) return 0;
  std::vector<std::uint8_t> again;
  ByteWriter writer(again);
  static_cast<void>(encode_binary_row(columns, cells, writer));
  std::vector<mysql::Cell> second;
  std::vector<std::string> second_store;
  if (!decode_binary_row(again, columns, second, second_store)) std::abort();
  return 0;
}
