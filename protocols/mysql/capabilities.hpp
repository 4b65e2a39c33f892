// Capability and status flags of the client/server protocol, by the names of
// the specification ("Capabilities Flags", "SERVER_STATUS_flags_enum").
#pragma once

#include <cstdint>

namespace understudy::mysql {

namespace capability {
inline constexpr std::uint32_t long_password = 1U;  ///< unset by MariaDB, whose own flags follow
inline constexpr std::uint32_t found_rows = 1U << 1;
inline constexpr std::uint32_t connect_with_db = 1U << 3;
inline constexpr std::uint32_t compress = 1U << 5;
inline constexpr std::uint32_t local_files = 1U << 7;
inline constexpr std::uint32_t ignore_space = 1U << 8;
inline constexpr std::uint32_t protocol_41 = 1U << 9;
inline constexpr std::uint32_t ssl = 1U << 11;
inline constexpr std::uint32_t secure_connection = 1U << 15;
inline constexpr std::uint32_t multi_statements = 1U << 16;
inline constexpr std::uint32_t multi_results = 1U << 17;
inline constexpr std::uint32_t ps_multi_results = 1U << 18;
inline constexpr std::uint32_t plugin_auth = 1U << 19;
inline constexpr std::uint32_t connect_attrs = 1U << 20;
inline constexpr std::uint32_t plugin_auth_lenenc = 1U << 21;
inline constexpr std::uint32_t session_track = 1U << 23;
inline constexpr std::uint32_t deprecate_eof = 1U << 24;
inline constexpr std::uint32_t optional_resultset_metadata = 1U << 25;
inline constexpr std::uint32_t zstd_compress = 1U << 26;
inline constexpr std::uint32_t query_attributes = 1U << 27;
inline constexpr std::uint32_t multi_factor = 1U << 28;
}  // namespace capability

/// MariaDB's extended flags, the last four of the greeting's reserved octets.
namespace mariadb_capability {
inline constexpr std::uint32_t progress = 1U;
inline constexpr std::uint32_t bulk_operations = 1U << 2;
inline constexpr std::uint32_t extended_metadata = 1U << 3;
inline constexpr std::uint32_t cache_metadata = 1U << 4;
}  // namespace mariadb_capability

namespace status {
inline constexpr std::uint16_t in_transaction = 0x0001;
inline constexpr std::uint16_t autocommit = 0x0002;
inline constexpr std::uint16_t more_results = 0x0008;
inline constexpr std::uint16_t no_good_index_used = 0x0010;
inline constexpr std::uint16_t no_index_used = 0x0020;
inline constexpr std::uint16_t cursor_exists = 0x0040;
inline constexpr std::uint16_t last_row_sent = 0x0080;
inline constexpr std::uint16_t database_dropped = 0x0100;
inline constexpr std::uint16_t no_backslash_escapes = 0x0200;
inline constexpr std::uint16_t ps_out_params = 0x1000;
inline constexpr std::uint16_t in_read_only_transaction = 0x2000;
inline constexpr std::uint16_t session_state_changed = 0x4000;
inline constexpr std::uint16_t ansi_quotes = 0x8000;  ///< of MariaDB
/// What belongs to the answer itself and not to the connection or the moment.
inline constexpr std::uint16_t of_answer =
    no_good_index_used | no_index_used | database_dropped | ps_out_params;
}  // namespace status

/// What a connection agreed on: the server's flags and the client's, both sets of them.
struct Negotiated {
  std::uint32_t capabilities = 0;
  std::uint32_t mariadb = 0;
  [[nodiscard]] bool has(std::uint32_t flag) const noexcept { return (capabilities & flag) != 0; }
};

}  // namespace understudy::mysql
