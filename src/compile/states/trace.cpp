#include "compile/states/trace.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "compile/states/key_names.hpp"
#include "match/loop.hpp"
#include "table/hash.hpp"
#include "understudy/out_of_order.hpp"

namespace understudy::compile {
namespace {

/// When a write became visible to other connections: the interval in which it did.
struct Visible {
  std::uint64_t began, ended;
  std::uint32_t connection, step;
};

class Tracer;

/// Beside the versions: which write was the last to each key, and who overlapped it.
class TracedWrites {
 public:
  explicit TracedWrites(Tracer& tracer) : tracer_(&tracer) {}
  void note(const match::Bump& bump);
  [[nodiscard]] std::uint32_t pending(const match::Bump& bump);
  void end_write() noexcept {}
  void clear() noexcept {}

 private:
  Tracer* tracer_;
};

/// Where requests of one connection are handled in order, they never do.
bool overlaps(const Visible& write, const Step& step, bool handled_in_order) {
  return (write.connection != step.connection || (!handled_in_order && write.ended != step.ended)) &&
         write.began < step.ended && step.began < write.ended;
}

class Tracer {
 public:
  Tracer(const LoadedService& service, const RowKeys& rows, const Widened& widened,
         const Counted& counted, const Beginnings& beginnings)
      : service_(service),
        rows_(rows),
        widened_(widened),
        counted_(counted),
        beginnings_(beginnings) {}

  Trace run() {
    collect_requests();
    number_keys();
    std::vector<bool> immediate;
    for (const std::string& key : trace_.keys) immediate.push_back(match::is_immediate(key));
    loop_.emplace(std::move(immediate), TracedWrites(*this));
    find_visible_writes();
    play([this](std::size_t i, match::Version state) { record(i, state); });
    return std::move(trace_);
  }

 private:
  /// The keys of a request, before they have numbers.
  struct RequestNames {
    Names reads;
    WrittenPaths writes_unknown;
  };

  void collect_requests() {
    std::unordered_map<std::string, std::uint32_t> numbers;
    outcomes_.emplace_back();
    const NarrowerPaths narrower(service_.steps);
    for (const Step& step : service_.steps) {
      const Analysis& a = step.analysis;
      const auto [found, added] = numbers.emplace(
          spell_identity(a.identity), static_cast<std::uint32_t>(trace_.requests.size()));
      if (added) {
        trace_.requests.push_back(
            {a.identity, {}, {}, false, a.control, counted_.contains(found->first)});
        names_.emplace_back();
      }
      // A COMMIT that ended a failed transaction was a rollback, the next one may be none.
      if (a.control == Control::commit) trace_.requests[found->second].control = a.control;
      if (trace_.requests[found->second].counts_asks)
        asks_[{step.recording, found->second}].push_back(
            {step.began, step.ended, step.connection,
             static_cast<std::uint32_t>(request_of_.size())});
      request_of_.push_back(found->second);
      outcome_of_.push_back(0);
      if (a.effect != Effect::none && a.control == Control::commit) failing_.insert(found->second);
      // What is watched must be tracked, though WATCH itself is no look-up.
      if (a.effect != Effect::none || a.control == Control::watch)
        add_keys(step, found->second, narrower);
    }
  }

  void add_keys(const Step& step, std::uint32_t request, const NarrowerPaths& narrower) {
    const Analysis& a = step.analysis;
    trace_.requests[request].is_write |= a.effect == Effect::write;
    const StepKeys keys = rows_.of(step);
    Names& reads = names_[request].reads;
    const auto width = widened_.find(std::string(pattern_of(a.identity.canonical)));
    if (width == widened_.end()) {
      add_read_keys(reads, keys.reads);
      for (const KeyPath& path : a.contents) narrower.add_content_keys(reads, path);
    } else if (width->second == Width::tables) {
      add_read_keys(reads, a.reads);
      add_read_keys(reads, a.contents);
    } else {
      add_read_keys(reads, {{}});
    }
    if (a.effect != Effect::write) return;
    names_[request].writes_unknown.add(keys.writes_unknown, a.determined, false);
    names_[request].writes_unknown.add(a.writes_otherwise, {}, false);
    outcomes_[outcome_of(step, request)].add(keys.writes, a.determined, true);
  }

  /// What a write bumps may follow from its answer, which tells an id, say.
  std::uint32_t outcome_of(const Step& step, std::uint32_t request) {
    const std::pair<std::uint32_t, std::uint64_t> outcome = {request,
                                                             table::hash_of(step.analysis.image)};
    const auto [found, added] =
        outcome_numbers_.emplace(outcome, static_cast<std::uint32_t>(outcomes_.size()));
    if (added) outcomes_.emplace_back();
    return outcome_of_.back() = found->second;
  }

  void number_keys() {
    for (std::size_t i = 0; i < names_.size(); ++i)
      for (const std::string& name : names_[i].reads) {
        const auto [found, added] =
            numbers_.emplace(name, static_cast<std::uint32_t>(trace_.keys.size()));
        if (added) trace_.keys.push_back(name);
        trace_.requests[i].reads.push_back(found->second);
      }
    for (std::size_t i = 0; i < names_.size(); ++i)
      trace_.requests[i].writes_unknown = tracked(names_[i].writes_unknown);
    for (const WrittenPaths& paths : outcomes_) trace_.write_lists.push_back(tracked(paths));
    names_.clear();
    outcomes_.clear();
    number_beginnings();
  }

  void number_beginnings() {
    for (const auto& [recording, names] : beginnings_)
      for (const std::string& name : names)
        if (const auto key = numbers_.find(name); key != numbers_.end())
          trace_.beginnings.push_back({recording, key->second});
    std::ranges::sort(trace_.beginnings, {}, [](const TracedBeginning& beginning) {
      return std::pair(beginning.recording, beginning.key);
    });
  }

  /// What is bumped of that which some request depends on.
  [[nodiscard]] Bumps tracked(const WrittenPaths& paths) const {
    Bumps bumps = paths.bumps(numbers_);
    std::ranges::sort(bumps, {}, &table::format::BumpRecord::key);
    return bumps;
  }

  /// A commit is looked up where the recording has it fail somewhere.
  [[nodiscard]] bool is_looked_up(std::size_t i) const {
    const Analysis& a = service_.steps[i].analysis;
    return a.effect != Effect::none ||
           (a.control == Control::commit && failing_.contains(request_of_[i]));
  }

  // --- the loop itself -----------------------------------------------------------------------

  /// Calls `visit(step number, state)` for every step that goes into the table, in order.
  template <class Visit>
  void play(Visit&& visit) {
    std::uint32_t recording = 0;
    trace_.links.clear();
    for (std::size_t i = 0; i < service_.steps.size(); ++i) {
      const Step& step = service_.steps[i];
      if (i == 0 || step.recording != recording) start_recording(recording = step.recording);
      match::Overlay& overlay = overlays_[step.connection];
      match::Version state = 0;
      if (is_looked_up(i)) {
        state = state_of(i, overlay);
        visit(i, state);
      }
      apply(i, state, overlay);
    }
  }

  /// Whether a transaction can be committed depends on what it did.
  [[nodiscard]] match::Version state_of(std::size_t i, const match::Overlay& overlay) {
    const TracedRequest& request = trace_.requests[request_of_[i]];
    if (request.control == Control::commit) return overlay.fingerprint();
    const match::Version state = loop_->state(request.reads, overlay);
    if (!request.counts_asks) return state;
    const match::Version nth = loop_->nth_ask(request_of_[i], state);
    loop_->note_ask(request_of_[i], state);
    return nth;
  }

  void start_recording(std::uint32_t recording) {
    loop_->reset();
    for (const TracedBeginning& beginning : trace_.beginnings)
      if (beginning.recording == recording)
        loop_->begin(beginning.key, match::beginning_of(recording));
    tainted_.assign(trace_.keys.size(), 0);
    last_.assign(trace_.keys.size(), 0);
    overlays_.clear();
  }

  void apply(std::size_t i, match::Version state, match::Overlay& overlay) {
    const Analysis& a = service_.steps[i].analysis;
    current_ = static_cast<std::uint32_t>(i);
    if (a.control != Control::none)
      return loop_->carry_out(a.control, a.control_name, a.changed, overlay);
    if (a.effect != Effect::write) return;
    // What a write made of something uncertain is uncertain too.
    const std::uint32_t overlap = overlap_of(i);
    const Bumps& bumps = trace_.write_lists[outcome_of_[i]];
    loop_->bump(bumps,
                {match::write_identity(table::hash_of(a.identity.canonical), state,
                                       table::hash_of(a.image)),
                 a.changed},
                overlay);
    for (const auto& [content, key, flags] : bumps)
      if (overlap != 0 && content == 0) tainted_[key] = overlap;
  }

  // --- what becomes of writes (see TracedWrites) ----------------------------------------------

  friend class TracedWrites;

  /// Gives the number of the new link + 1.
  std::uint32_t append(ChainLink link, std::uint32_t previous) {
    link.previous = previous;
    trace_.links.push_back(link);
    return static_cast<std::uint32_t>(trace_.links.size());
  }

  std::uint32_t note_pending(const match::Bump& bump) {
    return append({bump.write, current_, 0}, last_[bump.key]);
  }

  /// The author of what was pending is its link, so that its step is not that of the commit.
  void note_visible(const match::Bump& bump) {
    const ChainLink link = bump.author == 0 ? ChainLink{bump.write, current_, 0}
                                            : ChainLink(trace_.links[bump.author - 1]);
    const std::uint32_t key = bump.key;
    last_[key] = append(link, last_[key]);
    const Step& step = service_.steps[current_];
    const auto found = visible_.find({step.recording, key});
    if (found == visible_.end()) {
      // The first of two runs: only collects the intervals.
      collected_[{step.recording, key}].push_back(
          {step.began, step.ended, step.connection, link.step});
    } else if (const Visible* other = find_overlap(found->second, step)) {
      tainted_[key] = other->step + 1;
    } else if (bump.content != 0) {
      tainted_[key] = 0;  // whatever was there before
    }
  }

  // --- who overlapped whom -------------------------------------------------------------------

  using VisibleWrites = std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<Visible>>;

  void find_visible_writes() {
    play([](std::size_t, match::Version) {});
    visible_ = std::move(collected_);
  }

  /// `writes` are sorted by their end, because the steps are. Null where none overlaps.
  [[nodiscard]] const Visible* find_overlap(const std::vector<Visible>& writes,
                                            const Step& step) const {
    const bool in_order = dynamic_cast<const OutOfOrder*>(service_.protocol) == nullptr;
    auto write = std::ranges::upper_bound(writes, step.began, {}, &Visible::ended);
    // A write that ended long after the step may still have begun before it; connections are
    // few, so it is found soon or not at all.
    for (std::size_t beyond = 0; write != writes.end() && beyond < overlap_window; ++write) {
      if (overlaps(*write, step, in_order)) return &*write;
      if (write->began >= step.ended) ++beyond;
    }
    return nullptr;
  }

  /// The step + 1 of a write because of which it is uncertain what the step found; 0 for none.
  [[nodiscard]] std::uint32_t overlap_of(std::size_t i) const {
    const Step& step = service_.steps[i];
    if (step.analysis.effect == Effect::none) return 0;  // a commit that was no look-up
    for (const std::uint32_t key : trace_.requests[request_of_[i]].reads) {
      // That one came before the other is as good as the reverse where nothing relates them: a
      // client that sends both at once can't depend on it.
      if (match::is_unproven(trace_.keys[key])) continue;
      if (tainted_[key] != 0) return tainted_[key];
      const auto writes = visible_.find({step.recording, key});
      if (writes == visible_.end()) continue;
      if (const Visible* write = find_overlap(writes->second, step)) return write->step + 1;
    }
    // Of two equal asks under way at the same time nobody knows which was the first.
    const auto asks = asks_.find({step.recording, request_of_[i]});
    if (asks == asks_.end()) return 0;
    const Visible* ask = find_overlap(asks->second, step);
    return ask == nullptr ? 0 : ask->step + 1;
  }

  void record(std::size_t i, match::Version state) {
    const std::uint32_t overlap = overlap_of(i);
    trace_.steps.push_back({static_cast<std::uint32_t>(i), request_of_[i], outcome_of_[i], state,
                            overlap != 0 || is_behind_gap(service_.steps[i]),
                            overlap == 0 ? std::nullopt : std::optional(overlap - 1),
                            evidence_of(i)});
  }

  /// Whether something that the recorder could not keep may have changed its answer.
  [[nodiscard]] bool is_behind_gap(const Step& step) const {
    const auto gap = service_.gaps.find(step.recording);
    return gap != service_.gaps.end() && step.ended > gap->second.since;
  }

  std::uint32_t evidence_of(std::size_t i) {
    const match::Overlay& overlay = overlays_[service_.steps[i].connection];
    std::vector<std::uint32_t> links;
    for (const std::uint32_t key : trace_.requests[request_of_[i]].reads) {
      const match::Bump* own = overlay.last(key);
      links.push_back(own != nullptr ? own->author : last_[key]);
    }
    const auto [found, added] = evidence_numbers_.emplace(
        std::move(links), static_cast<std::uint32_t>(trace_.evidence_lists.size()));
    if (added) trace_.evidence_lists.push_back(found->first);
    return found->second;
  }

  static constexpr std::size_t overlap_window = 1024;

  const LoadedService& service_;
  const RowKeys& rows_;
  const Widened& widened_;
  const Counted& counted_;
  const Beginnings& beginnings_;
  Trace trace_;
  std::vector<std::uint32_t> request_of_, outcome_of_;  // of each step
  std::vector<RequestNames> names_;
  std::vector<WrittenPaths> outcomes_;  // beside Trace::write_lists
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::uint32_t> outcome_numbers_;
  KeyNumberByName numbers_;
  std::optional<match::Loop<TracedWrites>> loop_;
  std::uint32_t current_ = 0;           // the step that is applied
  std::vector<std::uint32_t> tainted_;  // of each key: the step + 1 of an overlapping write, or 0
  std::vector<std::uint32_t> last_;     // of each key: the number + 1 of its last link, or 0
  std::set<std::uint32_t> failing_;     // commits that the recording has fail
  std::map<std::vector<std::uint32_t>, std::uint32_t> evidence_numbers_;
  std::map<std::uint32_t, match::Overlay> overlays_;
  VisibleWrites visible_, collected_;
  VisibleWrites asks_;  // those that are counted, by recording and request
};

void TracedWrites::note(const match::Bump& bump) {
  tracer_->note_visible(bump);
}
std::uint32_t TracedWrites::pending(const match::Bump& bump) {
  return tracer_->note_pending(bump);
}

}  // namespace

std::string spell_identity(const Identity& identity) {
  return identity.canonical + '\xFF' + identity.qualifier;
}

Trace trace_chains(const LoadedService& service, const RowKeys& rows, const Widened& widened,
                   const Counted& counted, const Beginnings& beginnings) {
  return Tracer(service, rows, widened, counted, beginnings).run();
}

}  // namespace understudy::compile
