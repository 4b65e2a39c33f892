// What `compile` says where nobody asks for everything: one screen.
#pragma once

#include <string>

#include "compile/pipeline.hpp"
#include "understudy/diagnostic.hpp"

namespace understudy::cli {

/// Errors first, then the first few warnings and how many more there are.
void print_few(Diagnostics problems);

/// Of how many tables it is known what they held when the recording began, and of which not: the
/// first `most` of them.
void print_held(const compile::ServiceSummary& service, std::size_t most);

/// Service by service: how much there is, which share of it is certain in each self-test, what is
/// not certain by the number of exchanges that it concerns.
void print_screen(const compile::Compiled& compiled);

/// Which share of the statements can be computed, and why not the others; of `most` reasons.
void print_coverage(const Emulator::Coverage& coverage, std::size_t most);

/// What to do next, for a mock set as the user named it.
void print_next_steps(const compile::Compiled& compiled, const std::string& mock_set);

}  // namespace understudy::cli
