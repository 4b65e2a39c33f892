// What SCAN and its like show: pages, whose borders and order are each server's own choice.
#pragma once

#include <string_view>

#include "protocols/redis/emulator/call.hpp"

namespace understudy::redis::emulation {

[[nodiscard]] bool is_scan(std::string_view name);

/// Whether a reply shows some keys, and others may be on other pages: two servers that hold the
/// same need not say the same.
[[nodiscard]] bool is_part_of_scan(std::string_view name, Arguments words, const Value& reply);

}  // namespace understudy::redis::emulation
