// Sums of decimal fractions, where every server gets the same.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace understudy::redis::emulation {

/// The sum of two decimal numbers as INCRBYFLOAT answers it. Redis computes with `long double`,
/// which has 64 significant bits on x86 and 113 on ARM, and prints 17 decimals; so the sum is told
/// only where it comes out exact on both. Nothing for what is no plain decimal number of up to 17
/// decimals.
[[nodiscard]] std::optional<std::string> decimal_sum(std::string_view left, std::string_view right);

}  // namespace understudy::redis::emulation
