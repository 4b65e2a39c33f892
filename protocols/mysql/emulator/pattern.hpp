// What a canonical request of MySQL's is made of, as the emulator takes it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocols/sql/emulator/request.hpp"
#include "protocols/sql/tree/tree.hpp"

namespace understudy::mysql::emulation {

/// The pattern of a SqlRequest: what stands before a statement, and the statement.
struct Pattern {
  std::optional<std::string_view> database;  ///< nothing: the service's main one
  std::string_view sources;                  ///< JSON: what user variables were made of
  std::string_view statement;
};
[[nodiscard]] Pattern take_apart(std::string_view pattern);

/// `session` of the request are its settings that are not the usual ones.
[[nodiscard]] sql::emulator::SqlRequest read_request(std::string_view canonical,
                                                     std::string_view qualifier);

/// The values of user variables that were made of literals, in place of the variables.
void put_sources_in(std::string_view sources, sql::tree::Statement& statement);

/// What the values of these variables are: of numbers no more than that they are some.
[[nodiscard]] std::string kinds_of_sources(std::string_view sources);

/// The class of a value that is written so.
[[nodiscard]] sql::ValueClass class_of(const sql::tree::Literal& literal) noexcept;

}  // namespace understudy::mysql::emulation
