// What `inspect` looks into.
#pragma once

#include <string>

#include "cli/options.hpp"
#include "understudy/document.hpp"

namespace understudy::cli {

/// Sessions and exchanges, from the session files.
[[nodiscard]] int inspect_mock_set(const InspectOptions& options);
/// Where the session files hold placeholders, and what looks like a secret.
[[nodiscard]] int inspect_secrets(const InspectOptions& options);
/// Services and requests, from a compiled table.
[[nodiscard]] int inspect_table(const InspectOptions& options);

/// `text` without line breaks, cut to what a terminal shows well.
[[nodiscard]] std::string line_of(std::string text);

}  // namespace understudy::cli
