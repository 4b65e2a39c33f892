// A step with all that it says of keys and rows. Of a million steps that would fill the memory, so
// that each keeps it packed, and a pass unpacks the one that it looks at.
#pragma once

#include "compile/model/steps.hpp"

namespace understudy::compile {

struct FullStep {
  explicit FullStep(const Step& step);

  const StepAnalysis& analysis;  ///< borrowed from the step, which outlives it
  std::uint32_t recording = 0, connection = 0;
  // As Analysis has them.
  std::vector<KeyPath> reads, contents, writes, writes_otherwise;
  std::vector<Determined> determined;
  RowFacts rows;
};

/// Keeps of an analysis what passes need, but for Analysis::settled.
void keep_analysis(Analysis analysis, Step& step);

}  // namespace understudy::compile
