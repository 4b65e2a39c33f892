#include "compile/values/recorded_lines.hpp"

#include <algorithm>
#include <utility>

#include "compile/values/varying.hpp"
#include "match/masked.hpp"

namespace understudy::compile {
namespace {

void add_texts(const Document& document, AllTexts& texts) {
  if (document.is_structured()) {
    for (const auto& item : document) add_texts(item, texts);
    return;
  }
  if (!document.is_string()) return;
  const auto& text = document.get_ref<const std::string&>();
  for (const match::Part& part : match::parts_of(text))
    texts.insert(text.substr(part.begin, part.size));
}

Line read_line(const LoadedService& service, std::uint32_t number, const Step& step,
               RecordedLines& recording) {
  const auto masked = match::mask(*service.protocol, step.analysis.identity.canonical);
  Line line{number, service.protocol, &step, masked.mask, {}, answer_of(step)};
  for (const auto& value : masked.values) {
    line.asked.push_back(value.folded);
    const PinnedPlace* pinned = pin_of(service, masked, value);
    if (pinned != nullptr && !pinned->is_fresh(match::kind_of_folded(value.folded)))
      recording.constants.insert(value.folded);
  }
  return line;
}

}  // namespace

RequestParts parts_of(const Line& line) {
  return parts_of_request(*line.protocol, line.step->analysis.identity.canonical,
                          pattern_of(line.mask));
}

AlignedValues values_in(const Document& answer) {
  AlignedValues values;
  match::collect_values(answer, values);
  match::collect_placeholders(answer, values);
  return values;
}

AllTexts texts_of(const RecordedLines& recording) {
  AllTexts texts;
  for (const Line& line : recording.lines) {
    for (RequestPart& part : parts_of(line).parts) texts.insert(std::move(part.text));
    add_texts(line.answer, texts);
  }
  return texts;
}

std::map<std::uint32_t, RecordedLines> recordings_of(std::span<const LoadedService> services) {
  std::map<std::uint32_t, RecordedLines> recordings;
  for (std::uint32_t s = 0; s < services.size(); ++s)
    for (const Step& step : services[s].steps) {
      if (step.analysis.effect == Effect::none) continue;
      RecordedLines& recording = recordings[step.recording];
      Line line = read_line(services[s], s, step, recording);
      recording.values.insert(line.asked.begin(), line.asked.end());
      const AlignedValues shown = values_in(line.answer);
      recording.values.insert(shown.begin(), shown.end());
      recording.lines.push_back(std::move(line));
    }
  for (auto& [number, recording] : recordings)
    std::ranges::stable_sort(recording.lines, {},
                             [](const Line& line) { return line.step->began; });
  return recordings;
}

}  // namespace understudy::compile
