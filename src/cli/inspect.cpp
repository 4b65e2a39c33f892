#include "cli/inspect.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/error_stream.hpp"
#include "cli/exit_status.hpp"

namespace understudy::cli {

std::string line_of(std::string text) {
  constexpr std::size_t shown = 160;
  for (char& c : text)
    if (c == '\n' || c == '\r') c = ' ';
  text = printable(text);
  if (text.size() <= shown) return text;
  std::size_t end = shown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

int run_command(const InspectOptions& options) {
  std::error_code error;
  const bool is_table = std::filesystem::is_regular_file(options.path, error);
  if (options.secrets && is_table) {
    complain(fmt::format("{} is a table; --secrets needs the mock set that it was made of",
                         options.path.string()));
    return usage_error;
  }
  if (options.secrets) return inspect_secrets(options);
  return is_table ? inspect_table(options) : inspect_mock_set(options);
}

}  // namespace understudy::cli
