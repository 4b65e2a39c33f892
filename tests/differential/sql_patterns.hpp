// What the emulator of PostgreSQL computes, as patterns: `@T` and its like stand for values, see
// SqlGenerator::value_of().
#pragma once

#include <string>
#include <vector>

namespace differential {

[[nodiscard]] const std::vector<std::string>& text_patterns();
[[nodiscard]] const std::vector<std::string>& text_conditions();
[[nodiscard]] const std::vector<std::string>& number_patterns();
[[nodiscard]] const std::vector<std::string>& moment_patterns();
[[nodiscard]] const std::vector<std::string>& moment_conditions();
[[nodiscard]] const std::vector<std::string>& array_patterns();
[[nodiscard]] const std::vector<std::string>& array_conditions();
[[nodiscard]] const std::vector<std::string>& json_patterns();
[[nodiscard]] const std::vector<std::string>& json_conditions();

}  // namespace differential
