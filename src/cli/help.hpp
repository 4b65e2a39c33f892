// What `--help` says beside the options.
#pragma once

#include <string_view>

namespace understudy::cli {

struct Help {
  std::string_view name;
  std::string_view summary;      ///< one line, for the list of commands
  std::string_view synopsis;     ///< behind the command's name
  std::string_view description;  ///< paragraphs
  std::string_view exit_status;
  std::string_view examples;
};

extern const Help program_help;
extern const Help record_help;
extern const Help snapshot_help;
extern const Help compile_help;
extern const Help learn_help;
extern const Help serve_help;
extern const Help run_help;
extern const Help inspect_help;
extern const Help explain_help;
extern const Help ca_help;
extern const Help completion_help;

}  // namespace understudy::cli
