#include "store/rule_folder.hpp"

#include <algorithm>

#include "store/file.hpp"

namespace understudy::store {
namespace {

using Take = std::function<void(const RuleDocument&)>;

void each_of_file(const std::filesystem::path& path, Diagnostics& problems, const Take& take) {
  const std::string file = path.string();
  std::string problem;
  const auto text = read_file(path, Links::follow, problem);
  if (!text) {
    problems.push_back({.file = file, .what = problem, .hint = ""});
    return;
  }
  YamlStream stream(*text);
  while (const auto slice = stream.next()) {
    int line = 0;
    const auto document = parse_slice(*slice, file, {}, problems, line);
    if (!document) continue;
    Shape shape(*slice, line, file, problems);
    take({*document, shape, *slice, file, line});
  }
}

}  // namespace

void each_rule_document(const std::filesystem::path& mock_set, Diagnostics& problems,
                        const Take& take) {
  const std::filesystem::path folder = mock_set / "rules";
  try {
    std::string problem;
    auto files = files_in(folder, ".yaml", problem);
    if (!problem.empty())
      problems.push_back(
          {.file = folder.string(), .what = problem, .hint = "check its permissions"});
    std::ranges::sort(files, [](const auto& a, const auto& b) {
      return a.filename().string() < b.filename().string();
    });
    for (const auto& file : files) each_of_file(file, problems, take);
  } catch (const std::exception& failure) {
    problems.push_back({.file = folder.string(), .what = failure.what(), .hint = ""});
  }
}

}  // namespace understudy::store
