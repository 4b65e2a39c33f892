// The YAML documents of a mock set's `rules/`, whatever they are.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "store/shape.hpp"

namespace understudy::store {

struct RuleDocument {
  const Document& document;
  Shape& shape;
  const YamlSlice& slice;
  const std::string& file;
  int line = 0;
};

/// Files in name order, documents in the order of each. What can't be read is reported.
void each_rule_document(const std::filesystem::path& mock_set, Diagnostics& problems,
                        const std::function<void(const RuleDocument&)>& take);

}  // namespace understudy::store
