// What the names of tables and columns say by custom: `id` is a key, `account_id` refers to
// accounts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace understudy::compile {

/// In small letters without underscores: `account_id` and `accountId` as one.
[[nodiscard]] std::string folded_name(std::string_view name);
/// A table's name without its schema, folded, and what its singular may be.
[[nodiscard]] std::vector<std::string> singulars(std::string_view table);
/// `id`, `uuid`, and `account_id` in `accounts`.
[[nodiscard]] bool is_key_name(std::string_view table, std::string_view column);

/// `account_id`, `account`, in whatever table, as to `accounts`.
[[nodiscard]] bool may_refer(std::string_view column, std::string_view table);

}  // namespace understudy::compile
