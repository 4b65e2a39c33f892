// Keys of documents that people write: one that nobody reads is a typing error.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/analyser.hpp"

namespace understudy::mysql {

/// Reports each key of `document`, a map, that is not among `known`.
inline void report_unknown_keys(const Document& document,
                                std::initializer_list<std::string_view> known,
                                const std::string& path, std::vector<Problem>& problems) {
  for (const auto& [key, value] : document.items()) {
    if (std::ranges::find(known, std::string_view(key)) != known.end()) continue;
    std::string names;
    for (const std::string_view name : known) (names += names.empty() ? "" : ", ") += name;
    problems.push_back({path + "/" + key, "unknown key `" + key + "`", "known are " + names});
  }
}

}  // namespace understudy::mysql
