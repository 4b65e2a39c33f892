// Rule files: exchanges that a person wrote, `rules/*.yaml`.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/diagnostic.hpp"
#include "understudy/document.hpp"

namespace understudy::store {

/// One rule. `request` and `answer` are spelled as in session files; in `request` a map with the
/// one key `any`, `regex`, `one_of`, `uuid`, `time` or `range` stands for a predicate
/// (docs/rules.md).
struct Rule {
  std::string service;
  Document request;
  Document answer;
  int priority = 0;  ///< the higher wins; among equals the first in file order
  std::string file;
  int line = 0;
  std::string yaml;   ///< the document as it stands in the file
  int yaml_line = 1;  ///< of its first octet

  /// The line of a node, for a problem's path; that of the rule where the pointer leads nowhere.
  [[nodiscard]] int line_of(std::string_view json_pointer) const;
};

/// All rules of a mock set, files in name order. Every problem is reported, the rest is returned.
[[nodiscard]] std::vector<Rule> read_rules(const std::filesystem::path& mock_set,
                                           Diagnostics& problems);

}  // namespace understudy::store
