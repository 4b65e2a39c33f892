#include "compile/states/trace.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "compile/model/full_step.hpp"
#include "compile/states/commuting.hpp"
#include "compile/states/key_names.hpp"
#include "match/loop.hpp"
#include "table/hash.hpp"

namespace understudy::compile {
namespace {

/// When a write became visible to other connections: the interval in which it did.
struct Visible {
  std::uint64_t began, ended;
  std::uint32_t connection;
  StepId step;
};

class Tracer;

/// Beside the versions: which write was the last to each key, and who overlapped it.
class TracedWrites {
 public:
  using RequestId = TracedRequestId;

  explicit TracedWrites(Tracer& tracer) : tracer_(&tracer) {}
  void note(const match::Advance& advance);
  [[nodiscard]] match::Author pending(const match::Advance& advance);
  void end_write() noexcept {}
  void clear() noexcept {}

 private:
  Tracer* tracer_;
};

/// Where requests of one connection are handled in order, they never do.
bool overlaps(const Visible& write, const Step& step, bool handled_in_order) {
  return (write.connection != step.connection ||
          (!handled_in_order && write.ended != step.ended)) &&
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
    collect_writes();
    match::ImmediateKeys immediate;
    for (const std::string& key : trace_.keys) immediate.push_back(match::is_immediate(key));
    loop_.emplace(std::move(immediate), TracedWrites(*this));
    find_visible_writes();
    play([this](StepId i, match::Version state) { record(i, state); });
    return std::move(trace_);
  }

 private:
  using Taints = table::ListBy<KeyId, MaybeStepId>;  // the step of an overlapping write
  /// Since when a transaction sees one state of what others do.
  struct Looked {
    StepId step;
    std::shared_ptr<const Taints> tainted;
  };

  void collect_requests() {
    std::unordered_map<std::string, TracedRequestId> numbers;
    const NarrowerPaths narrower(service_.steps);
    for (const Step& step : service_.steps) {
      const StepAnalysis& a = step.analysis;
      const auto [found, added] =
          numbers.emplace(spell_identity(a.identity), trace_.requests.next());
      if (added) {
        trace_.requests.push_back(
            {a.identity, {}, {}, false, a.control, counted_.contains(found->first)});
        read_names_.emplace_back();
      }
      // A COMMIT that ended a failed transaction was a rollback, the next one may be none.
      if (a.control == Control::commit) trace_.requests[found->second].control = a.control;
      if (trace_.requests[found->second].counts_asks)
        asks_[{step.recording, found->second}].push_back(
            {step.began, step.ended, step.connection, request_of_.next()});
      request_of_.push_back(found->second);
      outcome_of_.emplace_back();
      if (a.effect != Effect::none && a.control == Control::commit) failing_.insert(found->second);
      // What is watched must be tracked, though WATCH itself is no look-up.
      if (a.effect != Effect::none || a.control == Control::watch)
        add_reads(step, found->second, narrower);
    }
  }

  void add_reads(const Step& packed, TracedRequestId request, const NarrowerPaths& narrower) {
    const FullStep step(packed);
    trace_.requests[request].is_write |= step.analysis.effect == Effect::write;
    Names reads;
    const auto width = widened_.find(std::string(pattern_of(step.analysis.identity.canonical)));
    if (width == widened_.end()) {
      add_read_keys(reads, rows_.reads_of(step));
      for (const KeyPath& path : step.contents) narrower.add_content_keys(reads, path);
    } else if (width->second == Width::tables) {
      add_read_keys(reads, step.reads);
      add_read_keys(reads, step.contents);
    } else {
      add_read_keys(reads, {{}});
    }
    // Many requests have keys in common: each name is kept once.
    auto& names = read_names_[request];
    for (const std::string& name : reads) names.push_back(&*names_.insert(name).first);
    if (names.size() == reads.size()) return;
    std::ranges::sort(names);
    names.erase(std::ranges::unique(names).begin(), names.end());
  }

  void number_keys() {
    for (TracedRequestId i; i != read_names_.next(); ++i) {
      std::ranges::sort(read_names_[i], {},
                        [](const std::string* name) -> const std::string& { return *name; });
      for (const std::string* name : read_names_[i]) {
        const auto [found, added] = numbers_.emplace(*name, trace_.keys.next());
        if (added) trace_.keys.push_back(*name);
        trace_.requests[i].reads.push_back(found->second);
      }
    }
    read_names_ = {};
    names_ = {};
    number_beginnings();
  }

  /// What writes advance of that which some request depends on. What was answered alike does the
  /// same, so that it is looked at once.
  void collect_writes() {
    trace_.write_lists.emplace_back();
    std::unordered_set<std::uint64_t> done;
    for (StepId i; i != service_.steps.next(); ++i) {
      if (service_.steps[i].analysis.effect != Effect::write) continue;
      const FullStep step(service_.steps[i]);
      const TracedRequestId request = request_of_[i];
      const WriteListId outcome = outcome_of(step, request);
      outcome_of_[i] = outcome;
      WrittenPaths answered, unknown;
      answered.add(rows_.writes_of(step, true), step.determined, true);
      unknown.add(rows_.writes_of(step, false), step.determined, false);
      unknown.add(step.writes_otherwise, {}, false);
      const std::uint64_t paths = match::extend(answered.hash(), unknown.hash());
      if (!done.insert(match::extend(paths, outcome.index())).second) continue;
      merge(answered, trace_.write_lists[outcome]);
      merge(unknown, trace_.requests[request].writes_unknown);
    }
  }

  /// What a write advances may follow from its answer, which tells an id, say.
  WriteListId outcome_of(const FullStep& step, TracedRequestId request) {
    const std::pair outcome = {request, table::hash_of(step.analysis.image)};
    const auto [found, added] = outcome_numbers_.emplace(outcome, trace_.write_lists.next());
    if (added) trace_.write_lists.emplace_back();
    return found->second;
  }

  /// Both are in the order of their keys. Where they differ in what is there afterwards, that is
  /// not known.
  void merge(const WrittenPaths& paths, Advances& into) const {
    Advances more = paths.advances(numbers_);
    std::ranges::sort(more, {}, &table::format::AdvanceRecord::key);
    if (into.empty()) return static_cast<void>(into = std::move(more));
    Advances both;
    auto one = into.begin();
    for (const table::format::AdvanceRecord& each : more) {
      for (; one != into.end() && one->key < each.key; ++one) both.push_back(*one);
      if (one == into.end() || one->key != each.key)
        both.push_back(each);
      else
        both.push_back(*one == each ? each : table::format::AdvanceRecord{0, each.key, 0}), ++one;
    }
    both.insert(both.end(), one, into.end());
    into = std::move(both);
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

  /// A commit is looked up where the recording has it fail somewhere.
  [[nodiscard]] bool is_looked_up(StepId i) const {
    const StepAnalysis& a = service_.steps[i].analysis;
    return a.effect != Effect::none ||
           (a.control == Control::commit && failing_.contains(request_of_[i]));
  }

  // --- the loop itself -----------------------------------------------------------------------

  /// Calls `visit(step, state)` for every step that goes into the table, in order.
  template <class Visit>
  void play(Visit&& visit) {
    std::uint32_t recording = 0;
    trace_.links.clear();
    for (StepId i; i != service_.steps.next(); ++i) {
      const Step& step = service_.steps[i];
      if (i == StepId() || step.recording != recording) start_recording(recording = step.recording);
      match::Overlay& overlay = overlays_[step.connection];
      match::Version state = 0;
      if (step.analysis.control == Control::none) look(i, overlay);
      if (is_looked_up(i)) {
        state = state_of(i, overlay);
        visit(i, state);
      }
      apply(i, state, overlay);
      if (step.analysis.control == Control::begin) look(i, overlay);
    }
  }

  /// What a transaction saw of others, it goes on seeing.
  void look(StepId i, match::Overlay& overlay) {
    const bool writes = trace_.requests[request_of_[i]].is_write;
    if (!overlay.look(match::sight_of(service_.steps[i].analysis.sight, writes))) return;
    overlay.keep(loop_->snapshot());
    if (!tainted_then_) tainted_then_ = std::make_shared<const Taints>(tainted_);
    looked_.insert_or_assign(service_.steps[i].connection, Looked{i, tainted_then_});
  }

  /// Whether a transaction can be committed depends on what it did.
  [[nodiscard]] match::Version state_of(StepId i, const match::Overlay& overlay) {
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
    tainted_.assign(trace_.keys.size(), {});
    tainted_then_.reset();
    looked_.clear();
    last_.assign(trace_.keys.size(), {});
    overlays_.clear();
  }

  void apply(StepId i, match::Version state, match::Overlay& overlay) {
    const StepAnalysis& a = service_.steps[i].analysis;
    current_ = i;
    if (a.control != Control::none)
      return loop_->carry_out(a.control, a.control_name, a.changed, overlay);
    if (a.effect != Effect::write) return;
    // What a write made of something uncertain is uncertain too.
    const MaybeStepId overlap = overlap_of(i, Of::what_is_left);
    const Advances& advances = trace_.write_lists[outcome_of_[i]];
    loop_->advance(advances,
                   {match::write_identity(table::hash_of(a.identity.canonical), state,
                                          table::hash_of(a.image)),
                    a.changed},
                   overlay);
    for (const auto& [content, key, flags] : advances)
      if (overlap && content == 0) taint(key, overlap);
  }

  // --- what becomes of writes (see TracedWrites) ----------------------------------------------

  friend class TracedWrites;

  LinkId append(ChainLink link, MaybeLinkId previous) {
    link.previous = previous;
    return trace_.links.add(link);
  }

  match::Author note_pending(const match::Advance& advance) {
    const LinkId link = append({advance.write, current_, {}}, last_[advance.key]);
    return table::Id<match::AuthorKind>(link.index());
  }

  /// The write behind what a transaction still holds back.
  static MaybeLinkId link_of(match::Author author) {
    return author ? MaybeLinkId(LinkId((*author).index())) : MaybeLinkId();
  }

  /// The author of what was pending is its link, so that its step is not that of the commit.
  void note_visible(const match::Advance& advance) {
    const MaybeLinkId pending = link_of(advance.author);
    const ChainLink link =
        pending ? ChainLink(trace_.links[*pending]) : ChainLink{advance.write, current_, {}};
    const KeyId key = advance.key;
    last_[key] = append(link, last_[key]);
    const Step& step = service_.steps[current_];
    const auto found = visible_.find({step.recording, key});
    if (found == visible_.end()) {
      // The first of two runs: only collects the intervals.
      collected_[{step.recording, key}].push_back(
          {step.began, step.ended, step.connection, link.step});
    } else if (const Visible* other = find_overlap(found->second, step, [&](const Visible& write) {
                 return leave_the_same(service_.steps[write.step], service_.steps[link.step]);
               })) {
      taint(key, other->step);
    } else if (advance.content != 0) {
      taint(key, {});  // whatever was there before
    }
  }

  void taint(KeyId key, MaybeStepId step) {
    if (tainted_[key] == step) return;
    tainted_[key] = step;
    tainted_then_.reset();
  }

  // --- who overlapped whom -------------------------------------------------------------------

  /// By recording and key, or request.
  template <class Id>
  using VisibleBy = std::map<std::pair<std::uint32_t, Id>, std::vector<Visible>>;

  void find_visible_writes() {
    play([](StepId, match::Version) {});
    visible_ = std::move(collected_);
  }

  /// `writes` are sorted by their end, because the steps are. Null where none overlaps, but for
  /// those of which `is_harmless`.
  template <class Harmless>
  [[nodiscard]] const Visible* find_overlap(const std::vector<Visible>& writes, const Step& step,
                                            Harmless&& is_harmless) const {
    const bool in_order = service_.protocol->handles_in_order();
    auto write = std::ranges::upper_bound(writes, step.began, {}, &Visible::ended);
    // A write that ended long after the step may still have begun before it; connections are
    // few, so it is found soon or not at all.
    for (std::size_t beyond = 0; write != writes.end() && beyond < overlap_window; ++write) {
      if (overlaps(*write, step, in_order) && !is_harmless(*write)) return &*write;
      if (write->began >= step.ended) ++beyond;
    }
    return nullptr;
  }

  enum class Of : std::uint8_t { the_answer, what_is_left };
  /// Whether it is the same for the one, which saw what was there at the step `looked`, whether the
  /// other, a write that overlapped that, came before it or after it.
  [[nodiscard]] bool is_harmless(StepId one, StepId looked, StepId other, KeyId key, Of of) const {
    const Step& step = service_.steps[one];
    const Step& write = service_.steps[other];
    if (of == Of::what_is_left) return leave_the_same(step, write);
    return looked < other ? are_answered_alike(step, write, trace_.keys[key])
                       : are_answered_alike(write, step, trace_.keys[key]);
  }

  /// The step of a write because of which it is uncertain what the step found.
  [[nodiscard]] MaybeStepId overlap_of(StepId i, Of of) const {
    const Step& step = service_.steps[i];
    if (step.analysis.effect == Effect::none) return {};  // a commit that was no look-up
    if (const MaybeStepId overlap = overlap_at(i, i, tainted_, of)) return overlap;
    if (const auto overlay = overlays_.find(step.connection);
        overlay != overlays_.end() && overlay->second.sees_snapshot()) {
      const Looked& looked = looked_.at(step.connection);
      if (const MaybeStepId overlap = overlap_at(i, looked.step, *looked.tainted, of))
        return overlap;
    }
    // Of two equal asks under way at the same time nobody knows which was the first.
    const auto asks = asks_.find({step.recording, request_of_[i]});
    if (asks == asks_.end()) return {};
    const Visible* ask = find_overlap(asks->second, step, [](const Visible&) { return false; });
    return ask == nullptr ? MaybeStepId() : ask->step;
  }

  /// The same where what it depends on is looked at when the step `looked` is under way.
  [[nodiscard]] MaybeStepId overlap_at(StepId i, StepId looked, const Taints& tainted,
                                       Of of) const {
    const Step& step = service_.steps[looked];
    for (const KeyId key : trace_.requests[request_of_[i]].reads) {
      // That one came before the other is as good as the reverse where nothing relates them: a
      // client that sends both at once can't depend on it.
      if (match::is_unproven(trace_.keys[key])) continue;
      if (tainted[key]) return tainted[key];
      const auto writes = visible_.find({step.recording, key});
      if (writes == visible_.end()) continue;
      const auto harmless = [&](const Visible& write) {
        return is_harmless(i, looked, write.step, key, of);
      };
      if (const Visible* write = find_overlap(writes->second, step, harmless)) return write->step;
    }
    return {};
  }

  void record(StepId i, match::Version state) {
    const MaybeStepId overlap = overlap_of(i, Of::the_answer);
    trace_.steps.push_back({i, request_of_[i], outcome_of_[i], state,
                            overlap || is_behind_gap(service_.steps[i]), overlap, evidence_of(i)});
  }

  /// Whether something that the recorder could not keep may have changed its answer.
  [[nodiscard]] bool is_behind_gap(const Step& step) const {
    const auto gap = service_.gaps.find(step.recording);
    return gap != service_.gaps.end() && step.ended > gap->second.since;
  }

  EvidenceListId evidence_of(StepId i) {
    const match::Overlay& overlay = overlays_[service_.steps[i].connection];
    std::vector<MaybeLinkId> links;
    for (const KeyId key : trace_.requests[request_of_[i]].reads) {
      const match::Advance* own = overlay.last(key);
      links.push_back(own != nullptr ? link_of(own->author) : last_[key]);
    }
    const auto [found, added] =
        evidence_numbers_.emplace(std::move(links), trace_.evidence_lists.next());
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
  table::ListBy<StepId, TracedRequestId> request_of_;
  table::ListBy<StepId, WriteListId> outcome_of_;
  std::unordered_set<std::string> names_;  // of keys, before they have numbers
  table::ListBy<TracedRequestId, std::vector<const std::string*>> read_names_;
  std::map<std::pair<TracedRequestId, std::uint64_t>, WriteListId> outcome_numbers_;
  KeyNumberByName numbers_;
  std::optional<match::Loop<TracedWrites>> loop_;
  StepId current_;                             // the step that is applied
  Taints tainted_;
  std::shared_ptr<const Taints> tainted_then_;  // as they are; null: not kept yet
  std::map<std::uint32_t, Looked> looked_;      // by connection
  table::ListBy<KeyId, MaybeLinkId> last_;     // the last link
  std::set<TracedRequestId> failing_;          // commits that the recording has fail
  std::map<std::vector<MaybeLinkId>, EvidenceListId> evidence_numbers_;
  std::map<std::uint32_t, match::Overlay> overlays_;
  VisibleBy<KeyId> visible_, collected_;
  VisibleBy<TracedRequestId> asks_;  // those that are counted
};

void TracedWrites::note(const match::Advance& advance) {
  tracer_->note_visible(advance);
}
match::Author TracedWrites::pending(const match::Advance& advance) {
  return tracer_->note_pending(advance);
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
