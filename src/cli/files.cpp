#include "cli/files.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "cli/console.hpp"

namespace understudy::cli {

bool write_file(const std::filesystem::path& file, Bytes octets) {
  std::filesystem::path beside = file;
  beside += fmt::format(".{}.new", getpid());
  std::FILE* stream = std::fopen(beside.c_str(), "wbe");
  bool written =
      stream != nullptr && std::fwrite(octets.data(), 1, octets.size(), stream) == octets.size();
  int reason = errno;
  if (stream != nullptr && std::fclose(stream) != 0 && written) {
    written = false;
    reason = errno;
  }
  std::error_code error(reason, std::generic_category());
  if (written) std::filesystem::rename(beside, file, error);
  if (written && !error) return true;
  complain(fmt::format("{}: can't be written: {}", file.string(), error.message()));
  std::error_code ignored;
  std::filesystem::remove(beside, ignored);
  return false;
}

}  // namespace understudy::cli
