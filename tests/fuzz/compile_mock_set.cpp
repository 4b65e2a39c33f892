// A whole mock set, its files behind lines `=== PATH`: flaws are told, and what compiles answers
// its own recording, near misses included.
#include <cstdint>
#include <cstdlib>

#include "compile/pipeline.hpp"
#include "protocols/registry.hpp"
#include "store/support.hpp"

using namespace understudy;

namespace {

constexpr std::string_view mark = "=== ";

/// Only where a mock set has files.
bool is_place(std::string_view path) {
  for (const std::string_view folder :
       {"understudy.yaml", "sessions/", "rules/", "schema/", "snapshot/"})
    if (path.starts_with(folder) && path.find("..") == std::string_view::npos &&
        path.find('\0') == std::string_view::npos && path.size() < 80 && !path.ends_with('/'))
      return true;
  return false;
}

void write_files(const store::TemporaryFolder& folder, std::string_view text) {
  while (text.starts_with(mark)) {
    const std::size_t line = std::min(text.find('\n'), text.size());
    const std::string_view path = text.substr(mark.size(), line - std::min(line, mark.size()));
    text.remove_prefix(std::min(line + 1, text.size()));
    const std::size_t next = std::min(text.find("\n=== "), text.size());
    const std::string_view content = text.substr(0, std::min(next + 1, text.size()));
    text.remove_prefix(content.size());
    std::error_code failure;
    const auto file = folder.path() / path;
    if (is_place(path) && !std::filesystem::exists(file, failure)) {
      std::filesystem::create_directories(file.parent_path(), failure);
      if (!failure) folder.write(std::string(path), content);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const store::TemporaryFolder folder;
  write_files(folder, as_text(Bytes(data, std::min<std::size_t>(size, 16384))));
  Diagnostics problems;
  const auto compiled = compile::compile_mock_set(folder.path(), protocols(), problems);
  if (!compiled && problems.empty()) std::abort();
  return 0;
}
