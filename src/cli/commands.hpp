// One function per command; each gives the exit status.
#pragma once

#include "cli/options.hpp"

namespace understudy::cli {

[[nodiscard]] int run_command(const RecordOptions& options);
[[nodiscard]] int run_command(const SnapshotOptions& options);
[[nodiscard]] int run_command(const CompileOptions& options);
[[nodiscard]] int run_command(const LearnOptions& options);
[[nodiscard]] int run_command(const ServeOptions& options);
[[nodiscard]] int run_command(const RunOptions& options);
[[nodiscard]] int run_command(const InspectOptions& options);
[[nodiscard]] int run_command(const ExplainOptions& options);
[[nodiscard]] int run_command(const CaOptions& options);
[[nodiscard]] int run_command(const CompletionOptions& options);

}  // namespace understudy::cli
