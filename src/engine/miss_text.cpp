#include "engine/miss_text.hpp"

#include <fmt/format.h>

#include "engine/mend.hpp"
#include "understudy/request.hpp"

namespace understudy::engine {
namespace {

using table::ServiceSection;

constexpr std::size_t shown_octets = 200;

std::string shortened(std::string text) {
  if (text.size() <= shown_octets) return text;
  std::size_t end = shown_octets;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

std::string request_text(const Protocol& protocol, std::string_view canonical) {
  return shortened(protocol.summarise(match::described(protocol, canonical)));
}

bool is_long(std::string_view canonical) {
  return canonical.size() > match::described_octets;
}

std::string_view nothing_differs(const match::NearMiss& nearest, bool compared_in_part) {
  if (nearest.other_fresh_values) return "; only values differ that each run makes anew";
  return compared_in_part ? "; one of them is too long to say in what they differ"
                          : "; only the types of its values differ";
}

std::string describe_nearest(const match::NearMiss& nearest, bool compared_in_part) {
  std::string text =
      fmt::format("nearest recorded: {} ({})", shortened(nearest.recorded), nearest.source);
  for (const match::Difference& d : nearest.differences)
    text += fmt::format("; {} differs: asked {}, recorded {}",
                        d.path.empty() ? "it" : shortened(d.path),
                        d.asked.empty() ? "nothing" : shortened(d.asked),
                        d.recorded.empty() ? "nothing" : shortened(d.recorded));
  if (nearest.difference_count > nearest.differences.size())
    text += fmt::format("; and {} more differences",
                        nearest.difference_count - nearest.differences.size());
  if (nearest.differences.empty()) text += nothing_differs(nearest, compared_in_part);
  return text;
}

/// What more there is to say where both add rows of one shape.
std::string describe_rows(const Protocol& protocol, std::string_view live,
                          std::string_view recorded) {
  if (is_long(live) || is_long(recorded)) return {};
  const auto ours = protocol.rows_of(live, {}), theirs = protocol.rows_of(recorded, {});
  if (ours.empty() || theirs.empty() || ours.size() == theirs.size() ||
      pattern_of(ours.front().canonical) != pattern_of(theirs.front().canonical))
    return {};
  return fmt::format(
      "; it adds {} rows and not {}, which is answered where several recorded rows "
      "differ in nothing but values of their own that each run makes anew, and "
      "where the answer tells their number alone",
      ours.size(), theirs.size());
}

/// In what two requests differ that read alike when they are summarised.
std::string values_text(const Protocol& protocol, std::string_view live,
                        std::string_view recorded) {
  std::string text;
  for (const match::Difference& d :
       match::differences(match::described(protocol, live), match::described(protocol, recorded)))
    text += fmt::format("{}{} {} and not {}", text.empty() ? " with " : ", ", d.path,
                        shortened(d.asked), shortened(d.recorded));
  return text;
}

std::string place(const ServiceSection& section, std::uint32_t source, std::uint32_t line) {
  return fmt::format("{}:{}", section.source_name(source), line);
}

std::string detail_of(const Protocol& protocol, const ServiceSection& section, const Doubt& doubt) {
  if (doubt.difference) return text_of(protocol, section, *doubt.difference);
  if (doubt.nearest == nullptr) return {};
  return "recorded at " + place(section, doubt.nearest->source, doubt.nearest->line);
}

}  // namespace

std::string_view text_of(MissReason reason) noexcept {
  switch (reason) {
    case MissReason::ambiguous:
      return "several recorded requests fit, and the types of its values do not tell which";
    case MissReason::unknown_state:
      return "it was recorded, but not after the writes that came before it here";
    case MissReason::uncertain:
      return "the recording does not prove which answer belongs to this state";
    case MissReason::several:
      return "it was recorded with several answers in one and the same state";
    case MissReason::unsteady:
      return "it shows the clock or chance, so that another time it is answered otherwise";
    case MissReason::commit:
      return "the recording has it fail, and not in a transaction like this one";
    case MissReason::unwatched:
      return "no recorded request depends on what it watches, so no change would be seen";
    case MissReason::waited:
      return "it waited in vain, and whether what it waits for was there before is not known";
    case MissReason::unheard:
      return "nobody who is connected here listens to it, and in the recording somebody did";
    case MissReason::asked_often:
      return "it was asked more often than in the recording, where its answer changed by itself";
    case MissReason::renamed:
      return "which recorded values those of this run stand for is not certain";
    case MissReason::unproven:
      return "it was recorded, but not with all that was asked here";
    case MissReason::unknown:
      break;
  }
  return "no recorded request equals it";
}

std::string text_of(const Protocol& protocol, const ServiceSection& section,
                    const match::StateDifference& difference) {
  const auto requests = section.requests();
  const std::string key = match::readable_key(section.key_name(difference.key));
  const auto live = match::LastWrites::request_of(difference.live);
  const std::string here = live ? request_text(protocol, section.text(requests[*live].canonical))
                                : "a request that was not recorded";
  if (!difference.recorded)
    return fmt::format("recorded before any write to {}; here {} came last", key, here);
  const auto& write = section.recorded_writes()[*difference.recorded];
  const std::string_view recorded = section.text(requests[write.request].canonical);
  std::string text = fmt::format("recorded after {} ({}); here ", request_text(protocol, recorded),
                                 place(section, write.source, write.line));
  if (!difference.live) return text + fmt::format("nothing has written to {} yet", key);
  if (live == write.request)
    return text + fmt::format("the same request came last on {}, but after other writes", key);
  text += fmt::format("{} came last on {}", here, key);
  if (live && here == request_text(protocol, recorded))
    text += values_text(protocol, section.text(requests[*live].canonical), recorded);
  return text;
}

Miss describe_miss(const Protocol& protocol, const match::PatternIndex& patterns,
                   std::string_view canonical, const Doubt& doubt) {
  const ServiceSection& section = patterns.section();
  Miss miss;
  miss.summary = fmt::format("understudy has no answer to {}: {}",
                             request_text(protocol, canonical), text_of(doubt.reason));
  miss.detail = detail_of(protocol, section, doubt);
  if (miss.detail.empty()) {
    const auto nearest = match::nearest(protocol, patterns, canonical, 1);
    if (nearest.empty()) {
      miss.detail = fmt::format("service '{}' has no recorded request like it", section.name());
    } else {
      const std::string_view recorded =
          section.text(section.requests()[nearest.front().request].canonical);
      miss.detail = describe_nearest(nearest.front(), is_long(canonical) || is_long(recorded)) +
                    describe_rows(protocol, canonical, recorded);
    }
  }
  miss.hint = fmt::format("record this flow too (understudy record MOCKSET), or add a rule: {}",
                          rule_command(protocol, section.name(), canonical));
  return miss;
}

Miss describe_guess(const Protocol& protocol, const ServiceSection& section,
                    std::string_view canonical, const Doubt& doubt,
                    const table::format::AnswerRecord* answer) {
  Miss guess;
  guess.summary = fmt::format("understudy guesses the answer to {}: {}",
                              request_text(protocol, canonical), text_of(doubt.reason));
  if (answer != nullptr)
    guess.detail = "given as recorded at " + place(section, answer->source, answer->line);
  if (doubt.difference) {
    if (!guess.detail.empty()) guess.detail += ": ";
    guess.detail += text_of(protocol, section, *doubt.difference);
  }
  guess.hint = fmt::format(
      "record this flow too (understudy record MOCKSET), or pin the answer with a rule: {}; "
      "--strict makes guesses misses, --allow guess accepts them",
      rule_command(protocol, section.name(), canonical));
  return guess;
}

}  // namespace understudy::engine
