// Which definitions are known to succeed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocols/postgres/emulator/rules.hpp"

namespace understudy::postgres::emulation {

/// The tag with which it will be answered, where it is known that it succeeds without a notice:
/// CREATE TABLE, CREATE INDEX, ALTER TABLE that adds columns and constraints to a table without
/// rows, DROP TABLE. `pattern`: its text, for what its tree does not tell.
[[nodiscard]] std::optional<std::string> tag_of_definition(const sql::tree::Statement& statement,
                                                           std::string_view pattern,
                                                           sql::contents::Contents& contents,
                                                           const ServerRules& rules,
                                                           const Depended& depended);

}  // namespace understudy::postgres::emulation
