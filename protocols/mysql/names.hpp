// Names of tables and columns as keys spell them, and those of statements that are not understood.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/sql/tree/tree.hpp"

namespace understudy::mysql {

/// In small letters: whether their case matters is the server's setting.
[[nodiscard]] std::string folded(std::string_view name);
/// `table` or `schema.table`, in small letters.
[[nodiscard]] std::string spelled_name(const sql::tree::Name& name);
/// Whether more than one spelling means it: the server folds letters beyond ASCII by its own rules,
/// and a key `a.b` is table `b` of database `a`.
[[nodiscard]] bool is_odd_name(std::string_view name) noexcept;
/// Databases of the server itself, in small letters.
[[nodiscard]] bool is_catalogue(std::string_view database) noexcept;

/// Whatever stands in a text where a name could, each once: of what it says nothing more is known.
[[nodiscard]] std::vector<sql::tree::Name> names_in(std::string_view sql, sql::Mode mode);
/// The same of what has a parenthesis behind it.
[[nodiscard]] std::vector<sql::tree::Name> called_in(std::string_view sql, sql::Mode mode);
/// The table that a CREATE TABLE makes, whatever else is in it; without a name where none can be
/// read. Nothing for other statements.
[[nodiscard]] std::optional<sql::tree::Name> created_table(std::string_view sql, sql::Mode mode);

}  // namespace understudy::mysql
