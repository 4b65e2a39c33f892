// The one list of protocols. The only place that names all of them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/protocol.hpp"

namespace understudy {

[[nodiscard]] std::span<const Protocol* const> protocols() noexcept;
/// Null for an unknown name.
[[nodiscard]] const Protocol* find_protocol(std::string_view name) noexcept;
[[nodiscard]] std::vector<std::string> protocol_names();

}  // namespace understudy
