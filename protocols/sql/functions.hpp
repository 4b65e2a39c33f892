// What is known of functions by their name.
#pragma once

#include <cstdint>
#include <string_view>

namespace understudy::sql {

enum class FunctionEffect : std::uint8_t {
  unknown,   ///< may read anything
  pure,      ///< a matter of its arguments, the clock or chance
  sequence,  ///< moves a sequence
  advisory,  ///< takes or gives back a lock that no table knows of
};

/// `name` in lower case, without schema.
[[nodiscard]] FunctionEffect effect_of_function(std::string_view name) noexcept;

/// The same of a function of MySQL or MariaDB.
[[nodiscard]] FunctionEffect effect_of_mysql_function(std::string_view name) noexcept;

/// Whether a view of MySQL's catalogue, both names in lower case, shows more than definitions.
[[nodiscard]] bool catalogue_counts_rows(std::string_view database, std::string_view table);

}  // namespace understudy::sql
