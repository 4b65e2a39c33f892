// What a recording is, once its session files are read and analysed: the steps of each service.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/config.hpp"
#include "table/id.hpp"
#include "understudy/protocol.hpp"

namespace understudy::compile {

/// What most passes ask of an analysed exchange; as Analysis has it.
struct StepAnalysis {
  Identity identity;
  std::string session, control_name, unsteady, image;
  Effect effect = Effect::read;
  Control control = Control::none;
  bool changed = true, waited = false, understood = true;
  Sight sight = Sight::newest;
};

/// One recorded exchange, analysed.
struct Step {
  StepAnalysis analysis;
  std::string keys_and_rows;           ///< packed, see FullStep
  std::uint32_t recording = 0;         ///< number in order of first mention
  std::uint32_t connection = 0;        ///< number over all recordings of the service
  std::uint64_t began = 0, ended = 0;  ///< ticks of its recording
  std::uint32_t source = 0;            ///< number in LoadedService::sources
  std::uint32_t line = 0;
  std::int64_t recorded_at = 0;  ///< microseconds since 1970 when the session began
  /// CBOR: {request, answer}, where the answer shows values that may vary.
  std::string document;
  /// What else of the answer could have such a value in it, see compile/values/hidden.hpp.
  std::string hidden_in;
};

/// Something is missing in a recording: what came behind it is not certain.
struct RecordedGap {
  std::uint64_t since = 0;  ///< tick
  std::string reason;
  std::string place;  ///< `file:line`
};

struct Alignment;
class Pins;

using StepId = table::Id<struct StepKind>;  ///< a step of one service

struct LoadedService {
  const store::Service* service = nullptr;
  const Protocol* protocol = nullptr;
  std::unique_ptr<Analyser> analyser;
  table::ListBy<StepId, Step> steps;  ///< by recording, then by the end of the exchange
  std::vector<std::string> sources;   ///< relative to the mock set
  std::size_t sessions = 0;
  std::map<std::uint32_t, RecordedGap> gaps;  ///< of each recording the first
  Schema schema;  ///< what its catalogue and the files of Service::schema declare
  /// What there was when `held_recordings` began, and when every scope begins; nothing where that
  /// is not known, for the reason in `held_gap`.
  std::optional<Held> held;
  std::set<std::uint32_t> held_recordings;
  std::string held_gap;
  std::string declared_in;  ///< the first of these files; empty where there are none
  Document login =
      Document::object();  ///< `user` and `database` of the first session that has them
  /// Of several recordings of one flow, whose steps have the values of the first; else null.
  std::shared_ptr<const Alignment> alignment;
  std::vector<std::uint64_t> places;  ///< where values vary that look like anything: match::Places
  std::shared_ptr<const Pins> pins;   ///< of the mock set; null where there are none
};

/// Lets go of what only the passes before the table need.
void keep_for_replay(Step& step);

/// `sessions/r1.orders.001.yaml:12`
[[nodiscard]] std::string place_of(const LoadedService& service, const Step& step);

}  // namespace understudy::compile
