#include "compile/trace.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "match/overlay.hpp"
#include "table/hash.hpp"

namespace understudy::compile {
namespace {

/// When a write became visible to other connections: the interval in which it did.
struct Visible {
  std::uint64_t began, ended;
  std::uint32_t connection;
};

bool overlaps(const Visible& write, const Step& step) {
  return write.connection != step.connection && write.began < step.ended &&
         step.began < write.ended;
}

class Tracer {
 public:
  Tracer(const LoadedService& service, const RowKeys& rows, const Widened& widened)
      : service_(service), rows_(rows), widened_(widened) {}

  Trace run() {
    collect_requests();
    number_keys();
    find_visible_writes();
    play([this](std::size_t i, match::Version state) { record(i, state); });
    return std::move(trace_);
  }

 private:
  using Names = std::set<std::string>;
  /// Names of the keys of a request, before they have numbers.
  struct RequestNames {
    Names reads, writes_unknown;
  };

  void collect_requests() {
    std::unordered_map<std::string, std::uint32_t> numbers;
    outcomes_.emplace_back();
    for (const Step& step : service_.steps) {
      const Analysis& a = step.analysis;
      std::string identity = a.identity.canonical;
      identity += '\xFF';
      identity += a.identity.qualifier;
      const auto [found, added] =
          numbers.emplace(std::move(identity), static_cast<std::uint32_t>(trace_.requests.size()));
      if (added) {
        trace_.requests.push_back({a.identity, {}, {}, false, a.control});
        names_.emplace_back();
      }
      request_of_.push_back(found->second);
      outcome_of_.push_back(0);
      // What is watched must be tracked, though WATCH itself is no look-up.
      if (a.effect != Effect::none || a.control == Control::watch) add_keys(step, found->second);
    }
  }

  void add_keys(const Step& step, std::uint32_t request) {
    const Analysis& a = step.analysis;
    trace_.requests[request].is_write |= a.effect == Effect::write;
    const StepKeys keys = rows_.of(step);
    const auto width = widened_.find(std::string(pattern_of(a.identity.canonical)));
    if (width == widened_.end())
      add(names_[request].reads, keys.reads, match::read_keys);
    else if (width->second == Width::tables)
      add(names_[request].reads, a.reads, match::read_keys);
    else
      add(names_[request].reads, {{}}, match::read_keys);
    if (a.effect != Effect::write) return;
    add(names_[request].writes_unknown, keys.writes_unknown, match::write_keys);
    add(outcomes_[outcome_of(step, request)], keys.writes, match::write_keys);
  }

  static void add(Names& names, const std::vector<KeyPath>& paths,
                  std::vector<std::string> (*keys_of)(const KeyPath&)) {
    for (const KeyPath& path : paths)
      for (std::string& name : keys_of(path)) names.insert(std::move(name));
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
    for (const Names& names : outcomes_) trace_.write_lists.push_back(tracked(names));
    names_.clear();
    outcomes_.clear();
  }

  /// The numbers of those that some request depends on.
  [[nodiscard]] KeyNumbers tracked(const Names& names) const {
    KeyNumbers numbers;
    for (const std::string& name : names)
      if (const auto found = numbers_.find(name); found != numbers_.end())
        numbers.push_back(found->second);
    return numbers;
  }

  // --- the loop itself -----------------------------------------------------------------------

  /// Calls `visit(step number, state)` for every step that goes into the table, in order.
  template <class Visit>
  void play(Visit&& visit) {
    std::uint32_t recording = 0;
    for (std::size_t i = 0; i < service_.steps.size(); ++i) {
      const Step& step = service_.steps[i];
      if (i == 0 || step.recording != recording) start_recording(recording = step.recording);
      match::Overlay& overlay = overlays_[step.connection];
      const TracedRequest& request = trace_.requests[request_of_[i]];
      match::Version state = 0;
      if (step.analysis.effect != Effect::none) {
        state = match::state_of(request.reads, [&](std::uint32_t key) {
          return overlay.effective(key, versions_[key]);
        });
        visit(i, state);
      }
      apply(i, state, overlay);
    }
  }

  void start_recording(std::uint32_t) {
    versions_.assign(trace_.keys.size(), 0);
    tainted_.assign(trace_.keys.size(), false);
    overlays_.clear();
  }

  void apply(std::size_t i, match::Version state, match::Overlay& overlay) {
    const Analysis& a = service_.steps[i].analysis;
    if (a.control != Control::none) return control(i, overlay);
    if (a.effect != Effect::write) return;
    const std::uint64_t write = match::write_identity(table::hash_of(a.identity.canonical), state);
    // What a write made of something uncertain is uncertain too.
    const bool uncertain = is_uncertain(i);
    for (const std::uint32_t key : trace_.write_lists[outcome_of_[i]]) {
      if (match::is_immediate(trace_.keys[key]) || (a.changed && !overlay.active()))
        make_visible(i, key, write);
      else if (a.changed)
        overlay.bump(key, write);
      if (uncertain) tainted_[key] = true;
    }
  }

  void control(std::size_t i, match::Overlay& overlay) {
    const Analysis& a = service_.steps[i].analysis;
    if (a.control != Control::commit) return overlay.apply(a.control, a.control_name);
    // A commit that failed in the recording undid the transaction.
    if (!a.changed) return overlay.drop();
    for (const auto& [key, write] : overlay.commit()) make_visible(i, key, write);
  }

  void make_visible(std::size_t i, std::uint32_t key, std::uint64_t write) {
    versions_[key] = match::extend(versions_[key], write);
    const Step& step = service_.steps[i];
    const auto found = visible_.find({step.recording, key});
    if (found == visible_.end()) {
      // The first of two runs: only collects the intervals.
      collected_[{step.recording, key}].push_back({step.began, step.ended, step.connection});
    } else if (any_overlap(found->second, step)) {
      tainted_[key] = true;
    }
  }

  // --- who overlapped whom -------------------------------------------------------------------

  using VisibleWrites = std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<Visible>>;

  void find_visible_writes() {
    play([](std::size_t, match::Version) {});
    visible_ = std::move(collected_);
  }

  /// `writes` are sorted by their end, because the steps are.
  static bool any_overlap(const std::vector<Visible>& writes, const Step& step) {
    auto write = std::ranges::upper_bound(writes, step.began, {}, &Visible::ended);
    // A write that ended long after the step may still have begun before it; connections are
    // few, so it is found soon or not at all.
    for (std::size_t beyond = 0; write != writes.end() && beyond < overlap_window; ++write) {
      if (overlaps(*write, step)) return true;
      if (write->began >= step.ended) ++beyond;
    }
    return false;
  }

  [[nodiscard]] bool is_uncertain(std::size_t i) const {
    const Step& step = service_.steps[i];
    return std::ranges::any_of(trace_.requests[request_of_[i]].reads, [&](std::uint32_t key) {
      const auto writes = visible_.find({step.recording, key});
      return tainted_[key] || (writes != visible_.end() && any_overlap(writes->second, step));
    });
  }

  void record(std::size_t i, match::Version state) {
    trace_.steps.push_back(
        {static_cast<std::uint32_t>(i), request_of_[i], outcome_of_[i], state, is_uncertain(i)});
  }

  static constexpr std::size_t overlap_window = 1024;

  const LoadedService& service_;
  const RowKeys& rows_;
  const Widened& widened_;
  Trace trace_;
  std::vector<std::uint32_t> request_of_, outcome_of_;  // of each step
  std::vector<RequestNames> names_;
  std::vector<Names> outcomes_;  // beside Trace::write_lists
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::uint32_t> outcome_numbers_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<match::Version> versions_;
  std::vector<bool> tainted_;
  std::map<std::uint32_t, match::Overlay> overlays_;
  VisibleWrites visible_, collected_;
};

}  // namespace

Trace trace_chains(const LoadedService& service, const RowKeys& rows, const Widened& widened) {
  return Tracer(service, rows, widened).run();
}

}  // namespace understudy::compile
