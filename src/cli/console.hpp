// What every command says: for a person on standard error, JSON on standard output.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/journal.hpp"
#include "understudy/diagnostic.hpp"
#include "understudy/document.hpp"

namespace understudy::cli {

/// JSON on standard output; bytes that are no text are replaced.
void print_json(const Document& document);
/// Separated by commas, for a person.
[[nodiscard]] std::string joined(const std::vector<std::string>& parts);

/// `understudy: text`, one line on standard error.
void complain(const std::string& text);
/// Every diagnostic on a line of its own, on standard error.
void print(const Diagnostics& problems);
/// One line, with the detail and the hint indented below it, on standard error. From the second of
/// `times` on the line alone.
void print(const engine::Incident& incident, std::uint64_t times);

}  // namespace understudy::cli
