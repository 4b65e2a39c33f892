// What the tests of the store share.
#pragma once

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <unistd.h>

#include <fmt/format.h>

#include "store/yaml.hpp"

namespace understudy::store {

/// A folder of its own that is removed with its content at the end of the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "understudy-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  std::filesystem::path write(const std::filesystem::path& name, std::string_view content) const {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    return file;
  }

 private:
  std::filesystem::path path_;
};

inline std::string content_of(const std::filesystem::path& file) {
  std::ostringstream content;
  content << std::ifstream(file, std::ios::binary).rdbuf();
  return content.str();
}

/// Equality that tells 1 from 1.0, -0.0 from 0.0, and knows NaN: Document's own does not.
inline bool same(const Document& a, const Document& b) {
  if (a.is_number_integer() && b.is_number_integer()) return a == b;
  if (a.type() != b.type()) return false;
  if (a.is_number_float()) {
    const auto x = a.get<double>();
    const auto y = b.get<double>();
    return (std::isnan(x) && std::isnan(y)) || std::memcmp(&x, &y, sizeof x) == 0;
  }
  if (!a.is_structured()) return a == b;
  if (a.size() != b.size()) return false;
  for (auto x = a.begin(), y = b.begin(); x != a.end(); ++x, ++y)
    if ((a.is_object() && x.key() != y.key()) || !same(*x, *y)) return false;
  return true;
}

inline std::string written(const Document& document) {
  std::string text;
  write_yaml(text, document);
  return text;
}

/// The one document of `text`; discarded where it is unsound.
inline Document read_one(std::string_view text) {
  Diagnostics problems;
  YamlReader reader(text, "test.yaml");
  auto document = reader.next(problems);
  if (!document || !problems.empty() || !reader.at_end())
    return Document(Document::value_t::discarded);
  return *document;
}

inline std::string all(const Diagnostics& problems) {
  std::string text;
  for (const Diagnostic& problem : problems) text += to_string(problem) + "\n";
  return text;
}

/// Everything that is wrong with a stream.
inline std::string problems_of(std::string_view text) {
  Diagnostics problems;
  YamlReader reader(text, "test.yaml");
  while (!reader.at_end()) static_cast<void>(reader.next(problems));
  return all(problems);
}

}  // namespace understudy::store
