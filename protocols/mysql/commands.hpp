// Commands of the command phase and the parameters of COM_STMT_EXECUTE.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/mysql/capabilities.hpp"
#include "protocols/mysql/conversation.hpp"
#include "protocols/mysql/parameters.hpp"
#include "understudy/bytes.hpp"

namespace understudy::mysql {

enum class Command : std::uint8_t {
  quit = 0x01,
  init_db = 0x02,
  query = 0x03,
  field_list = 0x04,
  create_db = 0x05,
  drop_db = 0x06,
  refresh = 0x07,
  shutdown = 0x08,
  statistics = 0x09,
  process_info = 0x0A,
  process_kill = 0x0C,
  debug = 0x0D,
  ping = 0x0E,
  change_user = 0x11,
  stmt_prepare = 0x16,
  stmt_execute = 0x17,
  stmt_send_long_data = 0x18,
  stmt_close = 0x19,
  stmt_reset = 0x1A,
  set_option = 0x1B,
  stmt_fetch = 0x1C,
  reset_connection = 0x1F,
  stmt_bulk_execute = 0xFA
};

/// Of a command that is not known here as well: an OK or an error is awaited.
[[nodiscard]] Reply reply_to(Command command) noexcept;

/// How session files name a command that carries no statement: `COM_REFRESH`, `0x3f`.
[[nodiscard]] std::string command_name(std::uint8_t code);

/// Whether the octets of such a command are part of the request: not those that tell a password
/// (COM_REGISTER_SLAVE) or a number of the server's own (COM_PROCESS_KILL).
[[nodiscard]] constexpr bool keeps_octets(std::uint8_t code) noexcept {
  return code != 0x15 && code != 0x0C;
}

[[nodiscard]] std::string to_hex(std::string_view octets);

/// MariaDB: "the statement that was prepared last" in place of a statement id.
inline constexpr std::uint32_t last_prepared = 0xFFFFFFFF;

/// The text of a COM_QUERY, behind the query attributes where they were negotiated. Nothing where
/// the attributes are malformed.
[[nodiscard]] std::optional<std::string_view> query_text(Bytes body, const Negotiated& negotiated);

/// What a statement remembers from one execution to the next.
struct Binding {
  std::vector<ParameterType> types;                   ///< of the last execution that sent them
  std::vector<std::optional<std::string>> long_data;  ///< sent ahead, by parameter
};

struct Execution {
  std::uint32_t statement = 0;
  std::uint8_t flags = 0;
  std::vector<Parameter> parameters;
};

inline constexpr std::uint8_t cursor_read_only = 1;
inline constexpr std::uint8_t parameter_count_available = 8;

/// The statement id that a COM_STMT_… body begins with.
[[nodiscard]] std::uint32_t statement_id(Bytes body) noexcept;

/// Parameters of a COM_STMT_EXECUTE body for a statement of `count` parameters. Types are taken
/// from and remembered in `binding`. False where the body is malformed.
[[nodiscard]] bool decode_execution(Bytes body, std::size_t count, const Negotiated& negotiated,
                                    Binding& binding, Execution& execution);

/// COM_STMT_SEND_LONG_DATA: appends to `binding`; false where it names no parameter or too much
/// came.
[[nodiscard]] bool append_long_data(Bytes body, std::size_t count, std::size_t cap,
                                    Binding& binding);

}  // namespace understudy::mysql
