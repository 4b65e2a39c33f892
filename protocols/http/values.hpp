// Where the values of a request stand, and what it does with them.
#pragma once

#include <string>
#include <string_view>

#include "understudy/values.hpp"

namespace understudy::http {

/// See Protocol::map_values: the path, the query's values, the fields but for credentials, and the
/// body (the text of JSON as a whole, each field of a form, each part). POST, PUT and PATCH make
/// what is in their body, PUT its path too.
[[nodiscard]] std::string map_values(std::string_view canonical, const ValueMap& map);

}  // namespace understudy::http
