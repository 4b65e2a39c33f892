// From the paths that requests read and write to the keys of the version chains.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "compile/model/steps.hpp"
#include "table/format.hpp"

namespace understudy::compile {

using Names = std::set<std::string>;
/// Of the keys that some request depends on.
using KeyNumberByName = std::map<std::string, table::KeyId, std::less<>>;

/// Adds the keys of all writes that came to the paths.
void add_read_keys(Names& names, const std::vector<KeyPath>& paths);

/// The paths that a recording writes, sorted so that those below one are found.
class NarrowerPaths {
 public:
  explicit NarrowerPaths(const std::vector<Step>& steps);
  /// Adds the keys of what is there now at and below `path`; those of all writes that came to it
  /// where too many paths lie below.
  void add_content_keys(Names& names, const KeyPath& path) const;

 private:
  std::set<std::string> written_;  // joined
};

/// What a write does, path by path.
class WrittenPaths {
 public:
  /// Of what it determined only what does not follow from its answer, unless
  /// `answered`.
  void add(const std::vector<KeyPath>& paths, const std::vector<Determined>& determined,
           bool answered);
  /// Equal where they are.
  [[nodiscard]] std::uint64_t hash() const;
  [[nodiscard]] std::vector<table::format::AdvanceRecord> advances(
      const KeyNumberByName& tracked) const;

 private:
  using Content = table::format::AdvanceRecord;  // without its key; all zero where nothing is known
  [[nodiscard]] std::map<table::KeyId, Content> contents(const KeyNumberByName& tracked) const;

  std::map<KeyPath, Content> paths_;
};

}  // namespace understudy::compile
