// What every command says on standard error.
#pragma once

#include <cstdint>
#include <string>

#include "engine/journal.hpp"
#include "understudy/diagnostic.hpp"

namespace understudy::cli {

/// `understudy: text`, one line on standard error.
void complain(const std::string& text);
/// Every diagnostic on a line of its own, on standard error.
void print(const Diagnostics& problems);
/// One line, with the detail and the hint indented below it, on standard error. From the second of
/// `times` on the line alone.
void print(const engine::Incident& incident, std::uint64_t times);

}  // namespace understudy::cli
