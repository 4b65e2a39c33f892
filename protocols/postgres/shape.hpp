// What is known of a statement before it is executed: the types of its
// parameters and the columns of its rows. Stored in the table by pattern, for Parse and Describe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/backend.hpp"
#include "protocols/sql/statement.hpp"
#include "understudy/bytes.hpp"

namespace understudy::postgres {

enum class ShapeKind : std::uint8_t { no_rows, rows, copy_in, copy_out };

/// One form of the answer that was recorded for a pattern. A pattern has several where the columns
/// depend on the literals (`select 1`, `select 'a'`).
struct ShapeVariant {
  std::vector<sql::ValueClass> slots;  ///< `unknown` where a parameter stood
  ShapeKind kind = ShapeKind::no_rows;
  std::string description;  ///< framed RowDescription, or CopyInResponse; may be empty

  friend bool operator==(const ShapeVariant&, const ShapeVariant&) = default;
};

/// Which facts of a session matter to the statement, see session.hpp.
struct SessionNeeds {
  enum Bit : std::uint16_t {
    database = 1,
    role = 2,
    search_path = 4,
    time_zone = 8,
    date_style = 16,
    interval_style = 32,
    bytea_output = 64,
    extra_float_digits = 128,
    client_encoding = 256,
    read_only = 512,
    block = 1024,
    session_user = 2048
  };
  std::uint16_t bits = 0;
  std::vector<std::string> settings;  ///< that the statement reads by name

  void merge(const SessionNeeds& other);
};

struct Shape {
  SessionNeeds needs;
  bool partial = false;         ///< recorded with rows left unfetched: see `partial_prefix`
  bool whole = false;           ///< recorded without: to its end, or to an error
  bool describe_fails = false;  ///< a Describe was answered by an error: see `describe_prefix`
  /// Nothing but errors of parsing was ever recorded of it, however it was sent: its identity is
  /// that of IdentityWriter::write_unparsed.
  bool never_parsed = false;
  bool clock = false;           ///< reads nothing but the clock
  std::vector<Oid> slot_types;  ///< one for each slot of the pattern; 0 where nothing is known
  std::vector<ShapeVariant> variants;
};

/// Before the pattern of a request whose rows were not all fetched: another identity than that of
/// the whole answer.
inline constexpr std::string_view partial_prefix = "first rows of: ";
/// Before the pattern of a request that was only described.
inline constexpr std::string_view describe_prefix = "describe: ";
/// Of what the server would have to make up: no table holds it.
inline constexpr std::string_view unknown_prefix = "what was not recorded of: ";

/// Among the statuses of a computed description: the types of the slots, a blank behind each.
inline constexpr std::string_view slot_types_name = "understudy.slot_types";

[[nodiscard]] std::string shape_key(std::string_view pattern);
/// Of a Query that could not be parsed as a whole: there is no content, only the key.
[[nodiscard]] std::string unparsed_key(std::string_view text);
/// Of a SET: the content is the value as the server keeps it.
[[nodiscard]] std::string set_key(std::string_view pattern);
/// Of a pattern that was recorded in a session like that one: there is no content.
[[nodiscard]] std::string session_key(std::string_view part, std::string_view pattern);
/// Of a pattern that was not only recorded in a session like the first: the content is the first
/// few such parts, a 0 behind each, an empty one for a session like the first ahead of the others.
[[nodiscard]] std::string sessions_key(std::string_view pattern);
/// Of a login that was refused: the content is the image of the error.
[[nodiscard]] std::string login_key(const std::map<std::string, std::string>& login);
[[nodiscard]] std::string encode_shape(const Shape& shape);
[[nodiscard]] std::optional<Shape> decode_shape(Bytes octets);

/// The variant whose literals are of the classes of `statement`'s, else the first; null for none.
[[nodiscard]] const ShapeVariant* choose_variant(const Shape& shape,
                                                 const sql::Statement& statement) noexcept;

/// The types of a statement's parameters: the declared ones where the client declared any, else
/// those of the shape's slots, else unspecified. One for each parameter.
[[nodiscard]] std::vector<Oid> parameter_types(const sql::Statement& statement,
                                               const std::vector<Oid>& declared,
                                               const Shape* shape);

}  // namespace understudy::postgres
