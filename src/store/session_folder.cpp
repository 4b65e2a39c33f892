#include <charconv>

#include "store/file.hpp"
#include "store/session_file.hpp"

namespace understudy::store {

namespace {

/// `<recording>.<service>.<connection>`, the parts of a session's file name.
struct NameParts {
  std::string recording, service, connection;
};

NameParts parts_of(const std::filesystem::path& path) {
  const std::string stem = path.stem().string();
  const std::size_t first = stem.find('.');
  const std::size_t last = stem.rfind('.');
  if (first == std::string::npos) return {stem, "", ""};
  if (first == last) return {stem.substr(0, first), stem.substr(first + 1), ""};
  return {stem.substr(0, first), stem.substr(first + 1, last - first - 1), stem.substr(last + 1)};
}

bool recorded_before(const std::filesystem::path& a, const std::filesystem::path& b) {
  const NameParts x = parts_of(a);
  const NameParts y = parts_of(b);
  if (x.recording != y.recording) {
    if (natural_less(x.recording, y.recording)) return true;
    if (natural_less(y.recording, x.recording)) return false;
  }
  if (x.service != y.service) return x.service < y.service;
  if (natural_less(x.connection, y.connection)) return true;
  if (natural_less(y.connection, x.connection)) return false;
  return a.filename() < b.filename();
}

/// 7 for "r7"; 0 for any other name.
std::uint64_t recording_number(std::string_view name) {
  std::uint64_t number = 0;
  if (!name.starts_with('r')) return 0;
  const char* const end = name.data() + name.size();
  const auto [stop, failure] = std::from_chars(name.data() + 1, end, number);
  return failure == std::errc{} && stop == end ? number : 0;
}

}  // namespace

std::vector<std::filesystem::path> session_files(const std::filesystem::path& mock_set,
                                                 Diagnostics& problems) {
  const std::filesystem::path folder = mock_set / "sessions";
  std::string problem;
  auto files = files_in(folder, ".yaml", problem);
  if (!problem.empty())
    problems.push_back({.file = folder.string(), .what = problem, .hint = "check its permissions"});
  std::ranges::sort(files, recorded_before);
  return files;
}

std::string next_recording_name(const std::filesystem::path& mock_set) {
  Diagnostics ignored;
  std::uint64_t highest = 0;
  for (const auto& file : session_files(mock_set, ignored))
    highest = std::max(highest, recording_number(parts_of(file).recording));
  return fmt::format("r{}", highest + 1);
}

}  // namespace understudy::store
