// What a built-in function does besides giving a value, by its name.
#pragma once

#include <cstdint>
#include <string_view>

#include "protocols/sql/statement.hpp"

namespace understudy::sql {

enum class FunctionUse : std::uint8_t {
  unknown,          ///< not built in: it does whatever it likes, unless the catalogue knows it
  pure,             ///< a matter of its arguments, the session, the clock or chance
  sequence,         ///< moves a sequence
  advisory_lock,    ///< takes or gives back a lock that no table knows of
  reads_anything,   ///< changes nothing
  reads_catalogue,  ///< what is defined; changes nothing
};

/// `name` in lower case, without schema.
[[nodiscard]] FunctionUse use_of_function(std::string_view name, Dialect dialect) noexcept;

}  // namespace understudy::sql
