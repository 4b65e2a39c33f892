#include "compile/values/align.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "compile/values/varying.hpp"
#include "match/masked.hpp"

namespace understudy::compile {
namespace {

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

struct Recording {
  std::vector<Line> lines;  ///< in order of time
  std::set<std::string> values;
  std::set<std::string> constants;  ///< by a pin
};

/// Generated values and placeholders: a server gives out secrets of its own.
AlignedValues values_in(const Document& answer) {
  AlignedValues values;
  match::collect_values(answer, values);
  match::collect_placeholders(answer, values);
  return values;
}

Line read_line(const LoadedService& service, std::uint32_t number, const Step& step,
               Recording& recording) {
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

std::map<std::uint32_t, Recording> recordings_of(std::span<const LoadedService> services) {
  std::map<std::uint32_t, Recording> recordings;
  for (std::uint32_t s = 0; s < services.size(); ++s)
    for (const Step& step : services[s].steps) {
      if (step.analysis.effect == Effect::none) continue;
      Recording& recording = recordings[step.recording];
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

/// Lays one recording beside an earlier one.
class Aligner {
 public:
  using Evidence = std::map<std::string, std::pair<const Line*, const Line*>>;

  Aligner(const Recording& earlier, const Recording& later) : earlier_(earlier), later_(later) {
    for (const Line& line : earlier.lines) open_[{line.service, line.mask}].push_back(&line);
  }

  void run() {
    for (const Line& line : later_.lines) pair(line);
  }

  [[nodiscard]] std::size_t paired() const noexcept { return paired_; }
  [[nodiscard]] const Alignment::Renames& names() const noexcept { return names_; }
  [[nodiscard]] const Alignment::Renames& spellings() const noexcept { return spellings_; }
  [[nodiscard]] const Evidence& evidence() const noexcept { return evidence_; }

 private:
  void pair(const Line& line) {
    // Secrets are no holes of a mask: a request is paired by those that it was asked with.
    const std::string asked = renamed_secrets(line);
    const std::string& mask = asked.empty() ? line.mask : match::mask(*line.protocol, asked).mask;
    const auto found = open_.find({line.service, mask});
    if (found == open_.end()) return;
    auto& candidates = found->second;
    for (auto candidate = candidates.begin(); candidate != candidates.end(); ++candidate) {
      const Line& theirs = **candidate;
      const auto pairs = agree(theirs.asked, line.asked);
      if (!pairs) continue;
      for (const auto& [earlier, later] : *pairs) bind(earlier, later, theirs, line);
      note_spellings(theirs, line);
      pair_answers(theirs, line);
      candidates.erase(candidate);
      ++paired_;
      return;
    }
  }

  /// The canonical request with the secrets that the earlier recording has in place of its own;
  /// empty where it has none of them.
  [[nodiscard]] std::string renamed_secrets(const Line& line) const {
    const std::string& canonical = line.step->analysis.identity.canonical;
    std::vector<std::string> secrets;
    match::find_placeholders(canonical, secrets);
    const auto is_known = [&](const std::string& secret) { return names_.contains(secret); };
    if (std::ranges::none_of(secrets, is_known)) return {};
    return match::renamed(std::string_view(canonical), [&](const std::string& value) {
      const auto found = names_.find(value);
      const bool secret = value.front() == match::folded_placeholder;
      return secret && found != names_.end() ? &found->second : nullptr;
    });
  }

  using Pairs = std::vector<std::pair<std::string, std::string>>;

  /// The pairs to bind so that the values agree one by one; nothing where they can't.
  [[nodiscard]] std::optional<Pairs> agree(const AlignedValues& earlier,
                                           const AlignedValues& later) const {
    if (earlier.size() != later.size()) return std::nullopt;
    Pairs pairs;
    for (std::size_t i = 0; i < later.size(); ++i) {
      const auto bound = names_.find(later[i]);
      if (bound != names_.end() && bound->second == earlier[i]) continue;
      if (bound != names_.end() || taken_.contains(earlier[i])) return std::nullopt;
      if (std::ranges::find(pairs, std::pair(earlier[i], later[i])) != pairs.end()) continue;
      for (const auto& [theirs, ours] : pairs)
        if (theirs == earlier[i] || ours == later[i]) return std::nullopt;
      // A value that both recordings have stands for itself.
      if (earlier[i] != later[i] && (is_fixed(earlier[i]) || is_fixed(later[i])))
        return std::nullopt;
      pairs.emplace_back(earlier[i], later[i]);
    }
    return pairs;
  }

  [[nodiscard]] bool is_fixed(const std::string& value) const {
    return (earlier_.values.contains(value) && later_.values.contains(value)) ||
           earlier_.constants.contains(value) || later_.constants.contains(value);
  }

  void bind(const std::string& earlier, const std::string& later, const Line& theirs,
            const Line& ours) {
    names_.emplace(later, earlier);
    taken_.insert(earlier);
    evidence_.emplace(earlier, std::pair(&theirs, &ours));
  }

  /// Both have equally many values.
  void note_spellings(const Line& theirs, const Line& ours) {
    if (theirs.asked == ours.asked) return;
    const auto spelled = [](const Line& line) {
      return match::spelled_values(*line.protocol, line.step->analysis.identity.canonical);
    };
    const auto earlier = spelled(theirs), later = spelled(ours);
    for (std::size_t i = 0; i < std::min(earlier.size(), later.size()); ++i)
      if (theirs.asked[i] != ours.asked[i])
        spellings_.emplace(later[i].spelled, earlier[i].spelled);
  }

  /// Of several new values of one kind in an answer nobody knows which stands for which: what a
  /// server lists, it may have put in any order.
  void pair_answers(const Line& earlier, const Line& later) {
    const AlignedValues theirs = values_in(earlier.answer), ours = values_in(later.answer);
    const auto pairs = agree(theirs, ours);
    if (!pairs || pairs->empty()) return;
    std::set<match::ValueKind> kinds;
    for (const auto& [old_value, new_value] : *pairs) {
      // A secret has a place of its own.
      const bool secret = old_value.front() == match::folded_placeholder;
      if (secret && new_value.front() == match::folded_placeholder) continue;
      const match::ValueKind kind = match::kind_of_folded(old_value);
      if (kind != match::kind_of_folded(new_value) || !kinds.insert(kind).second) return;
    }
    const Document renamed =
        match::renamed(later.answer, [&](const std::string& value) -> const std::string* {
          for (const auto& [old_value, new_value] : *pairs)
            if (new_value == value) return &old_value;
          const auto bound = names_.find(value);
          return bound == names_.end() ? nullptr : &bound->second;
        });
    if (renamed != earlier.answer) return;
    for (const auto& [old_value, new_value] : *pairs) bind(old_value, new_value, earlier, later);
  }

  const Recording& earlier_;
  const Recording& later_;
  std::map<std::pair<std::uint32_t, std::string>, std::vector<const Line*>> open_;
  Alignment::Renames names_;  // later → earlier
  Alignment::Renames spellings_;
  std::set<std::string> taken_;  // earlier values that have one
  Evidence evidence_;            // of earlier values
  std::size_t paired_ = 0;
};

std::string place_of(std::span<const LoadedService> services, const Line& line) {
  return place_of(services[line.service], *line.step);
}

}  // namespace

Alignment align(std::span<const LoadedService> services) {
  const auto recordings = recordings_of(services);
  Alignment alignment;
  std::vector<std::uint32_t> roots;
  for (const auto& [number, recording] : recordings) {
    std::size_t best = 0;
    Alignment::Renames names, spellings;
    Aligner::Evidence evidence;
    for (const std::uint32_t root : roots) {
      Aligner aligner(recordings.at(root), recording);
      aligner.run();
      if (aligner.paired() <= best) continue;
      best = aligner.paired();
      names = aligner.names();
      spellings = aligner.spellings();
      evidence = aligner.evidence();
    }
    std::erase_if(names, [](const auto& name) { return name.first == name.second; });
    if (best * 2 < recording.lines.size() || best == 0) {
      roots.push_back(number);
      continue;
    }
    if (names.empty()) continue;
    for (const auto& [later, earlier] : names) {
      const auto& [theirs, ours] = evidence.at(earlier);
      alignment.proven.try_emplace(
          earlier, Alignment::Evidence{place_of(services, *theirs), place_of(services, *ours)});
    }
    alignment.renames.emplace(number, std::move(names));
    alignment.spellings.emplace(number, std::move(spellings));
  }
  return alignment;
}

}  // namespace understudy::compile
