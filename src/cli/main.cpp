#include <fmt/format.h>

#include <cstdio>
#include <exception>

#include "cli/commands.hpp"
#include "cli/exit_status.hpp"

int main(int argc, char** argv) {
  using namespace understudy::cli;
  try {
    const std::variant<Command, int> parsed = parse(argc, argv);
    if (const int* status = std::get_if<int>(&parsed)) return *status;
    return std::visit([](const auto& options) { return run_command(options); },
                      std::get<Command>(parsed));
  } catch (const std::exception& error) {
    fmt::print(stderr, "understudy: {}\n", error.what());
    return failed;
  }
}
