// What every command says on standard error.
#pragma once

#include <string>

#include "engine/journal.hpp"
#include "understudy/diagnostic.hpp"

namespace understudy::cli {

/// `understudy: text`, one line on standard error.
void complain(const std::string& text);
/// Every diagnostic on a line of its own, on standard error.
void print(const Diagnostics& problems);
/// One line, with the detail and the hint indented below it, on standard error.
void print(const engine::Incident& incident);

}  // namespace understudy::cli
