#include "engine/miss_text.hpp"

#include <fmt/format.h>

#include "match/near_miss.hpp"

namespace understudy::engine {
namespace {

constexpr std::size_t shown_octets = 200;

std::string shortened(std::string text) {
  if (text.size() <= shown_octets) return text;
  std::size_t end = shown_octets;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

std::string request_text(const Protocol& protocol, std::string_view canonical) {
  return shortened(protocol.summarise(protocol.describe(canonical)));
}

std::string_view reason_text(MissReason reason) {
  switch (reason) {
    case MissReason::ambiguous:
      return "several recorded requests fit and were answered differently";
    case MissReason::unknown_state:
      return "it was recorded, but not after the writes that came before it here";
    case MissReason::uncertain:
      return "the recording does not prove which answer belongs to this state";
    case MissReason::renamed:
      return "which recorded values those of this run stand for is not certain";
    case MissReason::unknown:
      break;
  }
  return "no recorded request equals it";
}

std::string describe_nearest(const match::NearMiss& nearest) {
  std::string text =
      fmt::format("nearest recorded: {} ({})", shortened(nearest.recorded), nearest.source);
  for (const match::Difference& d : nearest.differences)
    text += fmt::format("; {} differs: asked {}, recorded {}", d.path.empty() ? "it" : d.path,
                        d.asked.empty() ? "nothing" : shortened(d.asked),
                        d.recorded.empty() ? "nothing" : shortened(d.recorded));
  if (nearest.differences.empty()) text += "; the request is the same, the state differs";
  return text;
}

}  // namespace

Miss describe_miss(const Protocol& protocol, const table::ServiceSection& section,
                   std::string_view canonical, MissReason reason) {
  Miss miss;
  miss.summary = fmt::format("understudy has no answer to {}: {}",
                             request_text(protocol, canonical), reason_text(reason));
  const auto nearest = match::nearest(protocol, section, canonical, 1);
  miss.detail = nearest.empty()
                    ? fmt::format("service '{}' has no recorded request like it", section.name())
                    : describe_nearest(nearest.front());
  miss.hint = "record this flow too (understudy record), or add a rule for it under rules/";
  return miss;
}

Miss describe_guess(const Protocol& protocol, const table::ServiceSection& section,
                    std::string_view canonical, MissReason reason,
                    const table::format::AnswerRecord& answer) {
  Miss guess;
  guess.summary = fmt::format("understudy guesses the answer to {}: {}",
                              request_text(protocol, canonical), reason_text(reason));
  guess.detail =
      fmt::format("given as recorded at {}:{}", section.source_name(answer.source), answer.line);
  guess.hint =
      "record this flow too, pin the answer with a rule, or turn guesses into misses with --strict";
  return guess;
}

}  // namespace understudy::engine
