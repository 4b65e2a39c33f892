// Expressions as SQLite's, with the types that the server gives them: what all families of
// expressions share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocols/sql/emulator/translator.hpp"

namespace understudy::sql::emulator {

inline constexpr ColumnType boolean_type{TypeKind::boolean};

[[nodiscard]] Typed typed(std::string sql, ColumnType type, bool soft = false);
/// It is no longer the plain column that it was.
void forget_origin(Typed& value);
/// What a whole number of that type may be.
[[nodiscard]] Typed::Range limits_of(TypeKind kind);
[[nodiscard]] ColumnType wider(ColumnType a, ColumnType b);
[[nodiscard]] std::string joined(const std::vector<std::string>& parts, std::string_view between);

/// As SQLite spells it. Throws Unsure for what it does not have alike.
[[nodiscard]] const char* spelled(tree::Operator op);
[[nodiscard]] bool is_order(tree::Operator op);
[[nodiscard]] bool is_comparison(tree::Operator op);
[[nodiscard]] bool is_moment(TypeKind kind);
/// What stands behind an item of ORDER BY.
[[nodiscard]] std::string suffix_of(bool descending, bool nulls_first);
/// Whether no two rows have it alike: what is written so is the primary key.
[[nodiscard]] bool is_key(const std::string& sql, const ScopeRelation& relation);
/// Throws where equal values may be kept otherwise, so that they can't be compared.
void require_comparable(const ColumnType& type);

/// The server may find out which of them it is before it describes the column, and then tells the
/// length of that one: throws where they differ in it.
void require_one_length(const std::vector<Typed>& values);

}  // namespace understudy::sql::emulator
