// The messages of a server: encoded by the serving role, decoded by the recording one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/postgres/frame.hpp"
#include "protocols/postgres/frontend.hpp"
#include "protocols/postgres/types.hpp"

namespace understudy::postgres {

/// One field of RowDescription.
struct Column {
  std::string name;
  Oid table = 0;
  std::uint16_t attribute = 0;
  Oid type = oid::text;
  std::int16_t length = -1;
  std::int32_t modifier = -1;
  Format format = Format::text;

  friend bool operator==(const Column&, const Column&) = default;
};

/// ErrorResponse and NoticeResponse: (field code, value) in wire order.
using Fields = std::vector<std::pair<char, std::string>>;
[[nodiscard]] std::string_view field(const Fields& fields, char code) noexcept;
[[nodiscard]] bool has_field(const Fields& fields, char code) noexcept;

using Cells = std::vector<std::optional<std::string_view>>;

[[nodiscard]] bool decode_row_description(Bytes body, std::vector<Column>& columns);
[[nodiscard]] bool decode_data_row(Bytes body, Cells& cells);
[[nodiscard]] bool decode_fields(Bytes body, Fields& fields);
[[nodiscard]] bool decode_parameter_description(Bytes body, std::vector<Oid>& types);
[[nodiscard]] bool decode_parameter_status(Bytes body, std::string& name, std::string& value);
/// The tag of CommandComplete.
[[nodiscard]] bool decode_command_complete(Bytes body, std::string& tag);

struct CopyResponse {
  Format format = Format::text;
  std::vector<Format> columns;
};
[[nodiscard]] bool decode_copy_response(Bytes body, CopyResponse& response);

using Octets = std::vector<std::uint8_t>;

/// A message without a body: ParseComplete `1`, BindComplete `2`, CloseComplete `3`, NoData `n`,
/// PortalSuspended `s`, EmptyQueryResponse `I`, CopyDone `c`.
void encode_empty(char type, Octets& out);
void encode_row_description(const std::vector<Column>& columns, Octets& out);
void encode_command_complete(std::string_view tag, Octets& out);
/// `E` or `N`.
void encode_fields(char type, const Fields& fields, Octets& out);
void encode_parameter_status(std::string_view name, std::string_view value, Octets& out);
void encode_parameter_description(const std::vector<Oid>& types, Octets& out);
void encode_ready_for_query(char status, Octets& out);
void encode_backend_key_data(std::uint32_t process_id, Bytes key, Octets& out);
void encode_notification(std::uint32_t process_id, std::string_view channel,
                         std::string_view payload, Octets& out);
/// `G` or `H`.
void encode_copy_response(char type, const CopyResponse& response, Octets& out);
void encode_authentication(std::uint32_t code, Bytes data, Octets& out);
/// One field of a DataRow under way: its length and octets, or a NULL.
void encode_cell(std::optional<std::string_view> cell, ByteWriter& writer);

}  // namespace understudy::postgres
