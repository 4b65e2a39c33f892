// What names of tables mean in a session.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/emulator/shared.hpp"
#include "protocols/sql/contents/table.hpp"
#include "protocols/sql/tree/tree.hpp"

namespace understudy::postgres::emulation {

/// The key of a table in the catalogue: `orders`, of another schema than public `sales.orders`.
[[nodiscard]] std::string key_of(const sql::tree::Name& name);

/// The same where names without a schema are looked up in these, one after the other. Throws Unsure
/// where it is not known whether an earlier one has it.
[[nodiscard]] std::string key_in(const sql::tree::Name& name, const std::vector<std::string>& path,
                                 const sql::contents::TableBook& book);

/// The schemas of a search_path as SHOW prints it; nothing where a name has a form that is not
/// read. `$user` is left out.
[[nodiscard]] std::optional<std::vector<std::string>> schemas_of_path(std::string_view path);

}  // namespace understudy::postgres::emulation
