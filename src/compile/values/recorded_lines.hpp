// What is said in a recording, line by line, as align() lays it beside that of another one.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "compile/model/steps.hpp"
#include "compile/values/request_parts.hpp"

namespace understudy::compile {

using AlignedValues = std::vector<std::string>;

/// A step that goes into the table, with its generated values.
struct Line {
  std::uint32_t service = 0;
  const Protocol* protocol = nullptr;
  const Step* step = nullptr;
  std::string mask{};
  AlignedValues asked{};
  Document answer{};  ///< null where it shows none
};

struct RecordedLines {
  std::vector<Line> lines;  ///< in order of time
  std::set<std::string> values;
  std::set<std::string> constants;  ///< by a pin
};

/// By number of the recording. Refers to the steps of the services.
[[nodiscard]] std::map<std::uint32_t, RecordedLines> recordings_of(
    std::span<const LoadedService> services);

[[nodiscard]] RequestParts parts_of(const Line& line);
/// Generated values and placeholders: a server gives out secrets of its own.
[[nodiscard]] AlignedValues values_in(const Document& answer);

/// All texts that a recording has, as parts of requests or of answers.
using AllTexts = std::unordered_set<std::string>;
[[nodiscard]] AllTexts texts_of(const RecordedLines& recording);

}  // namespace understudy::compile
