#include "compile/values/align.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <memory>
#include <optional>
#include <set>

#include "compile/values/recorded_lines.hpp"
#include "match/masked.hpp"

namespace understudy::compile {
namespace {

/// A text of any look, folded.
std::string folded_text(std::string_view text) {
  return match::fold(match::ValueKind::text, text);
}
bool is_text(std::string_view folded) {
  return match::kind_of_folded(folded) == match::ValueKind::text;
}

/// A text with what is known by its looks taken out.
std::string skeleton_of(std::string_view text, AlignedValues& values) {
  std::vector<match::Token> tokens;
  match::find_tokens(text, tokens);
  std::string skeleton;
  std::size_t copied = 0;
  for (const match::Token& token : tokens) {
    values.push_back(match::fold(token.kind, text.substr(token.begin, token.size)));
    skeleton += text.substr(copied, token.begin - copied);
    skeleton += values.back().front();
    copied = token.begin + token.size;
  }
  return skeleton += text.substr(copied);
}

/// Lays one recording beside an earlier one.
class Aligner {
 public:
  using Evidence = std::map<std::string, std::pair<const Line*, const Line*>>;

  Aligner(const RecordedLines& earlier, const RecordedLines& later)
      : earlier_(earlier), later_(later) {
    for (const Line& line : earlier.lines) {
      open_[{line.service, line.mask}].push_back(&line);
      open_by_pattern_[{line.service, std::string(pattern_of(line.mask))}].push_back(&line);
    }
  }

  void run() {
    for (const Line& line : later_.lines) pair(line);
    for (const auto& [earlier, later] : pairs_) complete_texts(*earlier, *later);
  }

  [[nodiscard]] std::size_t paired() const noexcept { return pairs_.size(); }
  [[nodiscard]] const Alignment::Renames& names() const noexcept { return names_; }
  [[nodiscard]] const Alignment::Renames& spellings() const noexcept { return spellings_; }
  [[nodiscard]] const Evidence& evidence() const noexcept { return evidence_; }

  /// What is known of values that look like anything, once all is paired.
  void note_texts(Alignment& alignment) const {
    for (const auto& [service, places] : places_) {
      alignment.places.resize(std::max<std::size_t>(alignment.places.size(), service + 1));
      alignment.places[service].insert(places.begin(), places.end());
    }
    alignment.commonplace.insert(commonplace_.begin(), commonplace_.end());
    Texts ours;
    for (const auto& [later, earlier] : names_)
      if (is_text(later)) ours.add(later.substr(1));
    if (ours.empty()) return;
    Texts theirs;
    for (const auto& [later, earlier] : names_)
      if (is_text(later)) {
        theirs.add(earlier.substr(1));
        alignment.texts.add(earlier.substr(1));
      }
    std::set<const Line*> paired;
    for (const auto& [earlier, later] : pairs_) {
      paired.insert({earlier, later});
      auto shown = shown_by(*earlier, theirs), other = shown_by(*later, ours);
      for (std::string& text : other) text = names_.at(text);
      std::ranges::sort(shown);
      std::ranges::sort(other);
      std::ranges::set_symmetric_difference(
          shown, other, std::inserter(alignment.unclear, alignment.unclear.end()));
    }
    for (const Line& line : earlier_.lines)
      if (!paired.contains(&line))
        for (std::string& text : shown_by(line, theirs)) alignment.unclear.insert(std::move(text));
    for (const Line& line : later_.lines)
      if (!paired.contains(&line))
        for (const std::string& text : shown_by(line, ours))
          alignment.unclear.insert(names_.at(text));
  }

 private:
  /// The texts that an answer shows, folded.
  static std::vector<std::string> shown_by(const Line& line, const Texts& texts) {
    std::vector<std::string> shown;
    const auto take = [&](const std::string& text) { shown.push_back(folded_text(text)); };
    if (!line.answer.is_null())
      texts.each_part(line.answer, take);
    else
      texts.each_within(line.step->analysis.image, take);
    return shown;
  }

  using Pairs = std::vector<std::pair<std::string, std::string>>;

  /// An earlier line that a later one may be, with what is to be bound for that.
  struct Match {
    const Line* line = nullptr;
    Pairs pairs{};
    std::set<std::uint64_t> places{};  ///< of texts that differ
    AlignedValues values{};            ///< of the later line, texts at such places included
  };

  /// The next line of the later recording is one that differs in generated values only, or one that
  /// comes before it and differs in a text that a write makes, whatever that looks like.
  void pair(const Line& line) {
    std::optional<Match> match = match_by_looks(line);
    const bool settled = match && match->pairs.empty();
    if (!settled)
      if (auto earlier = match_by_texts(line, match ? match->line : nullptr))
        match = std::move(earlier);
    if (!match) return;
    for (const auto& [earlier, later] : match->pairs) bind(earlier, later, *match->line, line);
    note_places(line, match->places, match->values);
    note_spellings(*match->line, line);
    pair_answers(*match->line, line);
    pairs_.emplace_back(match->line, &line);
    taken_lines_.insert(match->line);
  }

  [[nodiscard]] std::optional<Match> match_by_looks(const Line& line) {
    // Secrets are no holes of a mask: a request is paired by those that it was asked with.
    const std::string asked = renamed_secrets(line);
    const std::string& mask = asked.empty() ? line.mask : match::mask(*line.protocol, asked).mask;
    const auto found = open_.find({line.service, mask});
    if (found == open_.end()) return std::nullopt;
    drop_taken(found->second);
    for (const Line* earlier : found->second) {
      if (taken_lines_.contains(earlier)) continue;
      if (auto pairs = agree(earlier->asked, line.asked))
        return Match{.line = earlier, .pairs = *std::move(pairs)};
    }
    return std::nullopt;
  }

  /// Of those that come before `end`; null: of all.
  [[nodiscard]] std::optional<Match> match_by_texts(const Line& line, const Line* end) {
    constexpr std::size_t most = 16;  // that are tried
    const auto found = open_by_pattern_.find({line.service, std::string(pattern_of(line.mask))});
    if (found == open_by_pattern_.end()) return std::nullopt;
    drop_taken(found->second);
    std::size_t tried = 0;
    for (const Line* earlier : found->second) {
      if (earlier == end || tried == most) break;
      if (taken_lines_.contains(earlier)) continue;
      ++tried;
      if (auto match = match_texts(*earlier, line)) return match;
    }
    return std::nullopt;
  }

  /// From the front, where most of them are.
  void drop_taken(std::deque<const Line*>& lines) const {
    while (!lines.empty() && taken_lines_.contains(lines.front())) lines.pop_front();
  }

  [[nodiscard]] std::optional<Match> match_texts(const Line& theirs, const Line& ours) {
    const RequestParts earlier = parts_of(theirs), later = parts_of(ours);
    if (earlier.rest != later.rest || earlier.parts.size() != later.parts.size())
      return std::nullopt;
    Match match{.line = &theirs};
    AlignedValues old_values;
    for (std::size_t i = 0; i < later.parts.size(); ++i) {
      const std::string &old_text = earlier.parts[i].text, &new_text = later.parts[i].text;
      AlignedValues old_tokens, new_tokens;
      if (skeleton_of(old_text, old_tokens) == skeleton_of(new_text, new_tokens)) {
        old_values.insert(old_values.end(), old_tokens.begin(), old_tokens.end());
        match.values.insert(match.values.end(), new_tokens.begin(), new_tokens.end());
        continue;
      }
      if (!may_be_text(later.parts[i], old_text)) return std::nullopt;
      // About something that both recordings have it says something else.
      const auto fixed = [&](const std::string& value) { return is_fixed(value); };
      if (std::ranges::any_of(old_tokens, fixed) || std::ranges::any_of(new_tokens, fixed))
        return std::nullopt;
      old_values.push_back(folded_text(old_text));
      match.values.push_back(folded_text(new_text));
      match.places.insert(later.parts[i].place);
    }
    auto pairs = agree(old_values, match.values);
    if (!pairs) return std::nullopt;
    match.pairs = *std::move(pairs);
    return match;
  }

  /// Whether what stands there may be a text that is another one in each run.
  [[nodiscard]] bool may_be_text(const RequestPart& part, const std::string& earlier) const {
    return std::min(part.text.size(), earlier.size()) >= Texts::shortest &&
           (part.role == ValueRole::made || names_.contains(folded_text(part.text)));
  }

  void note_places(const Line& line, const std::set<std::uint64_t>& places,
                   const AlignedValues& values) {
    if (places.empty()) return;
    places_[line.service].insert(places.begin(), places.end());
    for (const std::string& value : values) note_commonplace(line, value);
  }

  void note_commonplace(const Line& line, const std::string& value) {
    if (is_text(value) && match::is_commonplace(std::string_view(value).substr(1)))
      commonplace_[{line.service, line.step->source, line.step->line}].insert(value);
  }

  /// Where texts vary those count as such that look like something, by chance, in both recordings.
  void complete_texts(const Line& theirs, const Line& ours) {
    const auto places = places_.find(ours.service);
    if (places == places_.end() || theirs.asked == ours.asked) return;
    const RequestParts earlier = parts_of(theirs), later = parts_of(ours);
    for (std::size_t i = 0; i < std::min(earlier.parts.size(), later.parts.size()); ++i) {
      const std::string &old_text = earlier.parts[i].text, &new_text = later.parts[i].text;
      if (old_text == new_text || !places->second.contains(later.parts[i].place)) continue;
      const auto pairs = agree({folded_text(old_text)}, {folded_text(new_text)});
      if (!pairs) continue;
      for (const auto& [old_value, new_value] : *pairs) bind(old_value, new_value, theirs, ours);
      note_commonplace(ours, folded_text(new_text));
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
    if (is_text(value)) return is_in_both(value.substr(1));
    return (earlier_.values.contains(value) && later_.values.contains(value)) ||
           earlier_.constants.contains(value) || later_.constants.contains(value);
  }

  /// All texts are gathered with the first that is asked for.
  [[nodiscard]] bool is_in_both(const std::string& text) const {
    if (!gathered_) {
      earlier_texts_ = texts_of(earlier_);
      later_texts_ = texts_of(later_);
      gathered_ = true;
    }
    return earlier_texts_.contains(text) && later_texts_.contains(text);
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

  const RecordedLines& earlier_;
  const RecordedLines& later_;
  /// Lines that no later one was paired with, but for some that are taken: by mask, by pattern.
  std::map<std::pair<std::uint32_t, std::string>, std::deque<const Line*>> open_, open_by_pattern_;
  std::set<const Line*> taken_lines_;
  Alignment::Renames names_;  // later → earlier
  Alignment::Renames spellings_;
  std::set<std::string> taken_;  // earlier values that have one
  Evidence evidence_;            // of earlier values
  std::vector<std::pair<const Line*, const Line*>> pairs_;
  mutable AllTexts earlier_texts_, later_texts_;
  mutable bool gathered_ = false;
  std::map<std::uint32_t, std::set<std::uint64_t>> places_;  // by service
  std::map<Alignment::Request, std::set<std::string>> commonplace_;
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
    std::unique_ptr<Aligner> best;
    for (const std::uint32_t root : roots) {
      auto aligner = std::make_unique<Aligner>(recordings.at(root), recording);
      aligner->run();
      if (aligner->paired() > (best ? best->paired() : 0)) best = std::move(aligner);
    }
    if (!best || best->paired() * 2 < recording.lines.size()) {
      roots.push_back(number);
      continue;
    }
    Alignment::Renames names = best->names();
    std::erase_if(names, [](const auto& name) { return name.first == name.second; });
    if (names.empty()) continue;
    for (const auto& [later, earlier] : names) {
      const auto& [theirs, ours] = best->evidence().at(earlier);
      alignment.proven.try_emplace(
          earlier, Alignment::Evidence{place_of(services, *theirs), place_of(services, *ours)});
    }
    best->note_texts(alignment);
    alignment.renames.emplace(number, std::move(names));
    alignment.spellings.emplace(number, best->spellings());
  }
  return alignment;
}

}  // namespace understudy::compile
